"""Who is told of what happens to a task."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row

from taskyard.core.uow import Uow
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import repository
from taskyard.tasks.errors import TaskNotFound


async def watchers(uow: Uow, access: ProjectAccess, task_id: UUID) -> Sequence[Row[UUID, str, str]]:
    """Return id, name and user name of who watches a task, by name. Raises TaskNotFound."""
    await _check(uow, access, task_id)
    return await repository.watchers(uow.db, task_id)


async def watch(uow: Uow, access: ProjectAccess, task_id: UUID) -> None:
    """Have the caller watch a task. Raises TaskNotFound."""
    await _check(uow, access, task_id)
    await repository.watch(uow.db, [(task_id, access.actor.user_id)])


async def unwatch(uow: Uow, access: ProjectAccess, task_id: UUID) -> None:
    """Have the caller watch a task no longer. Raises TaskNotFound."""
    await _check(uow, access, task_id)
    await repository.unwatch(uow.db, task_id, access.actor.user_id)


async def _check(uow: Uow, access: ProjectAccess, task_id: UUID) -> None:
    if not await repository.named(uow.db, access.project_id, [task_id]):
        raise TaskNotFound
