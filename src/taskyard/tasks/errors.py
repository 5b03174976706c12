"""The refusals of tasks."""

from taskyard.core.etag import PreconditionFailed
from taskyard.jobs.errors import TaskNotFound
from taskyard.kit.errors import Kind, TaskyardError


class AssigneeNotMember(TaskyardError):
    """Nobody of that id is in this project. Invite them first, or choose a member."""

    kind = Kind.INVALID
    code = "ASSIGNEE_NOT_MEMBER"


class LabelNotFound(TaskyardError):
    """This project has no such label."""

    kind = Kind.NOT_FOUND
    code = "LABEL_NOT_FOUND"


class LabelNameTaken(TaskyardError):
    """This project already has a label called {name}. Use that one, or choose another name."""

    kind = Kind.CONFLICT
    code = "LABEL_NAME_TAKEN"


class TooManyLabels(TaskyardError):
    """A task takes {limit} labels at most."""

    kind = Kind.INVALID
    code = "TOO_MANY_LABELS"


class ProjectLabelsFull(TaskyardError):
    """This project has {limit} labels, which is the most. Delete one that is not needed first."""

    kind = Kind.CONFLICT
    code = "PROJECT_LABELS_FULL"


class PlaceGone(TaskyardError):
    """The task you put it beside is no longer in the column {status}. Look again, then move it."""

    kind = Kind.CONFLICT
    code = "TASK_PLACE_GONE"


class ParentNotFound(TaskyardError):
    """There is no such task in this project for this one to be a part of."""

    kind = Kind.INVALID
    code = "PARENT_NOT_FOUND"


class ParentCycle(TaskyardError):
    """A task cannot be a part of itself: {cycle}."""

    kind = Kind.CONFLICT
    code = "TASK_PARENT_CYCLE"


class DependencyCycle(TaskyardError):
    """These would wait for each other for ever: {cycle}."""

    kind = Kind.CONFLICT
    code = "TASK_DEPENDENCY_CYCLE"


class TooManyDependencies(TaskyardError):
    """A task can wait for {limit} others at most. Gather some of them under one task."""

    kind = Kind.INVALID
    code = "TOO_MANY_DEPENDENCIES"


class EvidenceMissing(TaskyardError):
    """{what} cannot be done yet: {reasons}."""

    kind = Kind.CONFLICT
    code = "EVIDENCE_MISSING"


class LineInvalid(TaskyardError):
    """Line {line} is no task: {reason}. Nothing was added."""

    kind = Kind.INVALID
    code = "LINE_INVALID"


class TooManyLines(TaskyardError):
    """These are {given} tasks; {limit} can be added at once. Send them in parts."""

    kind = Kind.INVALID
    code = "TOO_MANY_LINES"


class TableInvalid(TaskyardError):
    """The table was not imported: {reason}."""

    kind = Kind.INVALID
    code = "TABLE_INVALID"


class AttachmentNotFound(TaskyardError):
    """Nothing of that id hangs on this task."""

    kind = Kind.NOT_FOUND
    code = "ATTACHMENT_NOT_FOUND"


class TooManyAttachments(TaskyardError):
    """{limit} things hang on this task, which is the most. Take some off first."""

    kind = Kind.INVALID
    code = "TOO_MANY_ATTACHMENTS"


class ViewNotFound(TaskyardError):
    """You see no such view in this project."""

    kind = Kind.NOT_FOUND
    code = "VIEW_NOT_FOUND"


class ViewNotYours(TaskyardError):
    """This shared view is {owner}'s, and the project's owners'. Save one of your own."""

    kind = Kind.FORBIDDEN
    code = "VIEW_NOT_YOURS"


class ViewNameTaken(TaskyardError):
    """There is a view called {name} already. Change that one, or choose another name."""

    kind = Kind.CONFLICT
    code = "VIEW_NAME_TAKEN"


class TooManyViews(TaskyardError):
    """{limit} views are the most, shared in a project and of one's own in it. Delete one first."""

    kind = Kind.INVALID
    code = "TOO_MANY_VIEWS"


__all__ = [
    "AssigneeNotMember",
    "AttachmentNotFound",
    "DependencyCycle",
    "EvidenceMissing",
    "LabelNameTaken",
    "LabelNotFound",
    "LineInvalid",
    "ParentCycle",
    "ParentNotFound",
    "PlaceGone",
    "PreconditionFailed",
    "ProjectLabelsFull",
    "TableInvalid",
    "TaskNotFound",
    "TooManyAttachments",
    "TooManyDependencies",
    "TooManyLabels",
    "TooManyLines",
    "TooManyViews",
    "ViewNameTaken",
    "ViewNotFound",
    "ViewNotYours",
]
