"""Changing tasks: fields, labels, columns and places."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func

from taskyard.core.etag import check_match
from taskyard.core.markdown import rendered
from taskyard.core.uow import Uow
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import repository
from taskyard.tasks.errors import TaskNotFound
from taskyard.tasks.events import (
    TaskAssigned,
    TaskChanged,
    TaskCompleted,
    TaskMoved,
    TaskReordered,
)
from taskyard.tasks.models import Task
from taskyard.tasks.schemas import Place, TaskUpdate
from taskyard.tasks.service import blocking, checking, placing
from taskyard.tasks.service.telling import tell
from taskyard.tasks.types import CLOSED

#: What null clears; elsewhere null changes nothing.
_CLEARED: Final = frozenset({"assignee_id", "due_date", "parent_id", "estimate"})
#: What only one transaction at a time changes in a project.
_ORDERED: Final = frozenset({"status", "parent_id", "position"})


async def change(
    uow: Uow, access: ProjectAccess, task_id: UUID, body: TaskUpdate, *, if_match: str | None
) -> None:
    """Change a task. Raises TaskNotFound, PreconditionFailed and what its parts refuse."""
    given = asked(body)
    html = await rendered(given["description"]) if "description" in given else None
    key = await book(uow, access, given)
    [task] = await _locked(uow, access, [task_id])
    check_match(if_match, task.version)
    await apply(uow, access, [task], given, key, html=html)


def asked(body: TaskUpdate) -> dict[str, Any]:
    """Return what a body asks to be changed, as the table keeps it."""
    return {
        name: getattr(body, name)
        for name in body.model_fields_set - {"agent_id"}
        if getattr(body, name) is not None or name in _CLEARED
    }


async def book(uow: Uow, access: ProjectAccess, given: Mapping[str, Any]) -> str:
    """Return the project's key, its book held where what is to be changed needs that."""
    if _ORDERED & given.keys():
        return (await repository.hold_book(uow.db, access.project_id))[1]
    return await repository.key_of(uow.db, access.project_id)


async def _locked(uow: Uow, access: ProjectAccess, task_ids: Sequence[UUID]) -> Sequence[Task]:
    tasks = await repository.locked(uow.db, access.project_id, task_ids)
    if len(tasks) < len(set(task_ids)):
        raise TaskNotFound
    return tasks


async def apply(
    uow: Uow,
    access: ProjectAccess,
    tasks: Sequence[Task],
    given: Mapping[str, Any],
    key: str,
    *,
    html: str | None = None,
) -> None:
    """Make the same change to locked tasks, and tell of each; one that is so already stays."""
    names = await _names(uow, access, tasks, given)
    if "parent_id" in given and given["parent_id"] is not None:
        for task in tasks:
            await checking.parent(uow, access.project_id, task.id, given["parent_id"], key)
    toggled = [task.id for task in tasks if _toggles(task, given)]
    was = await blocking.before(uow, toggled) if toggled else None
    labels = await _relabel(uow, access, tasks, given)
    for task in tasks:
        await _change_one(uow, access, task, given, key, names, labels.get(task.id), html)
    if was is not None:
        await blocking.tell(uow, access, was, key, by=f"{key}-{tasks[0].number}")
    await uow.db.flush()


def _toggles(task: Task, given: Mapping[str, Any]) -> bool:
    return "status" in given and (task.status in CLOSED) != (given["status"] in CLOSED)


async def _names(
    uow: Uow, access: ProjectAccess, tasks: Sequence[Task], given: Mapping[str, Any]
) -> dict[UUID, str]:
    """Return the names of whom the tasks go to, and of whom they were with."""
    if "assignee_id" not in given:
        return {}
    new = given["assignee_id"]
    old = {task.assignee_id for task in tasks if task.assignee_id is not None}
    if new is not None and old != {new}:
        await checking.people(uow, access.project_id, [new])
    return await repository.usernames(uow.db, old | ({new} if new else set()))


