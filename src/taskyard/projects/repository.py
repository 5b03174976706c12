"""Every query of projects."""

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.projects.models import Membership, Project

#: Lists stop counting here: nobody reads a total beyond it, and counting 100,000 takes 25 ms.
COUNT_CAP = 10_000
_ORDERS = {
    "-updated_at": (Project.updated_at.desc(), Project.id.desc()),
    "-created_at": (Project.id.desc(),),
    "name": (func.lower(Project.name), Project.id),
}

#: Built once: whatever happens in a project begins with it.
_ROLE: Final = (
    select(Membership.role)
    .join(Project, Project.id == Membership.project_id)
    .where(
        Membership.project_id == bindparam("project_id"),
        Membership.user_id == bindparam("user_id"),
        Project.deleted_at.is_(None),
    )
)


def _seen_by(user_id: UUID) -> Select[Project, str]:
    return (
        select(Project, Membership.role)
        .join(Membership, Membership.project_id == Project.id)
        .where(Membership.user_id == user_id, Project.deleted_at.is_(None))
    )


async def list_for(
    db: AsyncSession,
    user_id: UUID,
    *,
    q: str | None,
    sort: Literal["-updated_at", "-created_at", "name"],
    offset: int,
    limit: int,
) -> tuple[Sequence[Row[Project, str]], int]:
    """Return a page of the projects an account is in, and how many there are."""
    query = _seen_by(user_id)
    if q:
        query = query.where(_name_holds(q))
    rows = (await db.execute(query.order_by(*_ORDERS[sort]).offset(offset).limit(limit))).all()
    counted = query.with_only_columns(Project.id).limit(COUNT_CAP).subquery()
    total = await db.scalar(select(func.count()).select_from(counted))
    return rows, total or 0


def _name_holds(q: str) -> ColumnElement[bool]:
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return Project.name.ilike(f"%{escaped}%", escape="\\")


async def get(db: AsyncSession, project_id: UUID, *, lock: bool = False) -> Project | None:
    """Return a live project, whoever may see it."""
    query = select(Project).where(Project.id == project_id, Project.deleted_at.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(query)).one_or_none()


async def role_in(db: AsyncSession, project_id: UUID, user_id: UUID) -> str | None:
    """Return an account's role in a live project, None where it has none."""
    return await db.scalar(_ROLE, {"project_id": project_id, "user_id": user_id})


async def ids_of(db: AsyncSession, user_id: UUID) -> frozenset[UUID]:
    """Return the live projects an account is in."""
    return frozenset(await db.scalars(_seen_by(user_id).with_only_columns(Project.id)))


async def roles_of(db: AsyncSession, user_id: UUID) -> dict[UUID, str]:
    """Return an account's role in every live project it is in."""
    query = _seen_by(user_id).with_only_columns(Project.id, Membership.role)
    return {row[0]: row[1] for row in await db.execute(query)}


async def is_live(db: AsyncSession, project_id: UUID) -> bool:
    """Say whether a project exists."""
    query = select(exists().where(Project.id == project_id, Project.deleted_at.is_(None)))
    return bool(await db.scalar(query))


async def personal(db: AsyncSession, user_id: UUID) -> Project | None:
    """Return an account's personal project."""
    query = select(Project).where(
        Project.owner_id == user_id, Project.is_personal, Project.deleted_at.is_(None)
    )
    return (await db.scalars(query)).one_or_none()


async def owned_names(db: AsyncSession, user_id: UUID) -> Sequence[Row[UUID, str, str, str]]:
    """Return id, name, slug and key of every live project an account owns."""
    query = select(Project.id, Project.name, Project.slug, Project.key).where(
        Project.owner_id == user_id, Project.deleted_at.is_(None)
    )
    return (await db.execute(query)).all()


async def count_owned(db: AsyncSession, user_id: UUID) -> int:
    """Return how many projects count against an account's tier."""
    query = select(func.count()).where(
        Project.owner_id == user_id, Project.deleted_at.is_(None), ~Project.is_personal
    )
    return await db.scalar(query) or 0
