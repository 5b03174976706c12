"""Which workers are alive, and which processes of this machine."""

import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Update, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.jobs.models import Job, Worker
from taskyard.jobs.types import JobState
from taskyard.kit.ids import uuid7

#: How often a worker says that it is there, and how long one that does not still counts.
BEAT_S: Final = 5.0
ALIVE: Final = "stopping_at IS NULL AND seen_at > clock_timestamp() - interval '20 seconds'"
_FORGET: Final = timedelta(days=1)
_ANSWER_WITHIN: Final = timedelta(seconds=15)
_UNANSWERED: Final = text(
    "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'queued'"
    " AND dispatched_at < clock_timestamp() - CAST(:age AS interval))"
)
_SEND_AGAIN: Final = text(
    "UPDATE jobs SET dispatched_at = NULL WHERE state = 'queued' AND dispatched_at IS NOT NULL"
)
#: The end of a lease whose holder is known to be dead: nobody will renew it.
DEAD: Final = func.to_timestamp(0)


@dataclass(frozen=True, slots=True)
class Identity:
    """A worker, as the database and its neighbours on the same machine know it."""

    id: UUID
    host: str
    node: str
    pid: int
    pid_started: int

    @classmethod
    def of_this_process(cls) -> "Identity":
        """Return a new worker's identity; its process is the caller's."""
        pid = os.getpid()
        started = _started(pid)
        assert started is not None, "this process exists"
        return cls(uuid7(), socket.gethostname(), node(), pid, started)


def node() -> str:
    """Return what two processes share that can see each other: boot and process namespace."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"


def _started(pid: int) -> int | None:
    """Return when a process was started, in clock ticks since boot; None where there is none.

    A zombie counts as none: it does nothing any more.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in parentheses may hold anything; what follows it does not.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else int(fields[19])


async def register(db: AsyncSession, who: Identity, slots: int) -> None:
    """Say that a worker is there and goes on being there."""
    row = insert(Worker).values(
        id=who.id,
        host=who.host[:255],
        node=who.node,
        pid=who.pid,
        pid_started=who.pid_started,
        slots=slots,
    )
    await db.execute(
        row.on_conflict_do_update(
            index_elements=["id"], set_={"seen_at": func.clock_timestamp(), "slots": slots}
        )
    )


async def say_stopping(db: AsyncSession, worker_id: UUID) -> None:
    """Have a worker's attempts hand back what they do; it gets no more hints."""
    await db.execute(
        update(Worker).where(Worker.id == worker_id).values(stopping_at=func.clock_timestamp())
    )


async def remove(db: AsyncSession, worker_id: UUID) -> None:
    """Forget a worker that has ended; what it still held goes on at once.

    It may have died between taking a hint and claiming the job, so every hint that is out is sent
    again: the few that were alive are answered twice, which harms nobody.
    """
    await expire_leases(db, worker_id)
    await send_again(db)
    await db.execute(delete(Worker).where(Worker.id == worker_id))


async def send_again(db: AsyncSession) -> None:
    """Have every hint that is out sent once more; those that were alive are answered twice."""
    await db.execute(_SEND_AGAIN)


async def is_idle(db: AsyncSession, worker_id: UUID) -> bool:
    """Say whether a worker holds no job."""
    held = select(Job.id).where(Job.state == JobState.RUNNING, Job.lease_worker == worker_id)
    return (await db.scalar(held.limit(1))) is None


async def expire_leases(db: AsyncSession, worker_id: UUID) -> None:
    """End the leases of a worker whose processes are gone."""
    await db.execute(_expire(Job.lease_worker == worker_id))


async def expire_lease(db: AsyncSession, worker_id: UUID, hint_id: str) -> None:
    """End the lease that a dead process got by a hint; or have the hint sent again."""
    claimed = (Job.lease_worker == worker_id) & (Job.lease_owner == hint_id)
    if (await db.execute(_expire(claimed).returning(Job.id))).first() is None:
        await send_again(db)


def _expire(whose: ColumnElement[bool]) -> Update:
    return (
        update(Job)
        .where(Job.state == JobState.RUNNING, whose)
        .values(lease_until=DEAD)
        .execution_options(synchronize_session=False)
    )


async def is_deaf(db: AsyncSession, worker_id: UUID) -> bool:
    """Say whether a worker does nothing although hints have been out for a while.

    An idle worker answers a hint within a second.
    """
    waiting = await db.scalar(_UNANSWERED, {"age": _ANSWER_WITHIN})
    return bool(waiting) and await is_idle(db, worker_id)


async def remove_dead(db: AsyncSession) -> None:
    """Forget workers that were killed: at once where this machine would see them, else in a day."""
    gone = func.clock_timestamp() - _FORGET
    await db.execute(delete(Worker).where(Worker.seen_at < gone))
    here = select(Worker.id, Worker.pid, Worker.pid_started).where(Worker.node == node())
    for row in (await db.execute(here)).all():
        if _started(row.pid) != row.pid_started:
            await remove(db, row.id)
