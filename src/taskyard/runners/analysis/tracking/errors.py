"""The refusals of findings as tasks."""

from taskyard.kit.errors import Kind, TaskyardError


class FindingNotFound(TaskyardError):
    """This analysis has no such finding."""

    kind = Kind.NOT_FOUND
    code = "FINDING_NOT_FOUND"
