"""Every query of the inbox but the hot ones."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.comments.models import Comment
from taskyard.core.partitions import first_id
from taskyard.kit.clock import now
from taskyard.notifications.inbox.hot import UNREAD, VISIBLE_TO
from taskyard.notifications.inbox.models import Notification
from taskyard.projects.models import Membership, Project
from taskyard.projects.team.models import Invitation
from taskyard.tasks.models import Task, TaskWatcher

_COUNTED = text(f"SELECT count(*) FROM ({UNREAD.format(user=':user_id')}) counted")  # noqa: S608
_DUE = text(
    f"SELECT n.id, n.type, n.title, n.key, p.name AS project, a.username AS actor {VISIBLE_TO}"
    " AND n.in_digest AND n.created_at < :until AND n.read_at IS NULL AND n.archived_at IS NULL"
    " ORDER BY n.id LIMIT :limit"
)


async def readers(
    db: AsyncSession, project_id: UUID | None, people: Collection[UUID]
) -> Sequence[User]:
    """Return those of some people who may be told: active, and in the project, where it is one."""
    if not people:
        return []
    query = select(User).where(User.id.in_(people), User.is_active)
    if project_id is not None:
        query = (
            query.join(Membership, Membership.user_id == User.id)
            .join(Project, Project.id == Membership.project_id)
            .where(Membership.project_id == project_id, Project.deleted_at.is_(None))
        )
    return (await db.scalars(query.order_by(User.id))).all()


async def owners(db: AsyncSession, project_id: UUID) -> frozenset[UUID]:
    """Return a project's owners."""
    query = select(Membership.user_id).where(
        Membership.project_id == project_id, Membership.role == "owner"
    )
    return frozenset(await db.scalars(query))


async def is_said(db: AsyncSession, comment_id: UUID) -> bool:
    """Say whether a comment still stands: what was taken back is nobody's news."""
    query = select(Comment.id).where(Comment.id == comment_id, Comment.deleted_at.is_(None))
    return await db.scalar(query) is not None


async def speakers(db: AsyncSession, comment_id: UUID) -> frozenset[UUID]:
    """Return who had said something in the thread of a comment when it was written."""
    thread = select(Comment.thread_id).where(Comment.id == comment_id).scalar_subquery()
    query = select(Comment.author_id).where(
        Comment.thread_id == thread, Comment.id <= comment_id, Comment.deleted_at.is_(None)
    )
    return frozenset(await db.scalars(query.distinct()))


async def task(db: AsyncSession, task_id: UUID) -> Task | None:
    """Return a task that was not deleted."""
    query = select(Task).where(Task.id == task_id, Task.deleted_at.is_(None))
    return (await db.scalars(query)).one_or_none()


async def watchers(db: AsyncSession, task_id: UUID) -> frozenset[UUID]:
    """Return who wants to hear of a task."""
    query = select(TaskWatcher.user_id).where(TaskWatcher.task_id == task_id)
    return frozenset(await db.scalars(query))


async def project_name(db: AsyncSession, project_id: UUID) -> str:
    """Return what a project is called; blank for one that is gone."""
    return await db.scalar(select(Project.name).where(Project.id == project_id)) or ""


async def invited(db: AsyncSession, invitation_id: UUID) -> UUID | None:
    """Return the account an invitation is for; None while its address has none."""
    query = (
        select(func.coalesce(Invitation.user_id, User.id))
        .outerjoin(User, User.email_key == Invitation.email_key)
        .where(Invitation.id == invitation_id, Invitation.state == "pending")
    )
    return await db.scalar(query)


async def add(db: AsyncSession, rows: Sequence[dict[str, Any]]) -> frozenset[UUID]:
    """Keep notifications, each once for its event; return whose are new."""
    if not rows:
        return frozenset()
    new = insert(Notification).values(rows).on_conflict_do_nothing()
    return frozenset(await db.scalars(new.returning(Notification.user_id)))


async def unread(db: AsyncSession, user_id: UUID) -> int:
    """Return how many notifications wait to be read."""
    return await db.scalar(_COUNTED, {"user_id": user_id}) or 0


async def change(
    db: AsyncSession, user_id: UUID, ids: Collection[UUID] | None, **values: Any
) -> int:
    """Change some notifications of one person, or all in their inbox; return how many."""
    mine = update(Notification).where(Notification.user_id == user_id)
    if ids is None:
        mine = mine.where(
            # What waits for a digest alone was never in it.
            Notification.in_app,
            Notification.read_at.is_(None),
            Notification.archived_at.is_(None),
            Notification.surfaced_at <= func.now(),
        )
    else:
        mine = mine.where(Notification.id.in_(ids))
    for name, value in values.items():
        if name == "read_at":
            unset = getattr(Notification, name).is_(None)
            mine = mine.where(unset if value is not None else ~unset)
    changed = await db.scalars(
        mine.values(**values)
        .returning(Notification.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


async def due_readers(db: AsyncSession, until: datetime, *, limit: int) -> Sequence[UUID]:
    """Return people for whom something waits for a digest since before a moment."""
    query = select(Notification.user_id).where(
        Notification.in_digest, Notification.created_at < until
    )
    return (await db.scalars(query.distinct().limit(limit))).all()


async def due(db: AsyncSession, user_id: UUID, until: datetime, *, limit: int) -> Sequence[Any]:
    """Return what somebody's digest holds: unread, and still theirs to see; oldest first."""
    given = {"user_id": user_id, "until": until, "limit": limit}
    return (await db.execute(_DUE, given)).all()


async def digested(db: AsyncSession, user_id: UUID, until: datetime) -> None:
    """Note that nothing from before a moment waits for somebody's digest."""
    await db.execute(
        update(Notification)
        .where(
            Notification.user_id == user_id,
            Notification.in_digest,
            Notification.created_at < until,
        )
        .values(in_digest=False)
        .execution_options(synchronize_session=False)
    )


async def forget(db: AsyncSession, *, older_than: timedelta, limit: int) -> int:
    """Remove notifications that old; return how many."""
    old = select(Notification.id).where(Notification.id < first_id(now() - older_than))
    gone = await db.scalars(
        delete(Notification)
        .where(Notification.id.in_(old.limit(limit)))
        .returning(Notification.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
