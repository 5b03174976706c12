"""The transitions of a job that the engine makes. Each holds the row, and names the attempt.

Written for a plain session, so that they serve the event loop (by `run_sync`) and the guardian's
thread alike. Time is the database's: two hosts need not agree on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from taskyard.core.spine import Event, EventRow
from taskyard.jobs.engine.outcome import Decide, Outcome
from taskyard.jobs.errors import LeaseLost
from taskyard.jobs.events import JobStarted
from taskyard.jobs.models import Job, JobEvent, JobStep
from taskyard.jobs.policy import QUEUE_PATIENCE
from taskyard.jobs.telling import tell
from taskyard.jobs.types import ENDED, JobState

_CLOCK = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class Hand:
    """What a transition writes with: a session, and the way to the spine."""

    db: Session
    emit: Callable[[Event], EventRow]

    @classmethod
    def plain(cls, db: Session) -> "Hand":
        """Return a hand for a thread of its own; nobody is woken by it."""

        def emit(event: Event) -> EventRow:
            row = EventRow.of(event)
            db.add(row)
            return row

        return cls(db, emit)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a worker brings to a claim."""

    worker_id: UUID
    hint_id: str
    lease: timedelta
    #: How many of people's jobs the worker may run at once; None where nothing is set aside.
    slots: int | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is this attempt's."""

    job_id: UUID
    attempt: int
    kind: str
    owner_id: UUID | None
    project_id: UUID | None
    parameters: dict[str, Any]
    cache_key: str | None
    deadline_at: datetime
    told: JobEvent


def claim(
    hand: Hand, job_id: UUID, by: Claim, limit_of: Callable[[str], timedelta]
) -> Claimed | None:
    """Take a queued job, or return None: the hint was old, doubled, or comes too early.

    Asked again with the same hint after a commit that went unheard, it gives the same attempt.
    """
    query = select(Job).where(Job.id == job_id).with_for_update()
    job = hand.db.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if job is None:
        return None
    if job.state == JobState.RUNNING and job.lease_owner == by.hint_id:
        told = hand.db.get_one(JobEvent, (job.id, job.next_seq - 1))
        return _claimed(job, told)
    if job.state != JobState.QUEUED:
        return None
    if job.queue == "work" and by.slots is not None and _busy(hand.db, by) >= by.slots:
        # The place is kept for the platform's own work; the relay sends another hint.
        job.dispatched_at = None
        return None
    job.state = JobState.RUNNING
    job.attempt += 1
    job.writes = 0
    job.lease_worker, job.lease_owner = by.worker_id, by.hint_id
    job.lease_until = _CLOCK + by.lease
    job.started_at = _CLOCK
    job.deadline_at = _CLOCK + limit_of(job.kind)
    job.current_step = None
    told = tell(hand, job, JobStarted, "job.started", {"attempt": job.attempt})
    hand.db.flush()
    return _claimed(job, told)


def _claimed(job: Job, told: JobEvent) -> Claimed:
    assert job.deadline_at is not None, "a running job has a deadline"
    return Claimed(
        job_id=job.id,
        attempt=job.attempt,
        kind=job.kind,
        owner_id=job.owner_id,
        project_id=job.project_id,
        parameters=job.parameters,
        cache_key=job.cache_key,
        deadline_at=job.deadline_at,
        told=told,
    )


def _busy(db: Session, by: Claim) -> int:
    query = select(func.count()).where(
        Job.state == JobState.RUNNING, Job.lease_worker == by.worker_id, Job.queue == "work"
    )
    return db.scalar(query) or 0


def hold(db: Session, job_id: UUID, attempt: int) -> Job:
    """Return the row of a job that this attempt still owns, held. Raises LeaseLost."""
    query = (
        select(Job)
        .where(Job.id == job_id, Job.attempt == attempt, Job.state == JobState.RUNNING)
        .with_for_update()
    )
    job = db.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if job is None:
        raise LeaseLost
    return job


def settle(hand: Hand, job: Job, outcome: Outcome) -> JobEvent:
    """Move a held job out of its state: the row, its steps, its event and the spine, as one."""
    job.lease_worker = job.lease_owner = job.lease_until = None
    job.dispatched_at = job.run_at = None
    job.errors += outcome.errors
    job.lost += outcome.lost
    job.state = outcome.state
    job.result, job.reused_from = outcome.result, outcome.reused_from
    job.failure = outcome.failure
    if outcome.state in ENDED:
        job.finished_at = _CLOCK
        job.deadline_at = None
    else:
        job.deadline_at = _CLOCK + QUEUE_PATIENCE
    if outcome.state == JobState.COMPLETED:
        job.progress = 1.0
        job.current_step = None
    if outcome.pause is not None:
        job.run_at = _CLOCK + outcome.pause
        job.deadline_at = _CLOCK + outcome.pause + QUEUE_PATIENCE
    _end_steps(hand.db, job.id)
    told = tell(hand, job, outcome.event, f"job.{outcome.state}", outcome.facts)
    hand.db.flush()
    return told


def settle_attempt(hand: Hand, job_id: UUID, attempt: int, decide: Decide) -> Outcome:
    """End an attempt from outside of it. Raises LeaseLost where it no longer owns the job."""
    job = hold(hand.db, job_id, attempt)
    outcome = decide(job)
    settle(hand, job, outcome)
    return outcome


def _end_steps(db: Session, job_id: UUID) -> None:
    db.execute(
        update(JobStep)
        .where(JobStep.job_id == job_id, JobStep.status == "running")
        .values(status="failed", finished_at=_CLOCK)
        .execution_options(synchronize_session=False)
    )
