"""What the library refuses."""

from taskyard.kit.errors import Kind, TaskyardError


class FileNotFound(TaskyardError):
    """There is no such file that you can see."""

    kind = Kind.NOT_FOUND
    code = "FILE_NOT_FOUND"


class FileTooLarge(TaskyardError):
    """The file is larger than {limit_bytes} bytes, the most your {tier} tier takes."""

    kind = Kind.TOO_LARGE
    code = "FILE_TOO_LARGE"


class FileNotDeleted(TaskyardError):
    """This file is not deleted, so there is nothing to bring back."""

    kind = Kind.CONFLICT
    code = "FILE_NOT_DELETED"
