"""Words of jobs."""

from enum import StrEnum
from typing import Final, Literal


class JobState(StrEnum):
    """Where a job stands.

    waiting → queued → running → completed | failed | cancelled
    """

    #: Not yet to be run: scheduled for `run_at` (also the pause before a retry), or gated.
    WAITING = "waiting"
    #: Ready. The relay sends hints for it until a worker claims it.
    QUEUED = "queued"
    #: Held by one attempt, under a lease.
    RUNNING = "running"
    COMPLETED = "completed"
    #: Always with a reason, plain words, and whether a retry helps.
    FAILED = "failed"
    CANCELLED = "cancelled"


#: Who may move a job from a state to which others.
NEXT: Final[dict[JobState, frozenset[JobState]]] = {
    # its time has come | a person
    JobState.WAITING: frozenset({JobState.QUEUED, JobState.CANCELLED, JobState.FAILED}),
    # a claim | a person | nobody took it for a week
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED, JobState.FAILED}),
    # its attempt ends it | a retryable error | a lost worker, or one that is being stopped
    JobState.RUNNING: frozenset(
        {
            JobState.COMPLETED,
            JobState.FAILED,
            JobState.CANCELLED,
            JobState.WAITING,
            JobState.QUEUED,
        }
    ),
    JobState.COMPLETED: frozenset(),
    # a person asks for another try
    JobState.FAILED: frozenset({JobState.QUEUED}),
    JobState.CANCELLED: frozenset({JobState.QUEUED}),
}

ENDED: Final = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})
OPEN: Final = frozenset(JobState) - ENDED

#: People's work, and the platform's own (mail, deliveries): never in lists, quotas or caps.
Queue = Literal["work", "system"]

LogLevel = Literal["debug", "info", "warning", "error"]
StepStatus = Literal["running", "done", "failed"]

#: Errors that a retry may cure are retried this often.
MAX_ERRORS: Final = 5
#: A job that took this many workers with it is not given to another.
MAX_LOST: Final = 3
