"""What jobs do when something happens below."""

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.spine import Told
from taskyard.core.uow import Uow
from taskyard.jobs import service
from taskyard.projects.events import ProjectDeleted


class DeletedProjects:
    """Stops what a deleted project still had to do: nobody could see it or cancel it any more."""

    name = "jobs.deleted_projects"
    handles = frozenset({ProjectDeleted.name})

    async def handle(self, db: AsyncSession, event: Told) -> None:
        """Cancel the project's jobs."""
        await service.cancel_all(Uow(db), event.subject_id, event.actor_id)
