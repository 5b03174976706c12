"""Every query of saved views."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.tasks.views.models import View


async def seen(db: AsyncSession, project_id: UUID, user_id: UUID) -> Sequence[Row[View, User]]:
    """Return a project's views that somebody sees, shared ones first, by name."""
    query = (
        select(View, User)
        .join(User, User.id == View.owner_id)
        .where(View.project_id == project_id, or_(View.shared, View.owner_id == user_id))
        .order_by(View.shared.desc(), func.lower(View.name))
    )
    return (await db.execute(query)).all()


async def one(
    db: AsyncSession, project_id: UUID, view_id: UUID, user_id: UUID
) -> Row[View, User] | None:
    """Return a view that somebody sees, held until the transaction ends."""
    query = (
        select(View, User)
        .join(User, User.id == View.owner_id)
        .where(
            View.project_id == project_id,
            View.id == view_id,
            or_(View.shared, View.owner_id == user_id),
        )
        .with_for_update(of=View)
        .execution_options(populate_existing=True)
    )
    return (await db.execute(query)).one_or_none()


async def named(
    db: AsyncSession, project_id: UUID, name: str, owner_id: UUID, is_shared: bool
) -> UUID | None:
    """Return the view of this name, however its letters are cased: shared, or somebody's own."""
    query = select(View.id).where(
        View.project_id == project_id,
        func.lower(View.name) == func.lower(name),
        *_whose(owner_id, is_shared),
    )
    return await db.scalar(query)


async def count(db: AsyncSession, project_id: UUID, owner_id: UUID, is_shared: bool) -> int:
    """Return how many are shared, or somebody's own."""
    query = select(func.count()).where(View.project_id == project_id, *_whose(owner_id, is_shared))
    return await db.scalar(query) or 0


def _whose(owner_id: UUID, is_shared: bool) -> list[ColumnElement[bool]]:
    return [View.shared.is_(True)] if is_shared else [View.owner_id == owner_id, ~View.shared]


async def owner(db: AsyncSession, user_id: UUID) -> User:
    """Return an account."""
    return await db.get_one(User, user_id)
