"""Who is in a team: another role, leaving, removing."""

from typing import Any
from uuid import UUID

from taskyard.accounts.models import User
from taskyard.core.access import Permission
from taskyard.core.schemas import NumberedPageQuery
from taskyard.core.uow import Uow
from taskyard.teams import repository
from taskyard.teams.access import TeamAccess
from taskyard.teams.errors import LastTeamOwnerStays, OwnersDecide, TeamMemberNotFound
from taskyard.teams.events import TeamLeft, TeamRoleChanged
from taskyard.teams.models import Team, TeamMember
from taskyard.teams.schemas import TeamMemberRead
from taskyard.teams.service import granting
from taskyard.teams.service.keeping import held, tell
from taskyard.teams.types import TeamRole


def read(place: TeamMember, user: User) -> TeamMemberRead:
    """Return a member as everybody in the team sees them."""
    return TeamMemberRead(
        user_id=user.id,
        username=user.username,
        display_name=user.display_name,
        role=place.role,
        active=user.is_active,
        joined_at=place.joined_at,
    )


async def listed(
    uow: Uow, access: TeamAccess, query: NumberedPageQuery
) -> tuple[list[TeamMemberRead], int]:
    """Return a page of a team's people, owners first. Raises paging refusals."""
    query.check_tier(access.actor.tier)
    rows, total = await repository.members(
        uow.db, access.team_id, offset=query.offset, limit=query.page_size
    )
    return [read(place, user) for place, user in rows], total


async def change_role(
    uow: Uow, access: TeamAccess, user_id: UUID, role: TeamRole
) -> TeamMemberRead:
    """Give somebody another role. Raises TeamMemberNotFound, OwnersDecide, LastTeamOwnerStays."""
    team, access = await held(uow, access, Permission.TEAM_MANAGE)
    place, user = await _member(uow, team, user_id)
    old = place.role
    if old == role:
        return read(place, user)
    if "owner" in {old, role} and not access.is_owner:
        raise OwnersDecide
    if old == "owner":
        await _spare(uow, team, user_id)
    place.role = role
    told = _of(access, team, user, role)
    uow.emit(TeamRoleChanged(**told, old=old))
    tell(uow, access, "members")
    await granting.settle_person(uow, access, user_id)
    return read(place, user)


async def remove(uow: Uow, access: TeamAccess, user_id: UUID) -> None:
    """Let somebody leave, or remove them: that takes `team:manage`.

    Raises TeamMemberNotFound, TeamRoleTooLow, OwnersDecide or LastTeamOwnerStays.
    """
    leaves = user_id == access.actor.user_id
    needed = Permission.TEAM_READ if leaves else Permission.TEAM_MANAGE
    team, access = await held(uow, access, needed)
    place, user = await _member(uow, team, user_id)
    if place.role == "owner" and not (leaves or access.is_owner):
        raise OwnersDecide
    if place.role == "owner":
        await _spare(uow, team, user_id)
    await uow.db.delete(place)
    uow.emit(TeamLeft(**_of(access, team, user, place.role)))
    tell(uow, access, "members")
    await granting.settle_person(uow, access, user_id)


async def _member(uow: Uow, team: Team, user_id: UUID) -> tuple[TeamMember, User]:
    found = await repository.member(uow.db, team.id, user_id)
    if found is None:
        raise TeamMemberNotFound
    return found


async def _spare(uow: Uow, team: Team, user_id: UUID) -> None:
    """See to it that the team has an owner without this one. Raises LastTeamOwnerStays."""
    if not await repository.has_owner(uow.db, team.id, beside=user_id):
        raise LastTeamOwnerStays


def _of(access: TeamAccess, team: Team, user: User, role: str) -> dict[str, Any]:
    return {
        "subject_id": user.id,
        "actor_id": access.actor.user_id,
        "team_id": team.id,
        "title": team.name,
        "role": role,
    }
