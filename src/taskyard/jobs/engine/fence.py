"""What an attempt may write while it runs.

Every write transaction begins with one UPDATE that names the attempt: an attempt that was taken
over changes nothing, however late it wakes up. The same statement gives the events their numbers
without a gap, and counts the write, so that one whose commit went unheard is not repeated.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.jobs.errors import LeaseLost
from taskyard.jobs.models import Job, JobEvent
from taskyard.jobs.types import JobState

Effect = Callable[[AsyncSession], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Fenced:
    """What the row said when the attempt came to write."""

    first_seq: int
    first_line: int
    #: As people see it now, from 0 to 1.
    progress: float


@dataclass(frozen=True, slots=True)
class Write:
    """One transaction of an attempt."""

    #: Names and data of the events, made once their numbers are known.
    events: Callable[[Fenced], Sequence[tuple[str, dict[str, Any]]]]
    count: int
    lines: int = 0
    progress: float | None = None
    step: str | None = None
    #: What else belongs to it.
    effect: Effect | None = None


async def pass_fence(
    db: AsyncSession, job_id: UUID, attempt: int, number: int, write: Write
) -> Fenced | None:
    """Begin the `number`-th write of an attempt. Raises LeaseLost.

    None where this very write was committed before.
    """
    values: dict[str, Any] = {
        "next_seq": Job.next_seq + write.count,
        "next_line": Job.next_line + write.lines,
        "writes": number + 1,
    }
    if write.progress is not None:
        values["progress"] = func.greatest(Job.progress, write.progress)
    if write.step is not None:
        values["current_step"] = write.step
    row = (
        await db.execute(
            update(Job)
            .where(
                Job.id == job_id,
                Job.attempt == attempt,
                Job.state == JobState.RUNNING,
                Job.writes == number,
            )
            .values(values)
            .returning(Job.next_seq, Job.next_line, Job.progress)
            .execution_options(synchronize_session=False)
        )
    ).one_or_none()
    if row is None:
        if await _was_written(db, job_id, attempt, number):
            return None
        raise LeaseLost
    return Fenced(row.next_seq - write.count, row.next_line - write.lines, row.progress)


async def _was_written(db: AsyncSession, job_id: UUID, attempt: int, number: int) -> bool:
    query = select(Job.writes).where(Job.id == job_id, Job.attempt == attempt)
    return await db.scalar(query) == number + 1


def add_events(
    db: AsyncSession, job_id: UUID, attempt: int, fenced: Fenced, write: Write
) -> list[JobEvent]:
    """Add the events of a write that passed the fence."""
    rows = [
        JobEvent(job_id=job_id, seq=seq, attempt=attempt, name=name, data=data)
        for seq, (name, data) in enumerate(write.events(fenced), fenced.first_seq)
    ]
    db.add_all(rows)
    return rows
