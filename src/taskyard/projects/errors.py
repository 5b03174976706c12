"""The refusals of projects."""

from taskyard.core.limits import TierLimitExceeded
from taskyard.kit.errors import Kind, TaskyardError


class ProjectNotFound(TaskyardError):
    """There is no such project that you can see."""

    kind = Kind.NOT_FOUND
    code = "PROJECT_NOT_FOUND"


class ProjectRoleTooLow(TaskyardError):
    """Your role in this project ({role}) does not allow {permission}; ask an owner."""

    kind = Kind.FORBIDDEN
    code = "AUTH_FORBIDDEN"


class ProjectNameTaken(TaskyardError):
    """You already have a project called {name}. Choose another name."""

    kind = Kind.CONFLICT
    code = "PROJECT_NAME_TAKEN"


class ProjectKeyTaken(TaskyardError):
    """One of your projects already numbers its tasks {key}. Choose another key."""

    kind = Kind.CONFLICT
    code = "PROJECT_KEY_TAKEN"


class NameTakenThere(TaskyardError):
    """Whoever would own this project has one called {name}. Rename one of the two first."""

    kind = Kind.CONFLICT
    code = "OWNER_HAS_NAME"


class KeyTakenThere(TaskyardError):
    """Whoever would own this project has one with the key {key}. Change one of the two first."""

    kind = Kind.CONFLICT
    code = "OWNER_HAS_KEY"


class PersonalProjectStays(TaskyardError):
    """A personal project belongs to its account and cannot be deleted."""

    kind = Kind.CONFLICT
    code = "RESOURCE_CONFLICT"


class ReasonRequired(TaskyardError):
    """You are no member of this project. Say why you delete it: `?reason=…`."""

    kind = Kind.INVALID
    code = "REASON_REQUIRED"


__all__ = [
    "KeyTakenThere",
    "NameTakenThere",
    "PersonalProjectStays",
    "ProjectKeyTaken",
    "ProjectNameTaken",
    "ProjectNotFound",
    "ProjectRoleTooLow",
    "ReasonRequired",
    "TierLimitExceeded",
]
