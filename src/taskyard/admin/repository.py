"""Every query of administrators."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.projects.models import Membership, Project

#: Lists stop counting here: nobody reads a total beyond it.
COUNT_CAP = 10_000
_MEMBERS = (
    select(func.count())
    .where(Membership.project_id == Project.id)
    .correlate(Project)
    .scalar_subquery()
)


async def accounts(
    db: AsyncSession,
    *,
    q: str | None,
    role: Literal["user", "admin", "viewer"] | None,
    active: bool | None,
    offset: int,
    limit: int,
) -> tuple[Sequence[User], int]:
    """Return a page of accounts, the newest first, and how many there are."""
    query = select(User)
    if q:
        named = (User.email, User.username, User.display_name)
        query = query.where(or_(*(column.icontains(q, autoescape=True) for column in named)))
    if role is not None:
        query = query.where(User.role == role)
    if active is not None:
        query = query.where(User.is_active == active)
    page = query.order_by(User.id.desc()).offset(offset).limit(limit)
    return (await db.scalars(page)).all(), await _count(db, query.with_only_columns(User.id))


async def projects(
    db: AsyncSession, *, q: str | None, personal: bool, offset: int, limit: int
) -> tuple[Sequence[Row[Project, User, int]], int]:
    """Return a page of everybody's projects with owner and members, the newest first."""
    query = select(Project, User, _MEMBERS).join(User, User.id == Project.owner_id)
    query = query.where(Project.deleted_at.is_(None))
    if not personal:
        query = query.where(~Project.is_personal)
    if q:
        named = (Project.name, User.username, User.display_name)
        query = query.where(or_(*(column.icontains(q, autoescape=True) for column in named)))
    page = query.order_by(Project.id.desc()).offset(offset).limit(limit)
    return (await db.execute(page)).all(), await _count(db, query.with_only_columns(Project.id))


async def _count(db: AsyncSession, query: Select[Any]) -> int:
    counted = query.limit(COUNT_CAP).subquery()
    return await db.scalar(select(func.count()).select_from(counted)) or 0
