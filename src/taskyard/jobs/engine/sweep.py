"""Ending what nobody ended: lost workers, passed deadlines, and what has become due.

Only the elected process does this, on the connection that holds its election.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import TextClause, select, text
from sqlalchemy.orm import Session

from taskyard.core.uow import Uow
from taskyard.jobs import policy
from taskyard.jobs.engine import outcome, states, workers
from taskyard.jobs.engine.outcome import Decide, Outcome
from taskyard.jobs.engine.states import Hand
from taskyard.jobs.models import Job
from taskyard.jobs.types import JobState

#: A hint that nobody answered for so long was lost; another is sent.
REDISPATCH: Final = timedelta(seconds=60)
_BATCH: Final = 50
_FORGET_HINTS: Final = text(
    "UPDATE jobs SET dispatched_at = NULL"
    " WHERE state = 'queued' AND dispatched_at < clock_timestamp() - CAST(:age AS interval)"
)


async def sweep(uow: Uow, *, leases: bool = True) -> int:
    """Do everything that is due; return how many jobs changed. Commits as it goes.

    Without `leases`, only those end whose holders are known to be dead.
    """
    await workers.remove_dead(uow.db)
    await uow.db.execute(_FORGET_HINTS, {"age": REDISPATCH})
    await uow.commit()
    changed = 0
    for where, decide in (*((_RUN_OUT,) if leases else ()), *_DUE):
        changed += await _settle_all(uow, where, decide)
    return changed


async def _settle_all(uow: Uow, where: TextClause, decide: Decide) -> int:
    count = await uow.db.run_sync(lambda db: _settle_some(Hand(db, uow.emit), where, decide))
    await uow.commit()
    return count


def _settle_some(hand: Hand, where: TextClause, decide: Decide) -> int:
    jobs = _take(hand.db, where)
    for job in jobs:
        states.settle(hand, job, decide(job))
    return len(jobs)


def _take(db: Session, where: TextClause) -> list[Job]:
    """Hold some jobs; those that somebody else holds just now are left for the next time."""
    query = select(Job).where(where).limit(_BATCH).with_for_update(skip_locked=True)
    return list(db.scalars(query.execution_options(populate_existing=True)))


def _too_slow(job: Job) -> Outcome:
    began, limit = job.started_at, job.deadline_at
    span = limit - began if began is not None and limit is not None else timedelta(0)
    return outcome.failed(policy.too_slow(span))(job)


def _is_due(_: Job) -> Outcome:
    return Outcome(JobState.QUEUED, {"because": "due"})


def _was_never_taken(job: Job) -> Outcome:
    return outcome.failed(policy.never_taken())(job)


#: Conditions in plain text, so that the partial indexes are seen to fit; what each makes of a job.
_RUN_OUT: Final = (
    text("state = 'running' AND lease_until < clock_timestamp()"),
    outcome.worker_lost(),
)
_DUE: Final[tuple[tuple[TextClause, Decide], ...]] = (
    (text("state = 'running' AND lease_until = to_timestamp(0)"), outcome.worker_lost()),
    (
        # A job's own guardian ends it at its deadline; here, only where that failed.
        text("state = 'running' AND deadline_at < clock_timestamp() - interval '60 seconds'"),
        _too_slow,
    ),
    (text("state = 'waiting' AND run_at <= clock_timestamp()"), _is_due),
    (
        text("state IN ('queued', 'waiting') AND deadline_at < clock_timestamp()"),
        _was_never_taken,
    ),
)
