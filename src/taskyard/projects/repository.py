"""Every query of projects."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.projects.models import Favorite, Membership, Project, Tag

#: Lists stop counting here: nobody reads a total beyond it, and counting 100,000 takes 25 ms.
COUNT_CAP = 10_000


class Place(NamedTuple):
    """An account's place in a project that is there: its role, None where it has none."""

    role: str | None
    archived: bool


#: Built once: whatever happens in a project begins with it.
_PLACE: Final = (
    select(Membership.role, Project.archived_at.is_not(None))
    .select_from(Project)
    .outerjoin(
        Membership,
        (Membership.project_id == Project.id) & (Membership.user_id == bindparam("user_id")),
    )
    .where(Project.id == bindparam("project_id"))
)
_LIVE_PLACE: Final = _PLACE.where(Project.deleted_at.is_(None))


def _seen_by(user_id: UUID) -> Select[Project, str]:
    return (
        select(Project, Membership.role)
        .join(Membership, Membership.project_id == Project.id)
        .where(Membership.user_id == user_id, Project.deleted_at.is_(None))
    )


async def get(
    db: AsyncSession, project_id: UUID, *, lock: bool = False, deleted: bool = False
) -> Project | None:
    """Return a live project, or one that was deleted too, whoever may see it."""
    query = select(Project).where(Project.id == project_id)
    if not deleted:
        query = query.where(Project.deleted_at.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(query)).one_or_none()


async def place_in(
    db: AsyncSession, project_id: UUID, user_id: UUID, *, deleted: bool = False
) -> Place | None:
    """Return an account's place in a project, None where there is no such project.

    `deleted` finds one that was deleted, too.
    """
    query = _PLACE if deleted else _LIVE_PLACE
    row = (await db.execute(query, {"project_id": project_id, "user_id": user_id})).one_or_none()
    return None if row is None else Place(row[0], row[1])


async def ids_of(db: AsyncSession, user_id: UUID) -> frozenset[UUID]:
    """Return the live projects an account is in."""
    return frozenset(await db.scalars(_seen_by(user_id).with_only_columns(Project.id)))


async def roles_of(db: AsyncSession, user_id: UUID) -> dict[UUID, str]:
    """Return an account's role in every live project it is in."""
    query = _seen_by(user_id).with_only_columns(Project.id, Membership.role)
    return {row[0]: row[1] for row in await db.execute(query)}


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


async def favor(db: AsyncSession, user_id: UUID, project_id: UUID) -> None:
    """Note that somebody wants to find a project first; again changes nothing."""
    new = insert(Favorite).values(user_id=user_id, project_id=project_id)
    await db.execute(new.on_conflict_do_nothing())


async def disfavor(db: AsyncSession, user_id: UUID, project_id: UUID) -> None:
    """Note that somebody wants that no more."""
    mine = Favorite.user_id == user_id, Favorite.project_id == project_id
    await db.execute(delete(Favorite).where(*mine))


async def tags_of(db: AsyncSession, project_id: UUID) -> Sequence[Tag]:
    """Return a project's tags by name."""
    query = select(Tag).where(Tag.project_id == project_id)
    return (await db.scalars(query.order_by(func.lower(Tag.name)))).all()
