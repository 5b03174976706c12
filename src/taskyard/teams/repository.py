"""Every query of named teams."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    delete,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from taskyard.accounts.models import User
from taskyard.projects.models import Project
from taskyard.projects.types import GrantedRole
from taskyard.teams.models import Grant, Team, TeamInvitation, TeamMember
from taskyard.teams.types import RANKS, TeamRole

_INVITER: Final = aliased(User, name="inviter")
_RANK: Final = case({role: at for at, role in enumerate(RANKS)}, value=TeamMember.role)
_OPEN: Final = TeamInvitation.expires_at > func.now()
_MEMBERS: Final = (
    select(func.count()).where(TeamMember.team_id == Team.id).correlate(Team).scalar_subquery()
)
_PROJECTS: Final = (
    select(func.count())
    .select_from(Grant)
    .join(Project, Project.id == Grant.project_id)
    .where(Grant.team_id == Team.id, Project.deleted_at.is_(None))
    .correlate(Team)
    .scalar_subquery()
)


class Shown(NamedTuple):
    """A team, the caller's role in it, and how many people and projects it has."""

    team: Team
    role: TeamRole | None
    members: int
    projects: int


class Invited(NamedTuple):
    """An invitation, its team, the account it names, and who sent it."""

    invitation: TeamInvitation
    team: Team
    invitee: User | None
    inviter: str | None


async def place_in(db: AsyncSession, team_id: UUID, user_id: UUID) -> tuple[bool, TeamRole | None]:
    """Say whether there is a team, and return an account's role in it."""
    mine = (TeamMember.team_id == Team.id) & (TeamMember.user_id == user_id)
    query = select(TeamMember.role).select_from(Team).outerjoin(TeamMember, mine)
    row = (await db.execute(query.where(Team.id == team_id))).one_or_none()
    return (False, None) if row is None else (True, row[0])  # type: ignore[return-value]


async def held(db: AsyncSession, team_id: UUID) -> Team | None:
    """Return a team that nobody else changes until the end."""
    query = select(Team).where(Team.id == team_id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(locked)).one_or_none()


async def shown(db: AsyncSession, team_id: UUID, user_id: UUID) -> Shown:
    """Return a team as somebody sees it."""
    mine = (TeamMember.team_id == Team.id) & (TeamMember.user_id == user_id)
    query = (
        select(Team, TeamMember.role, _MEMBERS, _PROJECTS)
        .outerjoin(TeamMember, mine)
        .where(Team.id == team_id)
        .execution_options(populate_existing=True)
    )
    row = (await db.execute(query)).one()
    return Shown(row[0], row[1], row[2], row[3])


async def page(
    db: AsyncSession, user_id: UUID, *, q: str | None, offset: int, limit: int
) -> tuple[Sequence[Shown], int]:
    """Return a page of the teams somebody is in, by name, and how many there are."""
    asked = [TeamMember.user_id == user_id]
    if q:
        holds = Team.name.icontains(q, autoescape=True)
        asked.append(holds | Team.description.icontains(q, autoescape=True))
    query = (
        select(Team, TeamMember.role, _MEMBERS, _PROJECTS)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .where(*asked)
    )
    in_order = query.order_by(func.lower(Team.name), Team.id).offset(offset).limit(limit)
    rows = (await db.execute(in_order)).all()
    counted = query.with_only_columns(Team.id).subquery()
    total = await db.scalar(select(func.count()).select_from(counted)) or 0
    return [Shown(row[0], row[1], row[2], row[3]) for row in rows], total


async def count_owned(db: AsyncSession, user_id: UUID) -> int:
    """Return how many teams somebody is an owner of."""
    query = select(func.count()).where(TeamMember.user_id == user_id, TeamMember.role == "owner")
    return await db.scalar(query) or 0


