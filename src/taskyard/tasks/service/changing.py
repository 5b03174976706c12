"""Changing tasks: one as its writer likes, or many in the same way."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from taskyard.core.access import Permission
from taskyard.core.etag import check_match
from taskyard.core.markdown import rendered
from taskyard.core.uow import Uow
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import repository
from taskyard.tasks.errors import TaskNotFound
from taskyard.tasks.models import Task
from taskyard.tasks.schemas import TaskBulk, TaskUpdate
from taskyard.tasks.service import deleting
from taskyard.tasks.service.applying import Change, apply

#: What null clears; elsewhere null changes nothing.
_CLEARED: Final = frozenset({"assignee_id", "due_date", "parent_id", "estimate"})
#: What only one transaction at a time changes in a project.
_ORDERED: Final = frozenset({"status", "parent_id", "position"})


async def change(
    uow: Uow, access: ProjectAccess, task_id: UUID, body: TaskUpdate, *, if_match: str | None
) -> None:
    """Change a task. Raises TaskNotFound, PreconditionFailed and what its parts refuse."""
    given = _asked(body)
    html = await rendered(given["description"]) if "description" in given else ""
    key = await _key(uow, access, given)
    [task] = await _locked(uow, access, [task_id])
    check_match(if_match, task.version)
    at = await repository.moment(uow.db)
    await apply(Change(uow, access, key, given, at, html), [task])


async def change_many(uow: Uow, access: ProjectAccess, body: TaskBulk) -> None:
    """Make the same change to many tasks, or delete them: all or none.

    They come to the bottom of a new column in the order they are listed in. Raises TaskNotFound
    and what the parts refuse.
    """
    if body.delete:
        access.require(Permission.TASK_DELETE)
        await deleting.delete_all(uow, access, body.task_ids)
        return
    given = _asked(body)
    # Whoever changes several holds the book, whatever is changed: else two could wait for tasks of
    # each other's.
    _, key = await repository.hold_book(uow.db, access.project_id)
    tasks = {task.id: task for task in await _locked(uow, access, body.task_ids)}
    in_order = [tasks[task_id] for task_id in dict.fromkeys(body.task_ids)]
    at = await repository.moment(uow.db)
    await apply(Change(uow, access, key, given, at), in_order)


def _asked(body: TaskUpdate | TaskBulk) -> dict[str, Any]:
    """Return what a body asks to be changed."""
    given = {
        name: getattr(body, name)
        for name in body.model_fields_set - {"agent_id", "task_ids", "delete"}
        if getattr(body, name) is not None or name in _CLEARED
    }
    if "requires" in given:
        given["requires"] = [one.model_dump() for one in given["requires"]]
    return given


async def _key(uow: Uow, access: ProjectAccess, given: Mapping[str, Any]) -> str:
    """Return the project's key, its book held where what is to be changed needs that."""
    if _ORDERED & given.keys():
        return (await repository.hold_book(uow.db, access.project_id))[1]
    return await repository.key_of(uow.db, access.project_id)


async def _locked(uow: Uow, access: ProjectAccess, task_ids: Sequence[UUID]) -> Sequence[Task]:
    tasks = await repository.locked(uow.db, access.project_id, task_ids)
    if len(tasks) < len(set(task_ids)):
        raise TaskNotFound
    return tasks
