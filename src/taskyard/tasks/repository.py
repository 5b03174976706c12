"""Every query of tasks, but for the hot reads."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Row,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from taskyard.accounts.models import User
from taskyard.projects.models import Membership, Project
from taskyard.tasks.models import Task, TaskWatcher
from taskyard.tasks.types import CLOSED

_HOLD: Final = text(
    "INSERT INTO task_books (project_id, last_number) VALUES (:project_id, :take)"
    " ON CONFLICT (project_id) DO UPDATE SET last_number = task_books.last_number + :take"
    " RETURNING last_number,"
    " (SELECT key FROM projects WHERE projects.id = task_books.project_id) AS key"
)
#: A task, what it is a part of, what that is a part of, … up to one that was deleted.
_WHOLES: Final = text(
    "WITH RECURSIVE way (id, parent_id, gone, depth) AS ("
    " SELECT id, parent_id, deleted_at IS NOT NULL, 0 FROM tasks WHERE id = :start"
    " UNION ALL SELECT tasks.id, tasks.parent_id, tasks.deleted_at IS NOT NULL, way.depth + 1"
    " FROM way JOIN tasks ON tasks.id = way.parent_id WHERE NOT way.gone"
    ") SELECT id FROM way ORDER BY depth"
)


async def hold_book(db: AsyncSession, project_id: UUID, *, take: int = 0) -> tuple[int, str]:
    """Hold what orders a project's tasks until the transaction ends, and take numbers.

    Return the last number taken and the project's key.
    """
    row = (await db.execute(_HOLD, {"project_id": project_id, "take": take})).one()
    return row.last_number, row.key


async def moment(db: AsyncSession) -> datetime:
    """Return the time of the transaction, for rows that are written together as values."""
    return (await db.scalars(select(func.now()))).one()


async def key_of(db: AsyncSession, project_id: UUID) -> str:
    """Return what a project's task numbers begin with."""
    return (await db.scalars(select(Project.key).where(Project.id == project_id))).one()


async def locked(
    db: AsyncSession, project_id: UUID, task_ids: Collection[UUID], *, deleted: bool = False
) -> Sequence[Task]:
    """Return these tasks of a project, their rows locked in the order of their ids."""
    query = (
        select(Task)
        .where(Task.project_id == project_id, Task.id.in_(task_ids))
        .where(Task.deleted_at.is_not(None) if deleted else Task.deleted_at.is_(None))
        .order_by(Task.id)
        .with_for_update(key_share=True)
        .options(undefer(Task.description))
        .execution_options(populate_existing=True)
    )
    return (await db.scalars(query)).all()


async def open_of(
    db: AsyncSession, project_id: UUID, user_id: UUID, *, limit: int
) -> Sequence[Task]:
    """Return some of the open tasks somebody has in a project, locked in the order of their ids."""
    query = (
        select(Task)
        .where(Task.project_id == project_id, Task.assignee_id == user_id)
        .where(Task.deleted_at.is_(None), Task.status.not_in(CLOSED))
        .order_by(Task.id)
        .limit(limit)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await db.scalars(query)).all()


async def purge(db: AsyncSession, *, older_than: timedelta, limit: int) -> int:
    """Remove some tasks of projects deleted that long ago, with all that hangs on them.

    Return how many. The contents of attachments go when nobody else has the same.
    """
    gone = (
        select(Task.id)
        .join(Project, Project.id == Task.project_id)
        .where(Project.deleted_at < func.now() - older_than)
        .limit(limit)
    )
    done = await db.execute(
        delete(Task).where(Task.id.in_(gone)).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


async def named(
    db: AsyncSession, project_id: UUID, task_ids: Collection[UUID], *, deleted: bool = False
) -> dict[UUID, Row[UUID, int, str, str, str, datetime | None]]:
    """Return the fields below of a project's tasks among these; `deleted` ones as well, or not."""
    query = select(
        Task.id, Task.number, Task.title, Task.status, Task.position, Task.deleted_at
    ).where(Task.project_id == project_id, Task.id.in_(task_ids))
    if not deleted:
        query = query.where(Task.deleted_at.is_(None))
    return {row.id: row for row in await db.execute(query)}


async def members(
    db: AsyncSession, project_id: UUID, user_ids: Collection[UUID]
) -> dict[UUID, str]:
    """Return the user names of those among these who are in a project."""
    query = (
        select(User.id, User.username)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.project_id == project_id, User.id.in_(user_ids))
    )
    return {row.id: row.username for row in await db.execute(query)}


