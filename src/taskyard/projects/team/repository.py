"""Every query of teams."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from taskyard.accounts.models import User
from taskyard.projects.models import Membership, Project
from taskyard.projects.team.models import Invitation
from taskyard.projects.team.types import InvitationState

_INVITER: Final = aliased(User, name="inviter")
_RANK: Final = case({"owner": 0, "member": 1}, value=Membership.role, else_=2)
_PENDING: Final = Invitation.state == InvitationState.PENDING
_OPEN: Final = and_(_PENDING, Invitation.expires_at > func.now())
_OVER: Final = or_(
    Invitation.state == InvitationState.EXPIRED,
    and_(_PENDING, Invitation.expires_at <= func.now()),
)


class Invited(NamedTuple):
    """An invitation, the account it names, and who sent it."""

    invitation: Invitation
    invitee: User | None
    inviter: str | None


class Offered(NamedTuple):
    """An invitation with its project, and who sent it."""

    invitation: Invitation
    project: Project
    inviter: str | None


async def members(
    db: AsyncSession, project_id: UUID, *, offset: int, limit: int
) -> tuple[Sequence[tuple[Membership, User]], int]:
    """Return a page of a project's members, owners first, and how many there are."""
    query = (
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.project_id == project_id)
        .order_by(_RANK, Membership.joined_at, User.id)
    )
    rows = (await db.execute(query.offset(offset).limit(limit))).all()
    return [(row[0], row[1]) for row in rows], await count_members(db, project_id)


async def count_members(db: AsyncSession, project_id: UUID) -> int:
    """Return how many are in a project."""
    query = select(func.count()).where(Membership.project_id == project_id)
    return await db.scalar(query) or 0


async def member(
    db: AsyncSession, project_id: UUID, user_id: UUID
) -> tuple[Membership, User] | None:
    """Return somebody's place in a project, as it is now."""
    query = (
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.project_id == project_id, Membership.user_id == user_id)
        .execution_options(populate_existing=True)
    )
    row = (await db.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1])


async def held_projects(db: AsyncSession, project_ids: Collection[UUID]) -> Sequence[Project]:
    """Return these projects, held until the end, deleted ones too; in the order of their ids."""
    query = select(Project).where(Project.id.in_(project_ids)).order_by(Project.id)
    held = query.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(held)).all()


async def places(
    db: AsyncSession, pairs: Collection[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Membership]:
    """Return memberships by (project, account), among these."""
    query = select(Membership).where(
        Membership.project_id.in_({project_id for project_id, _ in pairs}),
        Membership.user_id.in_({user_id for _, user_id in pairs}),
    )
    found = await db.scalars(query.execution_options(populate_existing=True))
    return {(one.project_id, one.user_id): one for one in found}


async def next_owner(db: AsyncSession, project_id: UUID, *, beside: UUID) -> UUID | None:
    """Return the owner who may act and is one longest, beside the one."""
    query = (
        select(Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.project_id == project_id,
            Membership.user_id != beside,
            Membership.role == "owner",
            User.is_active,
            User.role != "viewer",
        )
        .order_by(Membership.joined_at, Membership.user_id)
        .limit(1)
    )
    found: UUID | None = await db.scalar(query)
    return found


async def user_called(db: AsyncSession, username: str) -> User | None:
    """Return the active account of a username."""
    query = select(User).where(func.lower(User.username) == username.lower(), User.is_active)
    return (await db.scalars(query)).one_or_none()


async def user_at(db: AsyncSession, email_key: str) -> User | None:
    """Return the account whose address this is known to be."""
    query = select(User).where(User.email_key == email_key, User.email_verified_at.is_not(None))
    return (await db.scalars(query)).one_or_none()


def _invited() -> Select[Invitation, User, str]:
    return (
        select(Invitation, User, _INVITER.display_name)
        .outerjoin(User, User.id == Invitation.user_id)
        .outerjoin(_INVITER, _INVITER.id == Invitation.invited_by)
    )


async def invitations(
    db: AsyncSession, project_id: UUID, *, offset: int, limit: int
) -> tuple[Sequence[Invited], int]:
    """Return a page of a project's unanswered invitations, newest first, and how many."""
    asked = Invitation.project_id == project_id, or_(_PENDING, _OVER)
    query = _invited().where(*asked).order_by(Invitation.id.desc())
    rows = (await db.execute(query.offset(offset).limit(limit))).all()
    total = await db.scalar(select(func.count()).select_from(Invitation).where(*asked))
    return [Invited(row[0], row[1], row[2]) for row in rows], total or 0


async def invited(db: AsyncSession, invitation_id: UUID) -> Invited:
    """Return an invitation with the people it names."""
    row = (await db.execute(_invited().where(Invitation.id == invitation_id))).one()
    return Invited(row[0], row[1], row[2])


async def unanswered(db: AsyncSession, project_id: UUID, invitation_id: UUID) -> Invitation | None:
    """Return an invitation into the project that nobody answered, held until the end."""
    query = select(Invitation).where(
        Invitation.id == invitation_id,
        Invitation.project_id == project_id,
        or_(_PENDING, _OVER),
    )
    held = query.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(held)).one_or_none()