async def members(
    db: AsyncSession, team_id: UUID, *, offset: int, limit: int
) -> tuple[Sequence[tuple[TeamMember, User]], int]:
    """Return a page of a team's people, owners first, and how many there are."""
    query = (
        select(TeamMember, User)
        .join(User, User.id == TeamMember.user_id)
        .where(TeamMember.team_id == team_id)
        .order_by(_RANK, TeamMember.joined_at, User.id)
    )
    rows = (await db.execute(query.offset(offset).limit(limit))).all()
    return [(row[0], row[1]) for row in rows], await count_members(db, team_id)


async def count_members(db: AsyncSession, team_id: UUID) -> int:
    """Return how many are in a team."""
    query = select(func.count()).where(TeamMember.team_id == team_id)
    return await db.scalar(query) or 0


async def member(db: AsyncSession, team_id: UUID, user_id: UUID) -> tuple[TeamMember, User] | None:
    """Return somebody's place in a team, as it is now."""
    query = (
        select(TeamMember, User)
        .join(User, User.id == TeamMember.user_id)
        .where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
        .execution_options(populate_existing=True)
    )
    row = (await db.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1])


async def has_owner(db: AsyncSession, team_id: UUID, *, beside: UUID) -> bool:
    """Say whether a team has an owner who may act, beside the one."""
    query = (
        select(TeamMember.user_id)
        .join(User, User.id == TeamMember.user_id)
        .where(
            TeamMember.team_id == team_id,
            TeamMember.user_id != beside,
            TeamMember.role == "owner",
            User.is_active,
            User.role != "viewer",
        )
        .limit(1)
    )
    return await db.scalar(query) is not None


async def people_of(db: AsyncSession, team_id: UUID) -> dict[UUID, str]:
    """Return everybody in a team with their role."""
    query = select(TeamMember.user_id, TeamMember.role).where(TeamMember.team_id == team_id)
    return {row[0]: row[1] for row in await db.execute(query)}


# Invitations.


def _to(user: User) -> ColumnElement[bool]:
    """Return the condition that an invitation is one this account can answer."""
    by_name = TeamInvitation.user_id == user.id
    if user.email_verified_at is None:
        return by_name
    return or_(by_name, TeamInvitation.email_key == user.email_key)


def _invited() -> Select[TeamInvitation, Team, User, str]:
    return (
        select(TeamInvitation, Team, User, _INVITER.display_name)
        .join(Team, Team.id == TeamInvitation.team_id)
        .outerjoin(User, User.id == TeamInvitation.user_id)
        .outerjoin(_INVITER, _INVITER.id == TeamInvitation.invited_by)
        .where(_OPEN)
    )


async def _some(
    db: AsyncSession, query: Select[TeamInvitation, Team, User, str], *, offset: int, limit: int
) -> tuple[list[Invited], int]:
    in_order = query.order_by(TeamInvitation.id.desc()).offset(offset).limit(limit)
    rows = (await db.execute(in_order)).all()
    counted = query.with_only_columns(TeamInvitation.id).subquery()
    total = await db.scalar(select(func.count()).select_from(counted)) or 0
    return [Invited(*row) for row in rows], total


async def invitations(
    db: AsyncSession, team_id: UUID, *, offset: int, limit: int
) -> tuple[list[Invited], int]:
    """Return a page of a team's open invitations, newest first, and how many there are."""
    query = _invited().where(TeamInvitation.team_id == team_id)
    return await _some(db, query, offset=offset, limit=limit)


async def offers_to(
    db: AsyncSession, user: User, *, offset: int, limit: int
) -> tuple[list[Invited], int]:
    """Return a page of the invitations somebody can answer, newest first, and how many."""
    return await _some(db, _invited().where(_to(user)), offset=offset, limit=limit)


async def offer_to(db: AsyncSession, user: User, invitation_id: UUID) -> Invited | None:
    """Return an invitation that this account can answer."""
    query = _invited().where(TeamInvitation.id == invitation_id, _to(user))
    row = (await db.execute(query.execution_options(populate_existing=True))).one_or_none()
    return None if row is None else Invited(*row)


