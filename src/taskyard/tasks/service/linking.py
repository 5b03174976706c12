"""Having tasks wait for each other."""

from typing import Any
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import dependency_repository, policy, repository
from taskyard.tasks.errors import DependencyCycle, TaskNotFound, TooManyDependencies
from taskyard.tasks.events import TaskBlocked, TaskChanged, TaskUnblocked
from taskyard.tasks.models import Task
from taskyard.tasks.service.checking import cycle_text
from taskyard.tasks.service.telling import tell
from taskyard.tasks.types import CLOSED, MOST_DEPENDENCIES


async def depend(uow: Uow, access: ProjectAccess, task_id: UUID, other_id: UUID) -> None:
    """Have a task wait for another; one that does already stays as it is.

    Raises TaskNotFound, DependencyCycle or TooManyDependencies.
    """
    key, task, other = await _both(uow, access, task_id, other_id)
    if other.deleted_at is not None:
        raise TaskNotFound
    way = policy.chain(await dependency_repository.edges_from(uow.db, other_id), other_id, task_id)
    if way:
        raise DependencyCycle(cycle=await cycle_text(uow, [task_id, *way], key))
    if await dependency_repository.depends(uow.db, task_id, other_id):
        return
    if await dependency_repository.count_dependencies(uow.db, task_id) >= MOST_DEPENDENCIES:
        raise TooManyDependencies(limit=MOST_DEPENDENCIES)
    was = await dependency_repository.waits(uow.db, task_id, but=other_id)
    await dependency_repository.add_dependency(uow.db, task_id, other_id)
    await _told(uow, access, task, key, {"old": None, "new": f"{key}-{other.number}"})
    if not was and not {task.status, other.status} & CLOSED:
        tell(uow, access, TaskBlocked, task, key, by=f"{key}-{other.number}")


async def release(uow: Uow, access: ProjectAccess, task_id: UUID, other_id: UUID) -> None:
    """Have a task wait for another no longer, also for one that was deleted, and might come back.

    One that does not wait for it stays. Raises TaskNotFound.
    """
    key, task, other = await _both(uow, access, task_id, other_id)
    if not await dependency_repository.depends(uow.db, task_id, other_id):
        if other.deleted_at is not None:
            raise TaskNotFound
        return
    await dependency_repository.drop_dependency(uow.db, task_id, other_id)
    await _told(uow, access, task, key, {"old": f"{key}-{other.number}", "new": None})
    still = await dependency_repository.waits(uow.db, task_id, but=other_id)
    if not still and not other.deleted_at and not {task.status, other.status} & CLOSED:
        tell(uow, access, TaskUnblocked, task, key, by=f"{key}-{other.number}")


async def _both(
    uow: Uow, access: ProjectAccess, task_id: UUID, other_id: UUID
) -> tuple[str, Task, Any]:
    """Hold the project's book and the task; return its key, the task and the other's row.

    The other may have been deleted. Raises TaskNotFound.
    """
    _, key = await repository.hold_book(uow.db, access.project_id)
    tasks = await repository.locked(uow.db, access.project_id, [task_id])
    others = await repository.named(uow.db, access.project_id, [other_id], deleted=True)
    other = others.get(other_id)
    if not tasks or other is None:
        raise TaskNotFound
    return key, tasks[0], other


async def _told(
    uow: Uow, access: ProjectAccess, task: Task, key: str, change: dict[str, Any]
) -> None:
    await repository.touch(uow.db, [task.id])
    tell(uow, access, TaskChanged, task, key, changes={"depends_on": change})
