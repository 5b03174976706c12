"""What happens to locked tasks when a change is made, in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.tasks import label_repository, ordering, repository
from taskyard.tasks.acting import Acting
from taskyard.tasks.errors import TooManyLabels
from taskyard.tasks.events import (
    TaskAssigned,
    TaskChanged,
    TaskCompleted,
    TaskMoved,
    TaskReordered,
)
from taskyard.tasks.models import Task
from taskyard.tasks.service import blocking, checking, placing, proving
from taskyard.tasks.service.telling import tell
from taskyard.tasks.types import CLOSED, MOST_LABELS

#: Fields that are set as they are given.
_PLAIN: Final = ("title", "description", "priority", "assignee_id", "due_date", "estimate")
_BY_NAME: Final = str.lower


@dataclass(slots=True)
class Change:
    """The same for every task it is made to."""

    uow: Uow
    access: Acting
    #: What the project's numbers begin with.
    key: str
    given: dict[str, Any]
    #: The time of the transaction.
    at: datetime
    #: The description, rendered.
    html: str = ""
    #: Names of people and numbers of tasks that are told.
    people: dict[UUID, str] = field(default_factory=dict)
    numbers: dict[UUID, int] = field(default_factory=dict)
    #: For each task that gets another: its place, its labels before and after.
    places: dict[UUID, str] = field(default_factory=dict)
    labels: dict[UUID, dict[str, Any]] = field(default_factory=dict)


async def apply(change: Change, tasks: Sequence[Task]) -> None:
    """Make a change to locked tasks, and tell of each; one that is so already stays.

    Raises AssigneeNotMember, LabelNotFound, TooManyLabels, ParentNotFound, ParentCycle, PlaceGone,
    EvidenceMissing.
    """
    uow, given = change.uow, change.given
    await _check_evidence(change, tasks)
    toggled = [task.id for task in tasks if _toggles(task, given)]
    was = await blocking.before(uow, toggled) if toggled else None
    await _find_people(change, tasks)
    await _find_parents(change, tasks)
    await _find_places(change, tasks)
    await _relabel(change, tasks)
    for task in tasks:
        _change_one(change, task)
    if given.get("assignee_id") is not None:
        await repository.watch(uow.db, {(task.id, given["assignee_id"]) for task in tasks})
    if was is not None:
        await blocking.tell(uow, change.access, was, change.key)
    await uow.db.flush()


async def _check_evidence(change: Change, tasks: Sequence[Task]) -> None:
    """Raise EvidenceMissing where a task would be done and lacks what it requires."""
    if change.given.get("status") != "done":
        return
    claims = [
        proving.Claim(
            task.id,
            _key_of(change, task),
            change.given.get("requires", task.requires),
            task.created_at,
        )
        for task in tasks
        if task.status != "done"
    ]
    await proving.check(change.uow.db, change.access.project_id, claims)


def _toggles(task: Task, given: dict[str, Any]) -> bool:
    return "status" in given and (task.status in CLOSED) != (given["status"] in CLOSED)


def _key_of(change: Change, task: Task) -> str:
    return f"{change.key}-{task.number}"


async def _find_people(change: Change, tasks: Sequence[Task]) -> None:
    """Look up whom the tasks go to, and with whom they were."""
    if "assignee_id" not in change.given:
        return
    new = change.given["assignee_id"]
    old = {task.assignee_id for task in tasks if task.assignee_id is not None}
    if new is not None and any(task.assignee_id != new for task in tasks):
        await checking.people(change.uow, change.access.project_id, [new])
    change.people = await repository.usernames(change.uow.db, old | ({new} if new else set()))


async def _find_parents(change: Change, tasks: Sequence[Task]) -> None:
    if "parent_id" not in change.given:
        return
    new = change.given["parent_id"]
    if new is not None:
        await checking.parent(
            change.uow, change.access.project_id, {task.id for task in tasks}, new, change.key
        )
    old = {task.parent_id for task in tasks if task.parent_id is not None}
    change.numbers = await repository.numbers(change.uow.db, old | ({new} if new else set()))


async def _find_places(change: Change, tasks: Sequence[Task]) -> None:
    """Find the one place that is asked for, or one each at the bottom of a new column."""
    uow, project_id, place = change.uow, change.access.project_id, change.given.get("position")
    status: str | None = change.given.get("status")
    if place is not None:
        [task] = tasks
        found = await placing.find(uow, project_id, task.id, status or task.status, place)
        change.places[task.id] = found
        return
    moving = [task.id for task in tasks if task.status != status]
    if status is not None and moving:
        last = await placing.last_places(uow, project_id, [status])
        keys = ordering.following(last[status], len(moving))
        change.places.update(zip(moving, keys, strict=True))


async def _relabel(change: Change, tasks: Sequence[Task]) -> None:
    """Have the tasks wear other labels: all of these, some more, some less."""
    names = ("label_ids", "add_label_ids", "remove_label_ids")
    whole, more, less = (change.given.get(name) for name in names)
    if whole is None and not more and not less:
        return
    known = await checking.labels(
        change.uow, change.access.project_id, {*(whole or ()), *(more or ()), *(less or ())}
    )
    worn = await label_repository.worn(change.uow.db, [task.id for task in tasks])
    on, off = set[tuple[UUID, UUID]](), set[tuple[UUID, UUID]]()
    for task_id, labels in worn.items():
        known |= dict(labels)
        now = {label_id for label_id, _ in labels}
        then = ((now if whole is None else set(whole)) | set(more or ())) - set(less or ())
        if len(then) > MOST_LABELS:
            raise TooManyLabels(limit=MOST_LABELS)
        on |= {(task_id, one) for one in then - now}
        off |= {(task_id, one) for one in now - then}
        if now != then:
            change.labels[task_id] = {
                "old": sorted((known[one] for one in now), key=_BY_NAME),
                "new": sorted((known[one] for one in then), key=_BY_NAME),
            }
    await label_repository.take_off(change.uow.db, off)
    await label_repository.wear(change.uow.db, on)


def _change_one(change: Change, task: Task) -> None:
    changes = _set_fields(change, task)
    if task.id in change.labels:
        changes["labels"] = change.labels[task.id]
    was_with = changes.pop("assignee_id", None)
    old, place = task.status, task.position
    task.position = change.places.get(task.id, place)
    task.status = change.given.get("status", old)
    moved = (task.status, task.position) != (old, place)
    if not (changes or was_with or moved):
        return
    if task.status != old:
        task.completed_at = change.at if task.status == "done" else None
    task.version += 1
    task.updated_at = change.at
    if changes:
        tell(change.uow, change.access, TaskChanged, task, change.key, changes=changes)
    if was_with:
        _tell_assigned(change, task, was_with["old"])
    if moved:
        _tell_moved(change, task, old)


def _set_fields(change: Change, task: Task) -> dict[str, dict[str, Any]]:
    """Set what differs; return it as it was and is."""
    changes: dict[str, dict[str, Any]] = {}
    for name in _PLAIN:
        if name in change.given and getattr(task, name) != change.given[name]:
            changes[name] = {"old": _told(getattr(task, name)), "new": _told(change.given[name])}
            setattr(task, name, change.given[name])
    if "description" in changes:
        task.description_html = change.html
        changes["description"] = {}
    if "requires" in change.given and task.requires != change.given["requires"]:
        changes["requires"] = {"old": task.requires, "new": change.given["requires"]}
        task.requires = change.given["requires"]
    if "parent_id" in change.given and task.parent_id != change.given["parent_id"]:
        old, new = task.parent_id, change.given["parent_id"]
        task.parent_id = new
        sides = {"old": old, "new": new}
        changes["parent"] = {
            side: f"{change.key}-{change.numbers[one]}" if one else None
            for side, one in sides.items()
        }
    return changes


def _told(value: Any) -> Any:
    """Return a value as an event tells it."""
    if value is None or isinstance(value, str | UUID):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else float(value)


def _tell_assigned(change: Change, task: Task, old_id: UUID | None) -> None:
    new_id = task.assignee_id
    tell(
        change.uow,
        change.access,
        TaskAssigned,
        task,
        change.key,
        old_id=old_id,
        old=change.people.get(old_id) if old_id else None,
        new_id=new_id,
        new=change.people.get(new_id) if new_id else None,
    )


def _tell_moved(change: Change, task: Task, old: str) -> None:
    uow, access, key = change.uow, change.access, change.key
    if task.status == old:
        tell(uow, access, TaskReordered, task, key)
        return
    tell(uow, access, TaskMoved, task, key, old=old, new=task.status)
    if task.status == "done":
        tell(uow, access, TaskCompleted, task, key)
