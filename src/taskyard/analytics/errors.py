"""The refusals of analytics."""

from taskyard.kit.errors import Kind, TaskyardError


class TooManyCalls(TaskyardError):
    """There were too many calls in this time for one answer. Ask for a shorter one."""

    kind = Kind.INVALID
    code = "TOO_MANY_CALLS"