async def members_named(
    db: AsyncSession, project_id: UUID, names: Collection[str]
) -> dict[str, UUID]:
    """Return a project's members by user name, and by e-mail address, in lower case."""
    if not names:
        return {}
    username, email = func.lower(User.username), func.lower(User.email)
    query = (
        select(User.id, username, email)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.project_id == project_id, or_(username.in_(names), email.in_(names)))
    )
    rows = (await db.execute(query)).all()
    return {row[2]: row[0] for row in rows} | {row[1]: row[0] for row in rows}


async def usernames(db: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of accounts, whether they are in the project or were."""
    query = select(User.id, User.username).where(User.id.in_(user_ids))
    return {row.id: row.username for row in await db.execute(query)}


async def ends(
    db: AsyncSession, project_id: UUID, statuses: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Return the first and last place of each of these columns that is not empty."""
    query = (
        select(Task.status, func.min(Task.position), func.max(Task.position))
        .where(Task.project_id == project_id, Task.status.in_(statuses), Task.deleted_at.is_(None))
        .group_by(Task.status)
    )
    return {row[0]: (row[1], row[2]) for row in await db.execute(query)}


async def neighbour(
    db: AsyncSession, project_id: UUID, status: str, position: str, *, below: bool, but: UUID
) -> str | None:
    """Return the place next to one in a column, above or below it, one task aside."""
    beside = Task.position > position if below else Task.position < position
    query = select((func.min if below else func.max)(Task.position)).where(
        Task.project_id == project_id,
        Task.status == status,
        Task.deleted_at.is_(None),
        Task.id != but,
        beside,
    )
    return await db.scalar(query)


async def column(db: AsyncSession, project_id: UUID, status: str) -> Sequence[UUID]:
    """Return a column's tasks in their order."""
    query = (
        select(Task.id)
        .where(Task.project_id == project_id, Task.status == status, Task.deleted_at.is_(None))
        .order_by(Task.position, Task.number)
    )
    return (await db.scalars(query)).all()


async def place(db: AsyncSession, positions: Mapping[UUID, str]) -> None:
    """Give tasks other places, which changes nothing anybody sees."""
    await db.execute(
        text(
            "UPDATE tasks SET position = given.position"
            " FROM unnest(CAST(:ids AS uuid[]), CAST(:positions AS text[])) given (id, position)"
            " WHERE tasks.id = given.id"
        ),
        {"ids": list(positions), "positions": list(positions.values())},
    )


async def touch(db: AsyncSession, task_ids: Collection[UUID]) -> None:
    """Note that tasks are others now than they were."""
    await db.execute(
        update(Task)
        .where(Task.id.in_(task_ids))
        .values(version=Task.version + 1, updated_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def wholes(db: AsyncSession, start: UUID) -> Sequence[UUID]:
    """Return a task, what it is a part of, and so on, as far as the first that was deleted."""
    return (await db.scalars(_WHOLES, {"start": start})).all()


async def numbers(db: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the numbers of tasks, deleted or not."""
    query = select(Task.id, Task.number).where(Task.id.in_(task_ids))
    return {row.id: row.number for row in await db.execute(query)}


async def watch(db: AsyncSession, pairs: Collection[tuple[UUID, UUID]]) -> None:
    """Have people watch tasks, (task, account) each."""
    if pairs:
        rows = [{"task_id": task_id, "user_id": user_id} for task_id, user_id in pairs]
        await db.execute(upsert(TaskWatcher).values(rows).on_conflict_do_nothing())


async def unwatch(db: AsyncSession, task_id: UUID, user_id: UUID) -> None:
    """Have somebody watch a task no longer."""
    await db.execute(
        delete(TaskWatcher).where(TaskWatcher.task_id == task_id, TaskWatcher.user_id == user_id)
    )


async def watchers(db: AsyncSession, task_id: UUID) -> Sequence[Row[UUID, str, str]]:
    """Return id, name and user name of who watches a task and is in its project, by name."""
    query = (
        select(User.id, User.display_name, User.username)
        .join(TaskWatcher, TaskWatcher.user_id == User.id)
        .join(Task, Task.id == TaskWatcher.task_id)
        .join(
            Membership,
            (Membership.user_id == User.id) & (Membership.project_id == Task.project_id),
        )
        .where(TaskWatcher.task_id == task_id, Task.deleted_at.is_(None))
        .order_by(func.lower(User.display_name), User.id)
    )
    return (await db.execute(query)).all()
