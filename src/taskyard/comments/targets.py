"""What may be talked about: whether it is there, its name, and whom talk of it concerns."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.comments.types import EntityType
from taskyard.jobs.models import Job
from taskyard.projects.models import Membership, Project

#: A row where the thing `$3` is in the project `$2`.
THERE: Final[dict[EntityType, str]] = {
    "project": "SELECT 1 WHERE $3::uuid = $2::uuid",
    "job": "SELECT 1 FROM jobs WHERE jobs.id = $3 AND jobs.project_id = $2 AND queue = 'work'",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A thing that may be talked about."""

    title: str
    #: Those it concerns before anybody said anything.
    people: frozenset[UUID]


async def find(
    db: AsyncSession, project_id: UUID, entity_type: EntityType, entity_id: UUID
) -> Target | None:
    """Return a thing of a live project, None where it is not there."""
    if entity_type == "project":
        return await _project(db, entity_id) if entity_id == project_id else None
    return await _job(db, project_id, entity_id)


async def _project(db: AsyncSession, project_id: UUID) -> Target | None:
    query = (
        select(Project.name, Membership.user_id)
        .join(Membership, Membership.project_id == Project.id)
        .where(Project.id == project_id, Membership.role == "owner")
    )
    rows = (await db.execute(query)).all()
    return Target(rows[0].name, frozenset(row.user_id for row in rows)) if rows else None


async def _job(db: AsyncSession, project_id: UUID, job_id: UUID) -> Target | None:
    query = select(Job.title, Job.owner_id).where(
        Job.id == job_id, Job.project_id == project_id, Job.queue == "work"
    )
    row = (await db.execute(query)).one_or_none()
    return Target(row.title, frozenset({row.owner_id} - {None})) if row else None
