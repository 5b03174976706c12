"""How an attempt can end, and what that makes of the job."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from taskyard.core.spine import Event
from taskyard.jobs import policy
from taskyard.jobs.events import (
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobPaused,
    JobQueued,
)
from taskyard.jobs.models import Job
from taskyard.jobs.policy import Failure
from taskyard.jobs.types import MAX_ERRORS, MAX_LOST, JobState

_EVENTS: dict[JobState, type[Event]] = {
    JobState.COMPLETED: JobCompleted,
    JobState.FAILED: JobFailed,
    JobState.CANCELLED: JobCancelled,
    JobState.QUEUED: JobQueued,
    JobState.WAITING: JobPaused,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A job's next state, and what goes with it."""

    state: JobState
    #: What people's clients are told beside the status.
    facts: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    reused_from: UUID | None = None
    failure: Failure | None = None
    #: How long a waiting job waits.
    pause: timedelta | None = None
    errors: int = 0
    lost: int = 0

    @property
    def event(self) -> type[Event]:
        """What the spine is told."""
        return _EVENTS[self.state]


#: Decides once the row is held: counters and a wish to cancel are read there.
Decide = Callable[[Job], Outcome]


def completed(result: dict[str, Any], *, reused_from: UUID | None = None) -> Decide:
    """The work is done; unless somebody asked to cancel it before this was committed."""

    def decide(job: Job) -> Outcome:
        if job.cancel_requested:
            return Outcome(JobState.CANCELLED)
        return Outcome(JobState.COMPLETED, result=result, reused_from=reused_from)

    return decide


def failed(failure: Failure) -> Decide:
    """It cannot be done."""

    def decide(job: Job) -> Outcome:
        if job.cancel_requested:
            return Outcome(JobState.CANCELLED)
        return Outcome(JobState.FAILED, facts={"failure": failure}, failure=failure)

    return decide


def cancelled() -> Decide:
    """Somebody asked for it to stop."""
    return lambda _: Outcome(JobState.CANCELLED)


def stumbled(failure: Callable[[int], Failure], *, at_least: float = 0) -> Decide:
    """It broke in a way that a retry may cure, `at_least` so many seconds from now."""

    def decide(job: Job) -> Outcome:
        if job.cancel_requested:
            return Outcome(JobState.CANCELLED)
        errors = job.errors + 1
        said = failure(errors)
        if errors >= MAX_ERRORS:
            return Outcome(JobState.FAILED, {"failure": said}, failure=said, errors=1)
        pause = max(at_least, policy.pause_before_retry(errors))
        facts = {"failure": said, "retry_in_seconds": round(pause, 1)}
        return Outcome(JobState.WAITING, facts, pause=timedelta(seconds=pause), errors=1)

    return decide


def handed_back() -> Decide:
    """Its worker is being stopped: it goes to another, and that counts for nothing."""

    def decide(job: Job) -> Outcome:
        if job.cancel_requested:
            return Outcome(JobState.CANCELLED)
        return Outcome(JobState.QUEUED, {"because": "worker_stopped"})

    return decide


def worker_lost() -> Decide:
    """Its worker vanished: it goes to another, but not for ever."""

    def decide(job: Job) -> Outcome:
        if job.cancel_requested:
            return Outcome(JobState.CANCELLED)
        if job.lost + 1 >= MAX_LOST:
            said = policy.worker_lost()
            return Outcome(JobState.FAILED, {"failure": said}, failure=said, lost=1)
        return Outcome(JobState.QUEUED, {"because": "worker_lost"}, lost=1)

    return decide
