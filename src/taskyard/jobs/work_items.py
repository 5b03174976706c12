"""Whether there is a task that a job is asked for: a port, which the room of tasks fills.

Jobs lie below tasks and know of them no more than an id.
"""

from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession


class WorkItems(Protocol):
    """Knows tasks."""

    async def project_of(self, db: AsyncSession, task_id: UUID) -> UUID | None:
        """Return the project a live task lies in; None where there is none of that id."""


_known: list[WorkItems] = []


def register(items: WorkItems) -> None:
    """Let jobs be asked for tasks of these. Safe to call again."""
    _known[:] = [items]


async def project_of(db: AsyncSession, task_id: UUID) -> UUID | None:
    """Return the project a live task lies in; None where there is none of that id."""
    for items in _known:
        return await items.project_of(db, task_id)
    return None
