"""Telling of a change of state: once in the job's own story, once on the spine."""

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from taskyard.core.spine import Event, EventRow
from taskyard.jobs import policy
from taskyard.jobs.events import Glance, JobFailed
from taskyard.jobs.models import Job, JobEvent


class Teller(Protocol):
    """Where rows are written: a unit of work."""

    @property
    def db(self) -> Any:
        """Something rows can be added to."""

    @property
    def emit(self) -> Callable[[Event], EventRow]:
        """Writes an event to the spine."""


def tell(
    uow: Teller,
    job: Job,
    event: type[Event],
    name: str,
    facts: dict[str, Any],
    *,
    by: UUID | None = None,
    seq: int | None = None,
) -> JobEvent:
    """Write that `job` changed. Its row must be held: the event takes the next number.

    `facts` say more than the status; people's clients get them with the job's own event. `seq` is
    the event's number where the row counts it already.
    """
    if seq is None:
        seq = job.next_seq
        job.next_seq = seq + 1
    progress = policy.percent(job.progress)
    told = JobEvent(
        job_id=job.id,
        seq=seq,
        attempt=job.attempt or 0,
        name=name,
        data={"status": str(job.state), "progress": progress, **facts},
    )
    uow.db.add(told)
    glance = Glance(
        kind=job.kind, title=job.title, status=job.state, progress=progress, seq=seq
    ).model_dump()
    if event is JobFailed:
        glance["reason"] = (job.failure or {}).get("reason", "error")
    uow.emit(event(subject_id=job.id, project_id=job.project_id, actor_id=by, **glance))
    return told
