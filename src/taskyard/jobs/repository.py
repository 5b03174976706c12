"""Every query of jobs that people's requests make. The engine's own are in `engine/`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Label, Row, Select, delete, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.core.partitions import first_id
from taskyard.jobs.models import Job, JobAsset, JobEvent, JobStep
from taskyard.jobs.types import ENDED, OPEN
from taskyard.projects.models import Membership, Project

#: Lists stop counting here: nobody reads a total beyond it.
COUNT_CAP = 10_000

#: Counted by age up to 100, through the partial index of queued jobs.
POSITION: Final = (
    "CASE WHEN jobs.state = 'queued' THEN (SELECT count(*) + 1 FROM (SELECT 1 FROM jobs q"
    " WHERE q.state = 'queued' AND q.queue = 'work' AND q.id < jobs.id LIMIT 99) ahead) END"
)
_POSITION: Label[int | None] = literal_column(POSITION).label("position")
#: Everything a list shows; parameters and results stay where they are.
_GLANCE = (
    Job.id,
    Job.kind,
    Job.title,
    Job.owner_id,
    Job.project_id,
    Job.task_id,
    Job.state,
    Job.progress,
    Job.current_step,
    Job.attempt,
    Job.created_at,
    Job.started_at,
    Job.finished_at,
    Job.deadline_at,
    Job.failure,
    Job.next_seq,
    Project.name.label("project_name"),
    User.display_name.label("owner_name"),
    _POSITION,
)
_WHOLE = (*_GLANCE, Job.parameters, Job.result, Job.reused_from)

#: A job as `_GLANCE` selects it; `whole` adds the heavy columns.
Glance = Row[Any]


def _named(columns: Sequence[Any], *, queues: Sequence[str] = ("work",)) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Job)
        .outerjoin(Project, Project.id == Job.project_id)
        .outerjoin(User, User.id == Job.owner_id)
        .where(Job.queue.in_(queues))
    )


def asked_by(user_id: UUID) -> Select[Any]:
    """Select the jobs an account asked for, as far as it still sees their projects."""
    return (
        _named((*_GLANCE, Membership.role.label("role")))
        .outerjoin(
            Membership,
            (Membership.project_id == Job.project_id) & (Membership.user_id == user_id),
        )
        .where(
            Job.owner_id == user_id,
            Job.project_id.is_(None)
            | (Membership.role.is_not(None) & Project.deleted_at.is_(None)),
        )
    )


async def part(
    db: AsyncSession, query: Select[Any], *, offset: int, limit: int
) -> Sequence[Glance]:
    """Return a part of `query`, newest first."""
    rows = query.order_by(Job.id.desc()).offset(offset).limit(limit)
    found: Sequence[Glance] = (await db.execute(rows)).all()
    return found


async def exists(db: AsyncSession, job_id: UUID) -> bool:
    """Say whether people have such a job, in a project that was not deleted or in none."""
    query = _named((Job.id,)).where(Job.id == job_id, Project.deleted_at.is_(None))
    return (await db.scalar(query)) is not None


async def place(db: AsyncSession, job_id: UUID) -> Row[UUID | None, UUID | None, str] | None:
    """Return whose a job is: (owner_id, project_id, queue)."""
    query = select(Job.owner_id, Job.project_id, Job.queue).where(Job.id == job_id)
    return (await db.execute(query)).one_or_none()


async def locked(db: AsyncSession, job_id: UUID) -> Job | None:
    """Return a job as it is now, held until the transaction ends."""
    query = select(Job).where(Job.id == job_id).with_for_update()
    return (await db.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def open_in(db: AsyncSession, project_id: UUID) -> Sequence[UUID]:
    """Return the project's jobs that have not ended, in the order everybody locks them."""
    query = select(Job.id).where(Job.project_id == project_id, Job.state.in_(OPEN))
    return (await db.scalars(query.order_by(Job.id))).all()


async def delete_of_deleted_projects(db: AsyncSession, *, older_than: timedelta) -> int:
    """Remove the jobs of projects deleted that long ago, with all they made; return how many."""
    deleted = await db.scalars(
        delete(Job)
        .where(
            Job.project_id == Project.id,
            Project.deleted_at < func.now() - older_than,
            Job.state.in_(ENDED),
        )
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return len(deleted.all())


async def delete_emptied_projects(db: AsyncSession, *, older_than: timedelta, limit: int) -> int:
    """Remove some projects deleted that long ago, once none of their jobs is left.

    Return how many. What else belongs to them goes with them, so remove what is much first.
    """
    gone = (
        select(Project.id)
        .where(
            Project.deleted_at < func.now() - older_than,
            ~select(Job.id).where(Job.project_id == Project.id).exists(),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    done = await db.execute(
        delete(Project).where(Project.id.in_(gone)).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


async def whole(db: AsyncSession, job_id: UUID) -> Glance | None:
    """Return everything a job's page shows but its steps."""
    query = _named(_WHOLE, queues=("work", "system")).where(Job.id == job_id)
    found: Glance | None = (await db.execute(query)).one_or_none()
    return found


async def steps(db: AsyncSession, job_id: UUID) -> Sequence[JobStep]:
    """Return a job's steps in their order."""
    query = select(JobStep).where(JobStep.job_id == job_id).order_by(JobStep.position)
    return (await db.scalars(query)).all()


async def forget_steps(db: AsyncSession, job_id: UUID) -> None:
    """Have the next attempt do every step again."""
    await db.execute(delete(JobStep).where(JobStep.job_id == job_id))


async def assets(db: AsyncSession, job_id: UUID) -> Sequence[JobAsset]:
    """Return the files a job made."""
    query = select(JobAsset).where(JobAsset.job_id == job_id).order_by(JobAsset.name)
    return (await db.scalars(query)).all()


async def asset(db: AsyncSession, asset_id: UUID) -> JobAsset | None:
    """Return one file."""
    return await db.get(JobAsset, asset_id)


async def events(
    db: AsyncSession, job_id: UUID, *, after: int, limit: int, name: str | None = None
) -> Sequence[JobEvent]:
    """Return a job's events after a number, in order."""
    query = select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.seq > after)
    if name is not None:
        query = query.where(JobEvent.name == name)
    return (await db.scalars(query.order_by(JobEvent.seq).limit(limit))).all()


async def newest_seq(db: AsyncSession, job_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the number of the newest event of each job."""
    query = select(Job.id, Job.next_seq - 1).where(Job.id.in_(job_ids))
    return {row[0]: row[1] for row in await db.execute(query)}


async def is_over(db: AsyncSession, job_id: UUID, after: int) -> bool:
    """Say whether a job has ended and nothing comes after this event."""
    query = select(Job.state.in_(ENDED) & (Job.next_seq <= after + 1)).where(Job.id == job_id)
    return bool(await db.scalar(query))


async def count_since(db: AsyncSession, user_id: UUID, moment: datetime) -> int:
    """Return how many jobs an account has asked for since `moment`."""
    query = select(func.count()).where(Job.owner_id == user_id, Job.id >= first_id(moment))
    return await db.scalar(query) or 0
