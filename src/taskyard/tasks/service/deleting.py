"""Deleting tasks, and bringing them back."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func

from taskyard.core.etag import check_match
from taskyard.core.uow import Uow
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import dependency_repository, policy, repository
from taskyard.tasks.errors import TaskNotFound
from taskyard.tasks.events import TaskChanged, TaskDeleted, TaskRestored
from taskyard.tasks.models import Task
from taskyard.tasks.service import blocking, placing
from taskyard.tasks.service.telling import tell
from taskyard.tasks.types import CLOSED, MOST_DEPENDENCIES


async def delete(
    uow: Uow, access: ProjectAccess, task_id: UUID, *, if_match: str | None = None
) -> None:
    """Delete a task. Raises TaskNotFound or PreconditionFailed."""
    await delete_all(uow, access, [task_id], if_match=if_match)


async def delete_all(
    uow: Uow, access: ProjectAccess, task_ids: Collection[UUID], *, if_match: str | None = None
) -> None:
    """Delete tasks, all or none: nobody sees them, and nothing waits for them.

    They keep their numbers and can be brought back. Raises TaskNotFound or PreconditionFailed.
    """
    _, key = await repository.hold_book(uow.db, access.project_id)
    tasks = await repository.locked(uow.db, access.project_id, task_ids)
    if len(tasks) < len(set(task_ids)):
        raise TaskNotFound
    was = await blocking.before(uow, [task.id for task in tasks if task.status not in CLOSED])
    at = await repository.moment(uow.db)
    for task in tasks:
        check_match(if_match, task.version)
        task.deleted_at = task.updated_at = at
        task.version += 1
        tell(uow, access, TaskDeleted, task, key)
    await blocking.tell(uow, access, was, key)


async def restore(uow: Uow, access: ProjectAccess, task_id: UUID) -> None:
    """Bring a deleted task back, at the bottom of its column, with what it waits for.

    One that was not deleted stays as it is. Raises TaskNotFound.
    """
    _, key = await repository.hold_book(uow.db, access.project_id)
    tasks = await repository.locked(uow.db, access.project_id, [task_id], deleted=True)
    if not tasks:
        if await repository.named(uow.db, access.project_id, [task_id]):
            return
        raise TaskNotFound
    [task] = tasks
    tell(uow, access, TaskRestored, task, key)
    await _untangle(uow, access, task, key)
    await _thin_out(uow, access, task, key)
    was = await blocking.before(uow, [task.id])
    task.position = await placing.find(uow, access.project_id, task.id, task.status, placing.BOTTOM)
    task.deleted_at = None
    task.version += 1
    task.updated_at = func.now()
    await blocking.tell(uow, access, was, key)


async def _untangle(uow: Uow, access: ProjectAccess, task: Task, key: str) -> None:
    """Let go of what would close a ring: while a task was deleted nothing led through it.

    It is deleted still.
    """
    loose: list[tuple[str, UUID]] = []
    if task.parent_id and task.id in await repository.wholes(uow.db, task.parent_id):
        loose.append(("parent", task.parent_id))
        task.parent_id = None
    edges = await dependency_repository.edges_from(uow.db, task.id)
    for other_id in [other for one, other in edges if one == task.id]:
        if policy.chain(edges, other_id, task.id):
            await dependency_repository.drop_dependency(uow.db, task.id, other_id)
            loose.append(("depends_on", other_id))
    numbers = await repository.numbers(uow.db, [one for _, one in loose])
    for name, one in loose:
        change = {name: {"old": f"{key}-{numbers[one]}", "new": None}}
        tell(uow, access, TaskChanged, task, key, changes=change)


async def _thin_out(uow: Uow, access: ProjectAccess, task: Task, key: str) -> None:
    """Let go of what would be one too many: while a task was deleted nobody counted it.

    It is deleted still.
    """
    pairs = await dependency_repository.surplus(uow.db, task.id, most=MOST_DEPENDENCIES)
    if not pairs:
        return
    for one, other in pairs:
        await dependency_repository.drop_dependency(uow.db, one, other)
    ids = {one for pair in pairs for one in pair}
    numbers = await repository.numbers(uow.db, ids)
    waiting = await repository.locked(uow.db, access.project_id, ids - {task.id})
    by_id = {one.id: one for one in (task, *waiting)}
    await repository.touch(uow.db, [one for one, _ in pairs if one != task.id])
    for one, other in pairs:
        change = {"depends_on": {"old": f"{key}-{numbers[other]}", "new": None}}
        tell(uow, access, TaskChanged, by_id[one], key, changes=change)
