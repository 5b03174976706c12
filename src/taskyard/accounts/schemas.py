"""What clients send to accounts and get back."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from taskyard.core.schemas import Flag, In, Name, Out

#: The syntax is checked by `policy.email_key`, never its DNS.
Email = Annotated[
    str, StringConstraints(min_length=3, max_length=254, pattern=r"^[^\s@]+@[^\s@]+$")
]
Username = Annotated[
    str, StringConstraints(min_length=2, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
]
#: Long enough for any password; the rules answer with PASSWORD_TOO_WEAK.
PasswordText = Annotated[
    str, StringConstraints(min_length=1, max_length=1024, strip_whitespace=False)
]
Opaque = Annotated[str, StringConstraints(min_length=1, max_length=512)]


class Register(In):
    """A new account."""

    email: Email = Field(examples=["maya@example.com"])
    password: PasswordText = Field(examples=["a long quiet sentence"])
    display_name: Name | None = None
    username: Username | None = Field(None, description="Made from the e-mail where not given.")


class Login(In):
    """A sign-in, by e-mail or by username."""

    email: Email | None = None
    username: Annotated[str, StringConstraints(min_length=1, max_length=254)] | None = None
    password: PasswordText

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        if (self.email is None) == (self.username is None):
            raise ValueError("give either email or username")
        return self


class Refresh(In):
    """A refresh token to trade."""

    refresh_token: Opaque


class SessionExchange(In):
    """The token of a sign-in link."""

    token: Annotated[str, StringConstraints(max_length=512)] | None = None


class Setup(In):
    """The first administrator, by the one-time link."""

    token: Opaque
    email: Email
    password: PasswordText
    display_name: Name | None = None


class PasswordChange(In):
    """A new password; the current one proves it is you."""

    current_password: PasswordText
    new_password: PasswordText


class PasswordForgotten(In):
    """The address of an account whose password is forgotten."""

    email: Email = Field(examples=["maya@example.com"])


class LinkToken(In):
    """What stands behind the # of a link."""

    token: Opaque


class PasswordReset(In):
    """A new password, by the link that was sent."""

    token: Opaque
    password: PasswordText


class Preferences(In):
    """How the web app looks for this account."""

    theme: Literal["system", "light", "dark"] | None = None
    single_key_shortcuts: Flag | None = None


class ProfilePatch(In):
    """The parts of a profile to change."""

    display_name: Name | None = None
    username: Username | None = None
    preferences: Preferences | None = None


class UserRead(Out):
    """An account, as itself sees it."""

    id: UUID
    email: str
    email_verified: bool = Field(description="A link that was sent there has been used.")
    username: str
    display_name: str
    role: Literal["user", "admin", "viewer"]
    tier: Literal["free", "pro", "premium"]
    tier_until: datetime | None = Field(description="When a tier given for a time ends.")
    permissions: list[str]
    preferences: dict[str, Any]
    created_at: datetime
    version: int


class Tokens(Out):
    """What an API client signs in to."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"]
    expires_in: int = Field(description="Seconds the access token lives.")
    session_id: UUID


class SignedIn(Out):
    """What the web app signs in to; its session is an HttpOnly cookie."""

    user: UserRead
    session_id: UUID


class SessionLinkRead(Out):
    """A link that signs another device in (contract workspace: a literal body)."""

    url: str = Field(description="Works once, within 90 seconds.")


class Exchanged(Out):
    """Who is signed in now (contract workspace: a literal body); the session is a cookie."""

    status: Literal["success"]
    user: UserRead


class Registered(Out):
    """A new account."""

    user: UserRead


class SetupState(Out):
    """What the first page needs to know."""

    mail: bool = Field(description="E-mail is sent, so that a forgotten password can be reset.")

    needed: bool = Field(description="No administrator exists yet.")
    registration: Literal["open", "invite", "closed"]
    signed_in: bool = Field(description="The caller is signed in; asking costs a stranger no 401.")


class SessionRead(Out):
    """A login on a device."""

    id: UUID
    device: str = Field(examples=["Firefox on Linux"])
    user_agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool


class LinkSent(Out):
    """What an e-mail now carries, if it has somebody to go to."""

    expires_in: int = Field(description="Seconds the link will work.")


class ResetLink(Out):
    """A link that sets a new password."""

    email: str = Field(description="Whose password it sets.")
    expires_at: datetime


class VerifiedEmail(Out):
    """An address that is known to be the account's."""

    email: str


class PasswordChanged(Out):
    """How many other sessions the new password ended."""

    sessions_ended: int


class Subscription(Out):
    """The account as the billing contract words it."""

    id: UUID
    email: str
    tier: Literal["free", "pro", "premium"]
    subscription_status: str
    subscription_id: str | None
    renews_at: datetime | None
    ends_at: datetime | None


class SecurityEvent(Out):
    """Something that touched the account's safety."""

    id: UUID
    name: str
    at: datetime
    details: dict[str, Any]
