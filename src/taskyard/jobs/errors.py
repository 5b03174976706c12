"""The refusals of jobs."""

from taskyard.core.limits import TierLimitExceeded
from taskyard.kit.errors import Kind, TaskyardError


class JobNotFound(TaskyardError):
    """There is no such job that you can see."""

    kind = Kind.NOT_FOUND
    code = "JOB_NOT_FOUND"


class JobKindUnknown(TaskyardError):
    """There is no kind of job called {given}. Known kinds: {known}."""

    kind = Kind.INVALID
    code = "JOB_KIND_UNKNOWN"


class ProjectRequired(TaskyardError):
    """A job of the kind {given} belongs to a project. Send project_id."""

    kind = Kind.INVALID
    code = "PROJECT_REQUIRED"


class TaskNotFound(TaskyardError):
    """There is no such task that you can see."""

    kind = Kind.NOT_FOUND
    code = "TASK_NOT_FOUND"


class JobHasEnded(TaskyardError):
    """The job has ended ({status}), so there is nothing to cancel."""

    kind = Kind.CONFLICT
    code = "JOB_ENDED"


class JobNotRetryable(TaskyardError):
    """The job is {status}; only a failed or cancelled one can be tried again."""

    kind = Kind.CONFLICT
    code = "JOB_NOT_RETRYABLE"


class LeaseLost(Exception):
    """This attempt no longer owns its job: it must stop and write nothing more.

    No refusal: nobody asked for anything, and nobody is told.
    """


__all__ = [
    "JobHasEnded",
    "JobKindUnknown",
    "JobNotFound",
    "JobNotRetryable",
    "LeaseLost",
    "ProjectRequired",
    "TaskNotFound",
    "TierLimitExceeded",
]
