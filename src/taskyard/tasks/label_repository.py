"""Every query of labels: a project's own, and those that tasks wear."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.tasks.models import Label, TaskLabel


async def labels_of(
    db: AsyncSession, project_id: UUID, label_ids: Collection[UUID] | None = None
) -> Sequence[Label]:
    """Return a project's labels by name: all, or those among these, held so that they stay."""
    query = select(Label).where(Label.project_id == project_id).order_by(func.lower(Label.name))
    if label_ids is not None:
        query = query.where(Label.id.in_(label_ids)).with_for_update(read=True, key_share=True)
    return (await db.scalars(query)).all()


async def label(
    db: AsyncSession, project_id: UUID, label_id: UUID, *, lock: bool = False
) -> Label | None:
    """Return one of a project's labels."""
    query = select(Label).where(Label.project_id == project_id, Label.id == label_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(query)).one_or_none()


async def count_labels(db: AsyncSession, project_id: UUID) -> int:
    """Return how many labels a project has."""
    return await db.scalar(select(func.count()).where(Label.project_id == project_id)) or 0


async def worn(db: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Return id and name of the labels each of these tasks wears, by name."""
    query = (
        select(TaskLabel.task_id, Label.id, Label.name)
        .join(Label, Label.id == TaskLabel.label_id)
        .where(TaskLabel.task_id.in_(task_ids))
        .order_by(func.lower(Label.name))
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {task_id: [] for task_id in task_ids}
    for row in await db.execute(query):
        found[row.task_id].append((row.id, row.name))
    return found


async def wear(db: AsyncSession, pairs: Collection[tuple[UUID, UUID]]) -> None:
    """Have tasks wear labels, (task, label) each; what they wear already stays."""
    if pairs:
        rows = [{"task_id": task_id, "label_id": label_id} for task_id, label_id in pairs]
        await db.execute(upsert(TaskLabel).values(rows).on_conflict_do_nothing())


async def take_off(db: AsyncSession, pairs: Collection[tuple[UUID, UUID]]) -> None:
    """Have tasks wear labels no longer, (task, label) each."""
    if pairs:
        pair = tuple_(TaskLabel.task_id, TaskLabel.label_id)
        await db.execute(delete(TaskLabel).where(pair.in_(pairs)))


async def wearers(db: AsyncSession, label_id: UUID) -> Sequence[UUID]:
    """Return the tasks that wear a label."""
    return (await db.scalars(select(TaskLabel.task_id).where(TaskLabel.label_id == label_id))).all()
