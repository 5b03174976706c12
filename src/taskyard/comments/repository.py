"""Every query of comments but the hot ones."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.comments.models import Comment, CommentMention, CommentRevision, CommentStar
from taskyard.projects.models import Membership, Project


async def get(
    db: AsyncSession, project_id: UUID, comment_id: UUID, *, lock: bool = False, stay: bool = False
) -> Comment | None:
    """Return a comment of a project.

    `lock`: nobody else changes it until this transaction ends; `stay`: at least, nobody deletes it.
    """
    query = select(Comment).where(Comment.id == comment_id, Comment.project_id == project_id)
    if lock or stay:
        query = query.with_for_update(read=stay).execution_options(populate_existing=True)
    return (await db.scalars(query)).one_or_none()


async def purge(db: AsyncSession, *, older_than: timedelta, limit: int) -> int:
    """Remove some comments of projects deleted that long ago; return how many at least."""
    gone = (
        select(Comment.id)
        .join(Project, Project.id == Comment.project_id)
        .where(Project.deleted_at < func.now() - older_than)
        .limit(limit)
    )
    done = await db.execute(
        delete(Comment).where(Comment.id.in_(gone)).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


async def members_named(
    db: AsyncSession, project_id: UUID, usernames: Collection[str]
) -> dict[str, UUID]:
    """Return the members among usernames in lower case, by those."""
    if not usernames:
        return {}
    username = func.lower(User.username)
    query = (
        select(username, User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.project_id == project_id, username.in_(usernames), User.is_active)
    )
    return {row[0]: row[1] for row in await db.execute(query)}


async def mention(db: AsyncSession, comment_id: UUID, people: Collection[UUID]) -> list[UUID]:
    """Note whom a comment names; return those it never named before, ordered."""
    if not people:
        return []
    rows = [{"comment_id": comment_id, "user_id": user_id} for user_id in sorted(people)]
    noted = insert(CommentMention).values(rows).on_conflict_do_nothing()
    return sorted(await db.scalars(noted.returning(CommentMention.user_id)))


async def star(db: AsyncSession, comment_id: UUID, user_id: UUID) -> None:
    """Put somebody's star on a comment, where it is not there yet."""
    new = insert(CommentStar).values(comment_id=comment_id, user_id=user_id)
    await db.execute(new.on_conflict_do_nothing())


async def unstar(db: AsyncSession, comment_id: UUID, user_id: UUID) -> None:
    """Take somebody's star off a comment, where it is there."""
    await db.execute(
        delete(CommentStar).where(
            CommentStar.comment_id == comment_id, CommentStar.user_id == user_id
        )
    )


async def history(
    db: AsyncSession, comment_id: UUID, *, offset: int, limit: int
) -> tuple[Sequence[CommentRevision], int]:
    """Return a page of what a comment said before, newest first, and how many there are."""
    query = select(CommentRevision).where(CommentRevision.comment_id == comment_id)
    page = query.order_by(CommentRevision.version.desc()).offset(offset).limit(limit)
    total = await db.scalar(select(func.count()).select_from(query.subquery()))
    return (await db.scalars(page)).all(), total or 0


async def strip(db: AsyncSession, comment_id: UUID) -> None:
    """Remove what belongs to a comment's text: earlier texts, stars, whom it named."""
    for kind in (CommentRevision, CommentStar, CommentMention):
        await db.execute(delete(kind).where(kind.comment_id == comment_id))
