"""What fetching source refuses."""

from taskyard.kit.errors import Kind, TaskyardError


class RepositoryNotFound(TaskyardError):
    """There is no public repository at {url}. Of a private one, upload an archive."""

    kind = Kind.NOT_FOUND
    code = "REPOSITORY_NOT_FOUND"


class NoRepository(TaskyardError):
    """{url} answers, but not as a Git repository does: {reason}."""

    kind = Kind.UPSTREAM
    code = "NO_REPOSITORY"


class RefNotFound(TaskyardError):
    """The repository gives out no branch, tag or commit {ref}. Name a commit in full."""

    kind = Kind.NOT_FOUND
    code = "REF_NOT_FOUND"


class RepositoryEmpty(TaskyardError):
    """There is nothing to fetch: {reason}."""

    kind = Kind.INVALID
    code = "REPOSITORY_EMPTY"


class RepositoryTooLarge(TaskyardError):
    """The repository sends more than {limit_bytes} bytes, the most your {tier} tier takes."""

    kind = Kind.TOO_LARGE
    code = "REPOSITORY_TOO_LARGE"


class RepositoryUnsafe(TaskyardError):
    """The repository was refused, nothing of it was kept. {entry}: {reason}."""

    kind = Kind.INVALID
    code = "REPOSITORY_UNSAFE"


class RepositoryDamaged(TaskyardError):
    """What the repository sent cannot be read: {reason}."""

    kind = Kind.UPSTREAM
    code = "REPOSITORY_DAMAGED"


class RepositoryRefused(TaskyardError):
    """The server of the repository refused: {reason}."""

    kind = Kind.UPSTREAM
    code = "REPOSITORY_REFUSED"


class RepositoryBusy(TaskyardError):
    """The server of the repository is busy ({status}). Try again later."""

    kind = Kind.UPSTREAM
    code = "REPOSITORY_BUSY"
    transient = True