async def held_open(db: AsyncSession, invitation_id: UUID) -> Invitation | None:
    """Return an invitation that can be answered now, held until the end."""
    query = select(Invitation).where(Invitation.id == invitation_id, _OPEN)
    held = query.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(held)).one_or_none()


def _to(user: User | None, email_key: str | None) -> ColumnElement[bool]:
    """Return the condition that an invitation is for an account, or for an address."""
    if user is not None and user.email_verified_at is not None:
        return or_(Invitation.user_id == user.id, Invitation.email_key == user.email_key)
    if user is not None:
        return Invitation.user_id == user.id
    return Invitation.email_key == email_key


async def open_for(
    db: AsyncSession, project_id: UUID, user: User | None, email_key: str | None
) -> bool:
    """Say whether somebody is invited into a project already."""
    asked = exists().where(Invitation.project_id == project_id, _OPEN, _to(user, email_key))
    return bool(await db.scalar(select(asked)))


async def settle_old(
    db: AsyncSession, project_id: UUID, user: User | None, email_key: str | None
) -> None:
    """Take invitations of somebody back that are over, so that a new one has room."""
    old = Invitation.project_id == project_id, _OVER, _to(user, email_key)
    await _settle(db, and_(*old), InvitationState.REVOKED)


async def settle_others(db: AsyncSession, project_id: UUID, user: User) -> None:
    """Note that somebody who joined needs no other invitation into the project."""
    others = Invitation.project_id == project_id, or_(_PENDING, _OVER), _to(user, None)
    await _settle(db, and_(*others), InvitationState.ACCEPTED)


async def _settle(db: AsyncSession, which: ColumnElement[bool], state: InvitationState) -> None:
    await db.execute(
        update(Invitation)
        .where(which)
        .values(state=state, settled_at=func.now())
        .execution_options(synchronize_session=False)
    )


def _offers() -> Select[Invitation, Project, str]:
    return (
        select(Invitation, Project, _INVITER.display_name)
        .join(Project, Project.id == Invitation.project_id)
        .outerjoin(_INVITER, _INVITER.id == Invitation.invited_by)
        .where(_OPEN, Project.deleted_at.is_(None))
    )


async def offers_to(
    db: AsyncSession, user: User, *, offset: int, limit: int
) -> tuple[Sequence[Offered], int]:
    """Return a page of the invitations somebody can answer, newest first, and how many."""
    query = _offers().where(_to(user, None))
    rows = (
        await db.execute(query.order_by(Invitation.id.desc()).offset(offset).limit(limit))
    ).all()
    counted = query.with_only_columns(Invitation.id).subquery()
    total = await db.scalar(select(func.count()).select_from(counted))
    return [Offered(row[0], row[1], row[2]) for row in rows], total or 0


async def offer_to(db: AsyncSession, user: User, invitation_id: UUID) -> Offered | None:
    """Return an invitation that this account can answer."""
    query = _offers().where(Invitation.id == invitation_id, _to(user, None))
    row = (await db.execute(query)).one_or_none()
    return None if row is None else Offered(row[0], row[1], row[2])


async def offer(db: AsyncSession, invitation_id: UUID) -> Offered | None:
    """Return an invitation while it can be answered, whoever it is for."""
    row = (await db.execute(_offers().where(Invitation.id == invitation_id))).one_or_none()
    return None if row is None else Offered(row[0], row[1], row[2])


async def offer_by(db: AsyncSession, token_hash: bytes) -> Offered | None:
    """Return the invitation that a link leads to, while it can be answered."""
    row = (await db.execute(_offers().where(Invitation.token_hash == token_hash))).one_or_none()
    return None if row is None else Offered(row[0], row[1], row[2])


async def expired(db: AsyncSession, *, limit: int) -> Sequence[Invitation]:
    """Return invitations that nobody answered in time, held; those in use are left out."""
    query = select(Invitation).where(_PENDING, Invitation.expires_at <= func.now())
    return (await db.scalars(query.limit(limit).with_for_update(skip_locked=True))).all()
