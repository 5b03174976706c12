"""The door to a team: absent and forbidden answer alike, as with projects."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from taskyard.core.access import Access, Actor, AuthRequired, Permission, recognise
from taskyard.core.uow import Uow, UowDep
from taskyard.kit.errors import TaskyardError
from taskyard.teams import repository
from taskyard.teams.errors import TeamNotFound, TeamRoleTooLow
from taskyard.teams.types import ROLE_ALLOWS, TeamRole

TeamId = Annotated[UUID, Path(description="A team that you can see.")]


@dataclass(frozen=True, slots=True)
class TeamAccess:
    """A checked team id: its holder may do what was asked for when it was made."""

    team_id: UUID
    actor: Actor
    #: None for an administrator of the instance, who may put in order what nobody else can.
    role: TeamRole | None

    @property
    def permissions(self) -> frozenset[Permission]:
        """All the caller may do here."""
        return ROLE_ALLOWS[self.role or "owner"] & self.actor.permissions

    @property
    def is_owner(self) -> bool:
        """Whether the caller decides about owners."""
        return self.role in {None, "owner"}

    def require(self, permission: Permission) -> None:
        """Raise AuthForbidden or TeamRoleTooLow unless they may do this."""
        self.actor.require(permission)
        if permission not in self.permissions:
            raise TeamRoleTooLow(role=self.role, permission=permission.value)


async def load(uow: Uow, actor: Actor, team_id: UUID, permission: Permission) -> TeamAccess:
    """Return the caller's access to a team. Raises TeamNotFound or 403 refusals."""
    found, role = await repository.place_in(uow.db, team_id, actor.user_id)
    if not found or (role is None and not actor.is_admin):
        raise TeamNotFound
    access = TeamAccess(team_id, actor, role)
    access.require(permission)
    return access


class TeamRight(Access):
    """What a route says of who may call it: those whose role in the team allows it."""

    @property
    def refusals(self) -> tuple[type[TaskyardError], ...]:
        """What it may answer, for the OpenAPI document."""
        return (*super().refusals, TeamNotFound)


class TeamGate:
    """A dependency that admits to the team of the path."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        self.access = TeamRight(permission)

    async def __call__(
        self, connection: HTTPConnection, team_id: TeamId, uow: UowDep
    ) -> TeamAccess:
        """Return the caller's access to the team."""
        actor = await recognise(connection, uow)
        if actor is None:
            raise AuthRequired
        return await load(uow, actor, team_id, self.permission)


CanReadTeam = Annotated[TeamAccess, Depends(TeamGate(Permission.TEAM_READ), scope="function")]
CanChangeTeam = Annotated[TeamAccess, Depends(TeamGate(Permission.TEAM_UPDATE), scope="function")]
CanManageTeam = Annotated[TeamAccess, Depends(TeamGate(Permission.TEAM_MANAGE), scope="function")]
CanDeleteTeam = Annotated[TeamAccess, Depends(TeamGate(Permission.TEAM_DELETE), scope="function")]
