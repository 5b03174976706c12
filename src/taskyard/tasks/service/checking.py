"""What a task names has to be there: people, labels, the task it is a part of."""

from collections.abc import Collection
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.tasks import label_repository, repository
from taskyard.tasks.errors import AssigneeNotMember, LabelNotFound, ParentCycle, ParentNotFound


async def people(uow: Uow, project_id: UUID, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the user names of these accounts. Raises AssigneeNotMember unless all are members."""
    if not user_ids:
        return {}
    found = await repository.members(uow.db, project_id, user_ids)
    if len(found) < len(set(user_ids)):
        raise AssigneeNotMember
    return found


async def labels(uow: Uow, project_id: UUID, label_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of these labels. Raises LabelNotFound unless all are the project's."""
    if not label_ids:
        return {}
    found = await label_repository.labels_of(uow.db, project_id, label_ids)
    if len(found) < len(set(label_ids)):
        raise LabelNotFound
    return {label.id: label.name for label in found}


async def parents(uow: Uow, project_id: UUID, task_ids: Collection[UUID]) -> None:
    """Raise ParentNotFound unless all of these are tasks of the project."""
    if task_ids and len(await repository.named(uow.db, project_id, task_ids)) < len(set(task_ids)):
        raise ParentNotFound


async def parent(
    uow: Uow, project_id: UUID, task_ids: Collection[UUID], parent_id: UUID, key: str
) -> None:
    """Raise ParentNotFound, or ParentCycle where the parent is a part of one of the tasks."""
    await parents(uow, project_id, [parent_id])
    way = list(await repository.wholes(uow.db, parent_id))
    for place, task_id in enumerate(way):
        if task_id in task_ids:
            cycle = await cycle_text(uow, [task_id, *way[: place + 1]], key)
            raise ParentCycle(cycle=cycle)


async def cycle_text(uow: Uow, cycle: Collection[UUID], key: str) -> str:
    """Return a cycle as people read it: `TY-1 → TY-2 → TY-1`."""
    numbers = await repository.numbers(uow.db, cycle)
    return " → ".join(f"{key}-{numbers[task_id]}" for task_id in cycle)
