"""A caller's own tasks as rows: those of their personal project, and those that are theirs to do.

For contracts that know tasks of a person and no projects.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, select

from taskyard.core.access import Actor, Permission
from taskyard.core.uow import Uow
from taskyard.projects import access as projects
from taskyard.projects import service as project_service
from taskyard.projects.access import ProjectAccess
from taskyard.projects.models import Membership, Project
from taskyard.tasks.errors import TaskNotFound
from taskyard.tasks.models import Task
from taskyard.tasks.policy import beginnings
from taskyard.tasks.types import PRIORITIES, Priority, Status

Order = Literal[
    "created_at", "-created_at", "updated_at", "-updated_at", "due_date", "-due_date",
    "priority", "-priority", "title", "-title",
]  # fmt: skip
_BY: Final = {
    "created_at": Task.id,
    "updated_at": Task.updated_at,
    "due_date": Task.due_date,
    "priority": case({word: n for n, word in enumerate(PRIORITIES)}, value=Task.priority),
    "title": func.lower(Task.title),
}
_COUNT_CAP: Final = 10_000


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A task as a list of one person's shows it."""

    id: UUID
    project_id: UUID
    title: str
    description: str
    status: Status
    priority: Priority
    due_date: datetime | None
    created_at: datetime
    updated_at: datetime


_COLUMNS: Final = [getattr(Task, column.name) for column in fields(OwnTask)]


async def page(
    uow: Uow,
    actor: Actor,
    *,
    statuses: Collection[str] = (),
    priority: str | None = None,
    q: str | None = None,
    sort: Order = "-created_at",
    offset: int,
    limit: int,
) -> tuple[Sequence[OwnTask], int]:
    """Return some of the caller's own tasks with their descriptions, and how many there are."""
    wanted = [Task.deleted_at.is_(None), _is_own(actor.user_id)]
    if statuses:
        wanted.append(Task.status.in_(statuses))
    if priority is not None:
        wanted.append(Task.priority == priority)
    if q is not None:
        wanted.append(_holds(q))
    column = _BY[sort.removeprefix("-")]
    order = column.desc() if sort.startswith("-") else column.asc()
    query = (
        select(*_COLUMNS)
        .where(*wanted)
        .order_by(order.nulls_last(), Task.id)
        .offset(offset)
        .limit(limit)
    )
    counted = select(Task.id).where(*wanted).limit(_COUNT_CAP).subquery()
    total = await uow.db.scalar(select(func.count()).select_from(counted))
    return [OwnTask(**row) for row in (await uow.db.execute(query)).mappings()], total or 0


async def one(uow: Uow, actor: Actor, task_id: UUID) -> OwnTask:
    """Return one of the caller's own tasks, as it is now. Raises TaskNotFound."""
    query = select(*_COLUMNS).where(
        Task.id == task_id, Task.deleted_at.is_(None), _is_own(actor.user_id)
    )
    found = (await uow.db.execute(query)).mappings().one_or_none()
    if found is None:
        raise TaskNotFound
    return OwnTask(**found)


async def place_of(uow: Uow, actor: Actor, task_id: UUID, permission: Permission) -> ProjectAccess:
    """Return the caller's access to the project of a task of theirs.

    Raises TaskNotFound, AuthForbidden or ProjectRoleTooLow.
    """
    task = await one(uow, actor, task_id)
    return await projects.load(uow, actor, task.project_id, permission)


async def home(uow: Uow, actor: Actor, permission: Permission) -> ProjectAccess:
    """Return the caller's access to their personal project. Raises AuthForbidden."""
    actor.require(permission)
    project_id = await project_service.ensure_personal(uow, actor.user_id)
    return await projects.load(uow, actor, project_id, permission)


def _is_own(user_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a task is somebody's; each half of it has an index."""
    personal = select(Project.id).where(
        Project.owner_id == user_id, Project.is_personal, Project.deleted_at.is_(None)
    )
    member = exists().where(
        Membership.project_id == Task.project_id,
        Membership.user_id == user_id,
        Project.id == Task.project_id,
        Project.deleted_at.is_(None),
    )
    live = Task.deleted_at.is_(None)
    at_home = select(Task.id).where(live, Task.project_id.in_(personal))
    given = select(Task.id).where(live, Task.assignee_id == user_id, member)
    return Task.id.in_(at_home.union_all(given))


def _holds(q: str) -> ColumnElement[bool]:
    """Return the condition that a task holds these words, longer ones, or their English stems.

    Somebody's own tasks are few beside all that hold a word: so no index of words is asked.
    """
    words = beginnings(q)
    if words is None:
        return Task.title.icontains(q.strip(), autoescape=True)
    query = func.to_tsquery("simple", words).op("||")(func.plainto_tsquery("english", q))
    # As a question of its own, which is asked once and not for every row.
    found: ColumnElement[bool] = Task.search.bool_op("@@")(select(query).scalar_subquery())
    return found.is_(True)
