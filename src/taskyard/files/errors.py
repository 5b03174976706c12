"""What the files room refuses."""

from taskyard.kit.errors import Kind, TaskyardError


class ArchiveUnsafe(TaskyardError):
    """The archive was refused, nothing of it was kept. {entry}: {reason}."""

    kind = Kind.INVALID
    code = "ARCHIVE_UNSAFE"


class ArchiveUnreadable(TaskyardError):
    """The archive cannot be read: {reason}."""

    kind = Kind.INVALID
    code = "ARCHIVE_UNREADABLE"
