"""The refusals of accounts."""

from taskyard.kit.errors import Kind, TaskyardError


class InvalidCredentials(TaskyardError):
    """The e-mail (or username) and password do not match an active account."""

    kind = Kind.UNAUTHENTICATED
    code = "AUTH_INVALID_CREDENTIALS"


class RefreshInvalid(TaskyardError):
    """This refresh token is unknown or has expired. Sign in again."""

    kind = Kind.UNAUTHENTICATED
    code = "AUTH_REFRESH_INVALID"


class RefreshReused(TaskyardError):
    """This refresh token was used before, so its whole session has been ended. Sign in again."""

    kind = Kind.UNAUTHENTICATED
    code = "AUTH_REFRESH_REUSED"


class EmailTaken(TaskyardError):
    """There is already an account with this e-mail. Sign in instead."""

    kind = Kind.CONFLICT
    code = "EMAIL_ALREADY_REGISTERED"


class UsernameTaken(TaskyardError):
    """The username {username} is taken. Choose another."""

    kind = Kind.CONFLICT
    code = "USERNAME_TAKEN"


class RegistrationClosed(TaskyardError):
    """New accounts are made by an administrator here. Ask yours for one."""

    kind = Kind.FORBIDDEN
    code = "REGISTRATION_CLOSED"


class PasswordTooWeak(TaskyardError):
    """The password {reason}."""

    kind = Kind.INVALID
    code = "PASSWORD_TOO_WEAK"


class PasswordWrong(TaskyardError):
    """The current password is not right; nothing was changed."""

    kind = Kind.FORBIDDEN
    code = "AUTH_REAUTH_REQUIRED"


class AccountNotFound(TaskyardError):
    """There is no such account."""

    kind = Kind.NOT_FOUND
    code = "USER_NOT_FOUND"


class LastAdmin(TaskyardError):
    """{username} is the only active administrator. Make somebody else one first."""

    kind = Kind.CONFLICT
    code = "LAST_ADMIN"


class SessionNotFound(TaskyardError):
    """You have no such session."""

    kind = Kind.NOT_FOUND
    code = "SESSION_NOT_FOUND"


class SessionTokenMissing(TaskyardError):
    """Send the sign-in link's token as `token`."""

    kind = Kind.BAD_REQUEST
    code = "SESSION_TOKEN_MISSING"


class SessionTokenExpired(TaskyardError):
    """This sign-in link was used or has expired. Make another where you are signed in."""

    kind = Kind.GONE
    code = "SESSION_TOKEN_EXPIRED"


class SetupLinkInvalid(TaskyardError):
    """This set-up link was used or has expired. Run `taskyard admin setup-link` for a new one."""

    kind = Kind.GONE
    code = "SETUP_LINK_INVALID"


class PasswordLinkInvalid(TaskyardError):
    """This link was used or has expired. Ask for another under "Forgot password?"."""

    kind = Kind.GONE
    code = "PASSWORD_LINK_INVALID"


class PasswordResetUnavailable(TaskyardError):
    """No e-mail is sent here. Whoever runs this can make a link: `taskyard admin reset-link`."""

    kind = Kind.UNAVAILABLE
    code = "PASSWORD_RESET_UNAVAILABLE"


class EmailLinkInvalid(TaskyardError):
    """This link was used or has expired. Ask for another in your settings."""

    kind = Kind.GONE
    code = "EMAIL_LINK_INVALID"


class EmailAlreadyVerified(TaskyardError):
    """Your address is confirmed already."""

    kind = Kind.CONFLICT
    code = "EMAIL_ALREADY_VERIFIED"


class LoginAttemptsExceeded(TaskyardError):
    """Too many sign-in attempts for this e-mail. Try again in {retry_after} s."""

    kind = Kind.THROTTLED
    code = "LOGIN_ATTEMPTS_EXCEEDED"
