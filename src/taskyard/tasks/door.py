"""What jobs may know of tasks: the port they leave open for it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.tasks.models import Task


class TasksOfJobs:
    """Says where a task lies that a job is asked for."""

    async def project_of(self, db: AsyncSession, task_id: UUID) -> UUID | None:
        """Return the project a live task lies in; None where there is none of that id."""
        query = select(Task.project_id).where(Task.id == task_id, Task.deleted_at.is_(None))
        return await db.scalar(query)
