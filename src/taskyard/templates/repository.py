"""Every query of templates."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.ids import uuid7
from taskyard.projects.models import Tag
from taskyard.tasks.models import Label, Task, TaskDependency, TaskLabel
from taskyard.templates.models import Template
from taskyard.templates.schemas import Word


class Plan(NamedTuple):
    """What of a project a template can hold."""

    tags: Sequence[Row[str, str]]
    labels: Sequence[Row[str, str]]
    tasks: Sequence[Any]
    #: By the task's id: names of labels, ids of tasks it waits for.
    worn: dict[UUID, list[str]]
    waits: dict[UUID, list[UUID]]


async def own(db: AsyncSession, owner_id: UUID) -> Sequence[Template]:
    """Return somebody's templates by name."""
    query = select(Template).where(Template.owner_id == owner_id)
    return (await db.scalars(query.order_by(func.lower(Template.name)))).all()


async def one(db: AsyncSession, owner_id: UUID, template_id: UUID) -> Template | None:
    """Return a template of somebody's."""
    query = select(Template).where(Template.id == template_id, Template.owner_id == owner_id)
    return (await db.scalars(query)).one_or_none()


async def plan(db: AsyncSession, project_id: UUID, *, limit: int) -> Plan:
    """Return a project's tags, labels and tasks that are not called off; at most so many."""
    tags = select(Tag.name, Tag.color).where(Tag.project_id == project_id).order_by(Tag.name)
    labels = select(Label.name, Label.color).where(Label.project_id == project_id)
    tasks = (
        select(
            Task.id,
            Task.title,
            Task.description,
            Task.status,
            Task.priority,
            Task.estimate,
            Task.parent_id,
            Task.requires,
        )
        .where(Task.project_id == project_id, Task.deleted_at.is_(None), Task.status != "cancelled")
        .order_by(Task.number)
        .limit(limit)
    )
    found = (await db.execute(tasks)).all()
    ids = [task.id for task in found]
    worn: dict[UUID, list[str]] = defaultdict(list)
    query = (
        select(TaskLabel.task_id, Label.name)
        .join(Label, Label.id == TaskLabel.label_id)
        .where(TaskLabel.task_id.in_(ids))
        .order_by(Label.name)
    )
    for task_id, name in await db.execute(query):
        worn[task_id].append(name)
    waits: dict[UUID, list[UUID]] = defaultdict(list)
    edges = select(TaskDependency.task_id, TaskDependency.depends_on_id)
    for task_id, other_id in await db.execute(edges.where(TaskDependency.task_id.in_(ids))):
        waits[task_id].append(other_id)
    return Plan(
        (await db.execute(tags)).all(),
        (await db.execute(labels.order_by(Label.name))).all(),
        found,
        worn,
        waits,
    )


async def add_labels(
    db: AsyncSession, project_id: UUID, words: Collection[Word]
) -> dict[str, UUID]:
    """Give a new project, which has none yet, its labels; return their ids by name."""
    ids = {word.name: uuid7() for word in words}
    db.add_all(
        Label(id=ids[word.name], project_id=project_id, name=word.name, color=word.color)
        for word in words
    )
    await db.flush()
    return ids


async def tie(db: AsyncSession, pairs: Collection[tuple[UUID, UUID]]) -> None:
    """Have tasks wait for others, (task, other) each."""
    if pairs:
        rows = [{"task_id": task_id, "depends_on_id": other_id} for task_id, other_id in pairs]
        await db.execute(insert(TaskDependency).values(rows))
