"""What jobs tell the spine: changes of state. Progress and log are in the job's own events."""

from typing import ClassVar

from pydantic import BaseModel

from taskyard.core.spine import Event


class Glance(BaseModel):
    """What a list of jobs shows, so that it can follow without asking again."""

    kind: str
    title: str
    status: str
    #: Per cent.
    progress: int
    #: The number of the job's own event that says the same.
    seq: int


class JobQueued(Glance, Event):
    """A job was asked for, or is ready again."""

    name: ClassVar[str] = "job.queued.v1"


class JobStarted(Glance, Event):
    """An attempt began."""

    name: ClassVar[str] = "job.started.v1"


class JobPaused(Glance, Event):
    """A job waits for its next attempt."""

    name: ClassVar[str] = "job.waiting.v1"


class JobCancelRequested(Glance, Event):
    """Somebody asked for a running job to stop."""

    name: ClassVar[str] = "job.cancel_requested.v1"


class JobCompleted(Glance, Event):
    """A job did its work."""

    name: ClassVar[str] = "job.completed.v1"


class JobFailed(Glance, Event):
    """A job ended without its result; `reason` says why."""

    name: ClassVar[str] = "job.failed.v1"
    reason: str


class JobCancelled(Glance, Event):
    """A job was stopped at somebody's wish."""

    name: ClassVar[str] = "job.cancelled.v1"
