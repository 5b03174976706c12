"""The refusals of notifications."""

from taskyard.kit.errors import Kind, TaskyardError


class CategoryLocked(TaskyardError):
    """E-mail about the safety of your account cannot be switched off."""

    kind = Kind.INVALID
    code = "EMAIL_CATEGORY_LOCKED"


class ChannelMissing(TaskyardError):
    """There is no `{channel}` for {category}; it is only ever a letter of its own."""

    kind = Kind.INVALID
    code = "NOTIFICATION_CHANNEL_MISSING"


class SnoozeInvalid(TaskyardError):
    """Snooze until a moment to come, within a year."""

    kind = Kind.INVALID
    code = "SNOOZE_INVALID"


class UnsubscribeLinkInvalid(TaskyardError):
    """This link is not one of ours. Choose what you get by e-mail in your settings."""

    kind = Kind.NOT_FOUND
    code = "UNSUBSCRIBE_LINK_INVALID"


class MailTooLate(TaskyardError):
    """The mail server could not be reached until the message was of no use any more."""

    kind = Kind.GONE
    code = "MAIL_TOO_LATE"


class MailUnwanted(TaskyardError):
    """There is nobody to write to any more."""

    kind = Kind.GONE
    code = "MAIL_UNWANTED"
