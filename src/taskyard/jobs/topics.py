"""What of jobs and projects can be followed live."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.access import Actor, Permission
from taskyard.core.live import Chunk, Frame, Scope
from taskyard.core.uow import Uow
from taskyard.jobs import access, repository
from taskyard.jobs.errors import JobNotFound
from taskyard.projects import access as projects
from taskyard.projects.errors import ProjectNotFound


def _id(key: str) -> UUID | None:
    """Return the id a topic names, None unless it is spelled as we spell ids.

    `UUID()` reads capitals, braces and more; each spelling would be a topic of its own.
    """
    try:
        found = UUID(key)
    except ValueError:
        return None
    return found if str(found) == key else None


class JobTopics:
    """`job:<id>`: everything of one job, numbered as in its events."""

    family: Final = "job"

    async def admit(self, uow: Uow, actor: Actor, key: str) -> None:
        """Raise JobNotFound, also where the job exists and the caller may not know."""
        job_id = _id(key)
        if job_id is None:
            raise JobNotFound
        await access.load(uow, actor, job_id, Permission.JOB_READ)

    async def read(self, db: AsyncSession, key: str, *, after: int, limit: int) -> Chunk:
        """Return a job's events after a number."""
        job_id = UUID(key)
        # In this order: what is committed in between is then not mistaken for a gap.
        newest = (await repository.newest_seq(db, [job_id])).get(job_id, 0)
        events = await repository.events(db, job_id, after=after, limit=limit)
        first = events[0].seq if events else newest + 1
        if first != after + 1:
            # Asked from the future, or its oldest events were dropped with their month.
            return Chunk((), reset_to=max(newest, events[-1].seq if events else 0))
        frames = [Frame(event.seq, event.name, event.at, event.data) for event in events]
        return Chunk(frames, more=len(events) == limit)

    async def newest(self, db: AsyncSession, keys: Sequence[str]) -> dict[str, int]:
        """Return the number of each job's newest event."""
        found = await repository.newest_seq(db, [UUID(key) for key in keys])
        return {str(job_id): seq for job_id, seq in found.items()}


class ProjectTopics:
    """`project:<id>`: what the spine tells of one project."""

    family: Final = "project"

    async def admit(self, uow: Uow, actor: Actor, key: str) -> Scope:
        """Raise ProjectNotFound, also where it exists and the caller may not know."""
        project_id = _id(key)
        if project_id is None:
            raise ProjectNotFound
        await projects.load(uow, actor, project_id, Permission.PROJECT_READ)
        return Scope(projects=frozenset({project_id}))


class OwnTopics:
    """`user`: what the spine tells of the caller and of the projects they are in."""

    family: Final = "user"

    async def admit(self, uow: Uow, actor: Actor, key: str) -> Scope:  # noqa: ARG002 — the port's
        """Return what belongs to the caller."""
        return Scope(
            projects=await projects.visible(uow, actor.user_id),
            people=frozenset({actor.user_id}),
        )