async def _relabel(
    uow: Uow, access: ProjectAccess, tasks: Sequence[Task], given: Mapping[str, Any]
) -> dict[UUID, dict[str, Any]]:
    """Have the tasks wear other labels; return what changed, for those where something did."""
    if "label_ids" not in given:
        return {}
    wanted = await checking.labels(uow, access.project_id, given["label_ids"])
    worn = await repository.worn(uow.db, [task.id for task in tasks])
    changed = {}
    for task_id, labels in worn.items():
        now = {label_id for label_id, _ in labels}
        if now == wanted.keys():
            continue
        await repository.take_off(uow.db, [task_id], now - wanted.keys())
        await repository.wear(uow.db, {(task_id, one) for one in wanted.keys() - now})
        changed[task_id] = {
            "old": [name for _, name in labels],
            "new": sorted(wanted.values(), key=str.lower),
        }
    return changed


async def _change_one(
    uow: Uow,
    access: ProjectAccess,
    task: Task,
    given: Mapping[str, Any],
    key: str,
    names: Mapping[UUID, str],
    labels: dict[str, Any] | None,
    html: str | None,
) -> None:
    changes = await _write_fields(uow, access, task, given, html)
    if labels is not None:
        changes["labels"] = labels
    old_assignee = changes.pop("assignee_id", None)
    moved = await _move(uow, access, task, given)
    if not (changes or old_assignee or moved):
        return
    task.version += 1
    task.updated_at = func.now()
    if changes:
        tell(uow, access, TaskChanged, task, key, changes=changes)
    if old_assignee:
        await _tell_assigned(uow, access, task, key, old_assignee["old"], names)
    if moved is not None:
        _tell_moved(uow, access, task, key, moved)


async def _write_fields(
    uow: Uow, access: ProjectAccess, task: Task, given: Mapping[str, Any], html: str | None
) -> dict[str, dict[str, Any]]:
    """Set what differs; return it as it was and is."""
    changes: dict[str, dict[str, Any]] = {}
    for name in given.keys() - {"status", "position", "label_ids"}:
        old, new = getattr(task, name), given[name]
        if old == new:
            continue
        setattr(task, name, new)
        changes[name] = {"old": _told(old), "new": _told(new)}
    if "description" in changes:
        task.description_html = html or ""
        changes["description"] = {}
    if "parent_id" in changes:
        changes["parent"] = await _told_parents(uow, access, changes.pop("parent_id"))
    return changes


def _told(value: Any) -> Any:
    """Return a value as an event tells it."""
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


async def _told_parents(
    uow: Uow, access: ProjectAccess, change: Mapping[str, str | None]
) -> dict[str, Any]:
    ids = {side: UUID(given) for side, given in change.items() if given is not None}
    key = await repository.key_of(uow.db, access.project_id)
    numbers = await repository.numbers(uow.db, ids.values())
    return {
        side: f"{key}-{numbers[ids[side]]}" if ids.get(side) in numbers else None for side in change
    }


async def _move(
    uow: Uow, access: ProjectAccess, task: Task, given: Mapping[str, Any]
) -> str | None:
    """Put a task into its column and place; return the column it was in, None if nothing moved."""
    old, status = task.status, given.get("status", task.status)
    place: Place | None = given.get("position")
    if status == old and place is None:
        return None
    position = await placing.find(uow, access.project_id, task.id, status, place or placing.BOTTOM)
    if (status, position) == (old, task.position):
        return None
    task.status, task.position = status, position
    task.completed_at = (task.completed_at or func.now()) if status == "done" else None
    return old


async def _tell_assigned(
    uow: Uow,
    access: ProjectAccess,
    task: Task,
    key: str,
    old: str | None,
    names: Mapping[UUID, str],
) -> None:
    old_id, new_id = UUID(old) if old else None, task.assignee_id
    if new_id is not None:
        await repository.watch(uow.db, [(task.id, new_id)])
    tell(
        uow,
        access,
        TaskAssigned,
        task,
        key,
        old_id=old_id,
        old=names.get(old_id) if old_id else None,
        new_id=new_id,
        new=names.get(new_id) if new_id else None,
    )


def _tell_moved(uow: Uow, access: ProjectAccess, task: Task, key: str, old: str) -> None:
    if task.status == old:
        tell(uow, access, TaskReordered, task, key)
        return
    tell(uow, access, TaskMoved, task, key, old=old, new=task.status)
    if task.status == "done":
        tell(uow, access, TaskCompleted, task, key)
