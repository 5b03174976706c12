"""What uploads in parts refuse."""

from taskyard.kit.errors import Kind, TaskyardError


class UploadNotFound(TaskyardError):
    """You have no such upload; those that ended are kept for a week."""

    kind = Kind.NOT_FOUND
    code = "UPLOAD_NOT_FOUND"


class UploadEnded(TaskyardError):
    """This upload is {state} and takes nothing more. Begin a new one."""

    kind = Kind.GONE
    code = "UPLOAD_ENDED"


class UploadCompleting(TaskyardError):
    """This upload is being put together. Ask again in {retry_after} s."""

    kind = Kind.CONFLICT
    code = "UPLOAD_COMPLETING"


class TooManyUploads(TaskyardError):
    """You have {limit} uploads under way. Complete or abort one first."""

    kind = Kind.CONFLICT
    code = "TOO_MANY_UPLOADS"


class PartsMissing(TaskyardError):
    """Not all is here: {count} parts are missing. Send those in details.missing, then complete."""

    kind = Kind.CONFLICT
    code = "UPLOAD_PARTS_MISSING"


class PartWrong(TaskyardError):
    """Part {number} cannot be this: {reason}."""

    kind = Kind.INVALID
    code = "UPLOAD_PART_WRONG"


class PartDamaged(TaskyardError):
    """Part {number} came as something else than its Content-Digest says. Send it again."""

    kind = Kind.INVALID
    code = "UPLOAD_PART_DAMAGED"


class HashMismatch(TaskyardError):
    """Put together it is {found}, and {expected} was announced. Send what changed again."""

    kind = Kind.INVALID
    code = "UPLOAD_HASH_MISMATCH"
