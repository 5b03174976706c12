"""Whose turn it is.

Few hints are out at any time, so that who comes next is decided as late as possible, here: twice
as many as there are places, or, where a place is kept for the platform's own work, no more than
are free, since that place would take the others only to refuse them. Each
person's jobs go in the order in which they were asked for, up to the tier's number at once.
Between people, the lower score goes first:

    (jobs of theirs under way + 1) / weight of the tier - minutes since their last turn / 10

So a higher tier gets more places, never all of them: whoever waits moves up, and a turn puts a
person back. Without weights it is round robin.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import func, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.limits import TIERS
from taskyard.core.queue import Hint
from taskyard.jobs import kinds
from taskyard.jobs.engine.workers import ALIVE
from taskyard.jobs.models import Job
from taskyard.jobs.types import JobState

#: The broker's queues.
QUEUES: Final = {"work": "taskyard.work", "system": "taskyard.system"}
#: Hints out per place of the live workers: enough that none is idle while the next is chosen.
_WINDOW: Final = 2

_READY: Final = "state = 'queued' AND dispatched_at IS NULL"
_ROOM = text(
    f"""
    SELECT (SELECT coalesce(sum(slots), 0) FROM workers WHERE {ALIVE}) AS slots,
           EXISTS (SELECT 1 FROM jobs WHERE {_READY} AND queue = 'work') AS any_work,
           EXISTS (SELECT 1 FROM jobs WHERE {_READY} AND queue = 'system') AS any_system,
           (SELECT count(*) FROM jobs JOIN workers ON workers.id = lease_worker
             WHERE state = 'running' AND queue = 'work' AND {ALIVE}) AS busy,
           count(*) FILTER (WHERE queue = 'work') AS work,
           count(*) FILTER (WHERE queue = 'system') AS system
      FROM jobs WHERE state = 'queued' AND dispatched_at IS NOT NULL
    """  # noqa: S608 — constants
)

#: Each owner's oldest ready job, by one index probe an owner; the best owners; of those alone, as
#: many jobs as they may have. A second job of an owner never comes before the first, so the best
#: jobs are among the best owners'.
_CHOICE = text(
    """
    WITH RECURSIVE heads AS (
      (SELECT owner_id, id, tier, priority, created_at FROM jobs
        WHERE state = 'queued' AND dispatched_at IS NULL AND queue = 'work'
        ORDER BY owner_id, id LIMIT 1)
      UNION ALL
      SELECT following.* FROM heads CROSS JOIN LATERAL (
        SELECT owner_id, id, tier, priority, created_at FROM jobs
         WHERE state = 'queued' AND dispatched_at IS NULL AND queue = 'work'
           AND owner_id > heads.owner_id
         ORDER BY owner_id, id LIMIT 1
      ) following
    ), live AS (
      SELECT owner_id, count(*) AS jobs FROM jobs
       WHERE queue = 'work'
         AND (state = 'running' OR (state = 'queued' AND dispatched_at IS NOT NULL))
       GROUP BY owner_id
    ), tiers AS (
      SELECT * FROM unnest(CAST(:tiers AS text[]), CAST(:caps AS int[])) AS tiers (tier, cap)
    ), scored AS (
      SELECT heads.owner_id, heads.id, heads.priority, coalesce(live.jobs, 0) AS live,
             extract(epoch FROM clock_timestamp()
                     - greatest(heads.created_at, served.started_at)) / 600 AS waited
        FROM heads
        JOIN tiers USING (tier)
        LEFT JOIN live USING (owner_id)
        LEFT JOIN LATERAL (
          SELECT started_at FROM jobs
           WHERE owner_id = heads.owner_id AND started_at IS NOT NULL AND queue = 'work'
           ORDER BY started_at DESC LIMIT 1
        ) served ON true
       WHERE coalesce(live.jobs, 0) < tiers.cap
    ), best AS (
      SELECT * FROM scored
       ORDER BY (live + 1) / power(2, 2 - priority) - waited, id
       LIMIT :room
    )
    SELECT ready.id
      FROM best
      CROSS JOIN LATERAL (
        SELECT id, tier, priority, row_number() OVER (ORDER BY id) AS nth
          FROM (SELECT id, tier, priority FROM jobs
                 WHERE state = 'queued' AND dispatched_at IS NULL AND queue = 'work'
                   AND owner_id = best.owner_id
                 ORDER BY id LIMIT :most) first
      ) ready
      JOIN tiers USING (tier)
     WHERE best.live + ready.nth <= tiers.cap
     ORDER BY (best.live + ready.nth) / power(2, 2 - ready.priority)
            - CASE WHEN ready.nth = 1 THEN best.waited ELSE 0 END,
              ready.id
     LIMIT :room
    """
)
_SYSTEM_CHOICE = text(
    """
    SELECT id FROM jobs
     WHERE state = 'queued' AND dispatched_at IS NULL AND queue = 'system'
     ORDER BY id LIMIT :room
    """
)


async def choose(db: AsyncSession) -> list[Hint]:
    """Return the hints to send now; the platform's own work first."""
    room = (await db.execute(_ROOM)).one()
    window = _WINDOW * room.slots
    of_work = room.slots - room.busy if kinds.has_system_work() else window
    hints: list[Hint] = []
    if room.any_system and window > room.system:
        found = await db.scalars(_SYSTEM_CHOICE, {"room": window - room.system})
        hints += [Hint(job_id, QUEUES["system"]) for job_id in found]
    if room.any_work and of_work > room.work:
        found = await db.scalars(_CHOICE, {"room": of_work - room.work, **_tiers()})
        hints += [Hint(job_id, QUEUES["work"]) for job_id in found]
    return hints


def _tiers() -> dict[str, object]:
    return {
        "tiers": list(TIERS),
        "caps": [tier.jobs_at_once for tier in TIERS.values()],
        "most": max(tier.jobs_at_once for tier in TIERS.values()),
    }


async def note_sent(db: AsyncSession, job_ids: Sequence[UUID]) -> None:
    """Note that hints go out for these jobs.

    Before they do: a hint may be answered at once, and what its answer makes of the job stands.
    """
    await _note(db, job_ids, func.clock_timestamp())


async def note_lost(db: AsyncSession, job_ids: Sequence[UUID]) -> None:
    """Note that the hints for these jobs did not go out."""
    await _note(db, job_ids, None)


async def _note(db: AsyncSession, job_ids: Sequence[UUID], at: object) -> None:
    await db.execute(
        update(Job)
        .where(Job.id.in_(job_ids), Job.state == JobState.QUEUED)
        .values(dispatched_at=at)
        .execution_options(synchronize_session=False)
    )
