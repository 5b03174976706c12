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


class ProjectArchived(TaskyardError):
    """This project is archived, so nothing in it is changed. An owner can restore it."""

    kind = Kind.CONFLICT
    code = "PROJECT_ARCHIVED"


class NotDeleted(TaskyardError):
    """This project is not deleted, so there is nothing to bring back."""

    kind = Kind.CONFLICT
    code = "PROJECT_NOT_DELETED"


class TagTaken(TaskyardError):
    """This project has the tag {name} already."""

    kind = Kind.CONFLICT
    code = "TAG_TAKEN"


class TooManyTags(TaskyardError):
    """A project has at most {limit} tags. Remove one first."""

    kind = Kind.CONFLICT
    code = "TOO_MANY_TAGS"


class TagNotFound(TaskyardError):
    """There is no such tag in this project."""

    kind = Kind.NOT_FOUND
    code = "TAG_NOT_FOUND"


class NewOwnerUnfit(TaskyardError):
    """{who} cannot own this project: {reason}."""

    kind = Kind.CONFLICT
    code = "NEW_OWNER_UNFIT"


class PersonalProjectStays(TaskyardError):
    """A personal project stays with its account: it is not deleted, archived or given away."""

    kind = Kind.CONFLICT
    code = "RESOURCE_CONFLICT"


class ReasonRequired(TaskyardError):
    """You are no member of this project. Say why you delete it: `?reason=…`."""

    kind = Kind.INVALID
    code = "REASON_REQUIRED"


__all__ = [
    "KeyTakenThere",
    "NameTakenThere",
    "NewOwnerUnfit",
    "NotDeleted",
    "PersonalProjectStays",
    "ProjectArchived",
    "ProjectKeyTaken",
    "ProjectNameTaken",
    "ProjectNotFound",
    "ProjectRoleTooLow",
    "ReasonRequired",
    "TagNotFound",
    "TagTaken",
    "TierLimitExceeded",
    "TooManyTags",
]
