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


class ArchiveTooLarge(TaskyardError):
    """The archive is larger than {limit_bytes} bytes, the most your {tier} tier takes."""

    kind = Kind.TOO_LARGE
    code = "FILE_TOO_LARGE"


class UploadBrokenOff(TaskyardError):
    """The upload ended before the file did ({reason}). Nothing was kept; send it again."""

    kind = Kind.BAD_REQUEST
    code = "UPLOAD_INCOMPLETE"


class SnapshotNotFound(TaskyardError):
    """This project has no such source snapshot."""

    kind = Kind.NOT_FOUND
    code = "SNAPSHOT_NOT_FOUND"


class SourceGone(TaskyardError):
    """What was fetched has been cleared away meanwhile. Try again from the start."""

    kind = Kind.GONE
    code = "SOURCE_GONE"


class SourceFileNotFound(TaskyardError):
    """There is no {path} in this source."""

    kind = Kind.NOT_FOUND
    code = "FILE_NOT_FOUND"


class DownloadNotFound(TaskyardError):
    """What this link led to is gone, or you may no longer see it."""

    kind = Kind.NOT_FOUND
    code = "FILE_NOT_FOUND"


class NoSource(TaskyardError):
    """The project has no source yet. Upload an archive to /api/v1/projects/{project_id}/source."""

    kind = Kind.CONFLICT
    code = "SOURCE_MISSING"
    # A project that the request named for the first time is there to be given source.
    keeps_work = True
