"""What may be talked about: whether it is there, its name, and whom talk of it concerns."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.comments.types import EntityType
from taskyard.jobs.models import Job
from taskyard.projects.models import Membership, Project
from taskyard.tasks.models import Task, TaskWatcher

#: A row where the thing `$3` is in the project `$2`.
THERE: Final[dict[EntityType, str]] = {
    "project": "SELECT 1 WHERE $3::uuid = $2::uuid",
    "job": "SELECT 1 FROM jobs WHERE jobs.id = $3 AND jobs.project_id = $2 AND queue = 'work'",
    "task": "SELECT 1 FROM tasks WHERE tasks.id = $3 AND tasks.project_id = $2"
    " AND tasks.deleted_at IS NULL",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A thing that may be talked about."""

    title: str
    #: What people call a task, such as `TY-42`.
    key: str | None
    #: Those it concerns before anybody said anything; of a task its watchers.
    people: frozenset[UUID]


async def find(
    db: AsyncSession, project_id: UUID, entity_type: EntityType, entity_id: UUID
) -> Target | None:
    """Return a thing of a live project, None where it is not there."""
    if entity_type == "project":
        return await _project(db, entity_id) if entity_id == project_id else None
    if entity_type == "task":
        return await _task(db, project_id, entity_id)
    return await _job(db, project_id, entity_id)


async def _project(db: AsyncSession, project_id: UUID) -> Target | None:
    query = (
        select(Project.name, Membership.user_id)
        .join(Membership, Membership.project_id == Project.id)
        .where(Project.id == project_id, Membership.role == "owner")
    )
    rows = (await db.execute(query)).all()
    return Target(rows[0].name, None, frozenset(row.user_id for row in rows)) if rows else None


async def _job(db: AsyncSession, project_id: UUID, job_id: UUID) -> Target | None:
    query = select(Job.title, Job.owner_id).where(
        Job.id == job_id, Job.project_id == project_id, Job.queue == "work"
    )
    row = (await db.execute(query)).one_or_none()
    return Target(row.title, None, frozenset({row.owner_id} - {None})) if row else None


async def _task(db: AsyncSession, project_id: UUID, task_id: UUID) -> Target | None:
    watchers = select(TaskWatcher.user_id).where(TaskWatcher.task_id == task_id)
    query = (
        select(Task.title, Task.number, Project.key, func.array(watchers.scalar_subquery()))
        .join(Project, Project.id == Task.project_id)
        .where(Task.id == task_id, Task.project_id == project_id, Task.deleted_at.is_(None))
    )
    row = (await db.execute(query)).one_or_none()
    if row is None:
        return None
    return Target(row.title, f"{row.key}-{row.number}", frozenset(row[3]))
