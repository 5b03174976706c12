"""What finished analyses do to tasks."""

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.spine import Told
from taskyard.core.uow import Uow
from taskyard.jobs.events import JobCompleted
from taskyard.runners.analysis.tracking.following import follow


class FindingTasks:
    """Completes the tasks of findings that are gone, and makes those a project's rule asks for."""

    name = "analysis.finding_tasks"
    handles = frozenset({JobCompleted.name})

    async def handle(self, db: AsyncSession, event: Told) -> None:
        """Follow an analysis; other runs say nothing of findings."""
        if event.payload["kind"] == "analysis":
            await follow(Uow(db), event.subject_id)
