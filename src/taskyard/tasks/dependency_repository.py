"""Every query of which tasks wait for which, but for the hot reads."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Row, delete, exists, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from taskyard.tasks.models import Task, TaskDependency
from taskyard.tasks.types import CLOSED

#: What a task waits for, and what that waits for: every pair once, however many ways lead there.
#: No way goes on behind a task that was deleted.
_EDGES: Final = text(
    "WITH RECURSIVE way (task_id, depends_on_id) AS ("
    " SELECT task_id, depends_on_id FROM task_dependencies WHERE task_id = :start"
    " UNION SELECT further.task_id, further.depends_on_id"
    " FROM way JOIN tasks ON tasks.id = way.depends_on_id AND tasks.deleted_at IS NULL"
    " JOIN task_dependencies further ON further.task_id = way.depends_on_id"
    ") SELECT task_id, depends_on_id FROM way"
)

#: What is one too many once a deleted task is back, for itself and for whoever waits for it.
_SURPLUS: Final = text(
    "SELECT task_id, depends_on_id FROM ("
    " SELECT edge.task_id, edge.depends_on_id, row_number() OVER ("
    "  PARTITION BY edge.task_id ORDER BY edge.depends_on_id = :back, needed.number) AS place"
    " FROM task_dependencies edge JOIN tasks needed ON needed.id = edge.depends_on_id"
    " WHERE (needed.deleted_at IS NULL OR needed.id = :back)"
    "  AND (edge.task_id = :back OR edge.task_id IN ("
    "   SELECT waiting.task_id FROM task_dependencies waiting"
    "   JOIN tasks ON tasks.id = waiting.task_id AND tasks.deleted_at IS NULL"
    "   WHERE waiting.depends_on_id = :back))"
    ") ranked WHERE place > :most"
)


async def depends(db: AsyncSession, task_id: UUID, other_id: UUID) -> bool:
    """Say whether a task waits for another at once, not through others."""
    query = select(
        exists().where(TaskDependency.task_id == task_id, TaskDependency.depends_on_id == other_id)
    )
    return bool(await db.scalar(query))


async def waits(db: AsyncSession, task_id: UUID, *, but: UUID) -> bool:
    """Say whether a task waits for one that is open, another one aside."""
    query = select(
        exists()
        .where(TaskDependency.task_id == task_id, TaskDependency.depends_on_id == Task.id)
        .where(Task.id != but, Task.deleted_at.is_(None), Task.status.not_in(CLOSED))
    )
    return bool(await db.scalar(query))


async def count_dependencies(db: AsyncSession, task_id: UUID) -> int:
    """Return how many tasks one waits for, deleted ones aside."""
    query = (
        select(func.count())
        .select_from(TaskDependency)
        .join(Task, Task.id == TaskDependency.depends_on_id)
        .where(TaskDependency.task_id == task_id, Task.deleted_at.is_(None))
    )
    return await db.scalar(query) or 0


async def add_dependency(db: AsyncSession, task_id: UUID, other_id: UUID) -> None:
    """Have a task wait for another."""
    await db.execute(insert(TaskDependency).values(task_id=task_id, depends_on_id=other_id))


async def drop_dependency(db: AsyncSession, task_id: UUID, other_id: UUID) -> None:
    """Have a task wait for another no longer."""
    await db.execute(
        delete(TaskDependency).where(
            TaskDependency.task_id == task_id, TaskDependency.depends_on_id == other_id
        )
    )


async def edges_from(db: AsyncSession, start: UUID) -> Sequence[tuple[UUID, UUID]]:
    """Return who waits for whom, as far as `start` has to wait for it.

    A task that was deleted is waited for, and waits for nothing; `start` may be one.
    """
    return [(row[0], row[1]) for row in await db.execute(_EDGES, {"start": start})]


async def surplus(db: AsyncSession, task_id: UUID, *, most: int) -> Sequence[tuple[UUID, UUID]]:
    """Return who would wait for whom beyond the most that is allowed, were a deleted task back."""
    rows = await db.execute(_SURPLUS, {"back": task_id, "most": most})
    return [(row[0], row[1]) for row in rows]


async def waiting_for(
    db: AsyncSession, task_ids: Collection[UUID]
) -> Sequence[Row[UUID, int, str, bool]]:
    """Return id, number, title and whether it is blocked of each open task that waits for these."""
    mine, needed = aliased(TaskDependency), aliased(Task)
    blocked = (
        exists()
        .where(
            mine.task_id == Task.id,
            needed.id == mine.depends_on_id,
            needed.deleted_at.is_(None),
            needed.status.not_in(CLOSED),
        )
        .label("blocked")
    )
    query = (
        select(Task.id, Task.number, Task.title, blocked)
        .where(
            Task.id.in_(
                select(TaskDependency.task_id).where(TaskDependency.depends_on_id.in_(task_ids))
            ),
            Task.deleted_at.is_(None),
            Task.status.not_in(CLOSED),
        )
        .order_by(Task.number)
    )
    return (await db.execute(query)).all()


async def first_needed(
    db: AsyncSession, task_ids: Collection[UUID], among: Collection[UUID]
) -> dict[UUID, int]:
    """Return the lowest number each of these tasks waits for among some."""
    if not task_ids:
        return {}
    query = (
        select(TaskDependency.task_id, func.min(Task.number))
        .join(Task, Task.id == TaskDependency.depends_on_id)
        .where(TaskDependency.task_id.in_(task_ids), TaskDependency.depends_on_id.in_(among))
        .group_by(TaskDependency.task_id)
    )
    return {row[0]: row[1] for row in await db.execute(query)}