async def invitation(db: AsyncSession, invitation_id: UUID) -> Invited | None:
    """Return an open invitation, whoever it is for."""
    query = _invited().where(TeamInvitation.id == invitation_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else Invited(*row)


async def offer_by(db: AsyncSession, token_hash: bytes) -> Invited | None:
    """Return the open invitation that a link leads to."""
    query = _invited().where(TeamInvitation.token_hash == token_hash)
    row = (await db.execute(query.execution_options(populate_existing=True))).one_or_none()
    return None if row is None else Invited(*row)


async def open_for(
    db: AsyncSession, team_id: UUID, user: User | None, email_key: str | None
) -> bool:
    """Say whether somebody is invited into a team already; what is over is removed."""
    whom = _to(user) if user is not None else TeamInvitation.email_key == email_key
    mine = and_(TeamInvitation.team_id == team_id, whom)
    await db.execute(delete(TeamInvitation).where(mine, ~_OPEN))
    return await db.scalar(select(TeamInvitation.id).where(mine).limit(1)) is not None


async def settle(db: AsyncSession, team_id: UUID, user: User) -> None:
    """Remove every invitation into a team that somebody could answer."""
    await db.execute(delete(TeamInvitation).where(TeamInvitation.team_id == team_id, _to(user)))


async def remove(db: AsyncSession, invitation_id: UUID) -> None:
    """Remove an invitation, where there is one yet."""
    await db.execute(delete(TeamInvitation).where(TeamInvitation.id == invitation_id))


async def forget_expired(db: AsyncSession) -> None:
    """Remove invitations that nobody answered in time."""
    await db.execute(delete(TeamInvitation).where(~_OPEN))


# Projects.


async def granted(
    db: AsyncSession, project_ids: Collection[UUID], user_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], GrantedRole]:
    """Return the highest role that teams give these people in these projects, where one does."""
    works = (Grant.role == "member") & (TeamMember.role != "viewer")
    query = (
        select(Grant.project_id, TeamMember.user_id, func.bool_or(works))
        .join(TeamMember, TeamMember.team_id == Grant.team_id)
        .where(Grant.project_id.in_(project_ids), TeamMember.user_id.in_(user_ids))
        .group_by(Grant.project_id, TeamMember.user_id)
    )
    return {(row[0], row[1]): "member" if row[2] else "viewer" for row in await db.execute(query)}


async def grants_of(db: AsyncSession, team_id: UUID) -> list[UUID]:
    """Return the projects a team is granted, deleted ones too."""
    return list(await db.scalars(select(Grant.project_id).where(Grant.team_id == team_id)))


async def projects_of(
    db: AsyncSession, team_id: UUID
) -> Sequence[Row[UUID, str, str, str, bool, Any]]:
    """Return the live projects a team is granted, by name."""
    query = (
        select(
            Project.id.label("project_id"),
            Project.name,
            Project.key,
            Grant.role,
            Project.archived_at.is_not(None).label("archived"),
            Grant.created_at.label("granted_at"),
        )
        .join(Project, Project.id == Grant.project_id)
        .where(Grant.team_id == team_id, Project.deleted_at.is_(None))
        .order_by(func.lower(Project.name), Project.id)
    )
    return (await db.execute(query)).all()


async def teams_of(
    db: AsyncSession, project_id: UUID, user_id: UUID
) -> Sequence[Row[UUID, str, str, int, bool, Any]]:
    """Return the teams a project is granted to, by name."""
    mine = (
        select(literal(1))
        .where(TeamMember.team_id == Team.id, TeamMember.user_id == user_id)
        .correlate(Team)
        .exists()
    )
    query = (
        select(
            Team.id.label("team_id"),
            Team.name,
            Grant.role,
            _MEMBERS.label("members"),
            mine.label("is_mine"),
            Grant.created_at.label("granted_at"),
        )
        .join(Grant, Grant.team_id == Team.id)
        .where(Grant.project_id == project_id)
        .order_by(func.lower(Team.name), Team.id)
    )
    return (await db.execute(query)).all()
