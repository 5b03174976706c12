"""Named teams over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from taskyard.accounts.access import AccountsDep
from taskyard.core.access import Actor, Permission, permit, signed_in
from taskyard.core.etag import IfMatch, PreconditionFailed, etag
from taskyard.core.limits import TierLimitExceeded
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, NumberedPaging, Page, PaginationTooDeep, whole
from taskyard.core.uow import UowDep
from taskyard.projects.access import CanReadProject, ProjectAccess, allowed_to, gate
from taskyard.projects.team.errors import PersonalProjectAlone
from taskyard.teams import errors as refusals
from taskyard.teams import schemas
from taskyard.teams.access import (
    CanChangeTeam,
    CanDeleteTeam,
    CanManageTeam,
    CanReadTeam,
)
from taskyard.teams.service import granting, inviting, keeping, people
from taskyard.teams.types import ROLE_ALLOWS, most_in_projects

router = Router(prefix="/api/v1/teams", tags=["teams"])
granted = Router(prefix="/api/v1/projects/{project_id}/teams", tags=["teams"])
ROUTERS = (router, granted)

Me = Annotated[Actor, signed_in()]
CanList = Annotated[Actor, permit(Permission.TEAM_READ)]
CanCreate = Annotated[Actor, permit(Permission.TEAM_CREATE)]
CanManage = Annotated[ProjectAccess, Depends(gate(Permission.TEAM_MANAGE), scope="function")]
MemberId = Annotated[UUID, Path(description="Somebody in the team.")]
InvitationId = Annotated[UUID, Path(description="An invitation that nobody answered yet.")]
TeamId = Annotated[UUID, Path(description="A team.")]


@router.get("", errors=(PaginationTooDeep,))
async def list_teams(
    actor: CanList, query: Annotated[schemas.TeamQuery, Query()], uow: UowDep
) -> Page[schemas.TeamRead]:
    """List the teams you are in, by name."""
    items, total = await keeping.listed(uow, actor, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.post(
    "",
    status_code=201,
    idempotent=True,
    audit="team.created",
    errors=(refusals.TooManyTeams,),
)
async def create_team(
    actor: CanCreate, body: schemas.TeamCreate, uow: UowDep, response: Response
) -> Item[schemas.TeamRead]:
    """Make a team; you are its owner."""
    team_id = await keeping.create(uow, actor, body)
    response.headers["Location"] = f"/api/v1/teams/{team_id}"
    return _told(await keeping.read(uow, actor, team_id), response)


def _told(team: schemas.TeamRead, response: Response) -> Item[schemas.TeamRead]:
    response.headers["ETag"] = etag(team.version)
    return Item(data=team)


@router.get("/roles")
async def list_team_roles(_: CanList) -> Page[schemas.RoleRead]:
    """List the roles in a team, each as what it allows."""
    return whole(
        [
            schemas.RoleRead(
                role=role,
                permissions=sorted(allowed),
                in_projects=sorted(allowed_to(most_in_projects(role))),
            )
            for role, allowed in ROLE_ALLOWS.items()
        ]
    )


@router.get("/invitations", errors=(PaginationTooDeep,))
async def list_my_team_invitations(
    actor: Me, query: NumberedPaging, uow: UowDep
) -> Page[schemas.TeamInvitationToMe]:
    """List the invitations you can answer: to your account, and to your confirmed address."""
    items, total = await inviting.to_me(uow, actor, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.post(
    "/invitations/{invitation_id}/accept",
    idempotent=True,
    audit="team.joined",
    errors=(refusals.TeamInvitationNotFound,),
)
async def accept_team_invitation(
    actor: Me, invitation_id: InvitationId, uow: UowDep
) -> Item[schemas.TeamRead]:
    """Join the team you were invited to, and the projects it is granted."""
    return Item(data=await inviting.accept(uow, actor, invitation_id))


@router.post(
    "/invitations/{invitation_id}/decline",
    status_code=204,
    idempotent=True,
    audit="team.invitation_declined",
    errors=(refusals.TeamInvitationNotFound,),
)
async def decline_team_invitation(actor: Me, invitation_id: InvitationId, uow: UowDep) -> Response:
    """Say no to an invitation into a team."""
    await inviting.decline(uow, actor, invitation_id)
    return Response(status_code=204)


@router.get("/{team_id}")
async def get_team(access: CanReadTeam, uow: UowDep, response: Response) -> Item[schemas.TeamRead]:
    """Return one team."""
    return _told(await keeping.read(uow, access.actor, access.team_id), response)


@router.patch("/{team_id}", idempotent=True, audit="team.changed", errors=(PreconditionFailed,))
async def update_team(
    access: CanChangeTeam,
    body: schemas.TeamUpdate,
    uow: UowDep,
    response: Response,
    if_match: IfMatch = None,
) -> Item[schemas.TeamRead]:
    """Change a team's name or description."""
    await keeping.change(uow, access, body, if_match=if_match)
    return _told(await keeping.read(uow, access.actor, access.team_id), response)


@router.delete("/{team_id}", status_code=204, audit="team.deleted")
async def delete_team(access: CanDeleteTeam, uow: UowDep) -> Response:
    """Delete a team. Its people leave the projects they were in through it alone."""
    await keeping.delete(uow, access)
    return Response(status_code=204)


@router.get("/{team_id}/members", errors=(PaginationTooDeep,))
async def list_team_members(
    access: CanReadTeam, query: NumberedPaging, uow: UowDep
) -> Page[schemas.TeamMemberRead]:
    """List who is in a team, owners first."""
    items, total = await people.listed(uow, access, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.patch(
    "/{team_id}/members/{user_id}",
    idempotent=True,
    audit="team.role_changed",
    errors=(
        refusals.TeamMemberNotFound,
        refusals.OwnersDecide,
        refusals.LastTeamOwnerStays,
    ),
)
async def change_team_member(
    access: CanManageTeam, user_id: MemberId, body: schemas.TeamRoleChange, uow: UowDep
) -> Item[schemas.TeamMemberRead]:
    """Give somebody in a team another role."""
    return Item(data=await people.change_role(uow, access, user_id, body.role))


@router.delete(
    "/{team_id}/members/{user_id}",
    status_code=204,
    audit="team.left",
    errors=(
        refusals.TeamMemberNotFound,
        refusals.TeamRoleTooLow,
        refusals.OwnersDecide,
        refusals.LastTeamOwnerStays,
    ),
)
async def remove_team_member(access: CanReadTeam, user_id: MemberId, uow: UowDep) -> Response:
    """Leave a team, or as an owner or admin remove somebody from it."""
    await people.remove(uow, access, user_id)
    return Response(status_code=204)


@router.get("/{team_id}/invitations", errors=(PaginationTooDeep,))
async def list_team_invitations(
    access: CanManageTeam, query: NumberedPaging, uow: UowDep
) -> Page[schemas.TeamInvitationRead]:
    """List the invitations into a team that nobody answered yet, newest first."""
    items, total = await inviting.listed(uow, access, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.post(
    "/{team_id}/invitations",
    status_code=201,
    bucket="invite",
    idempotent=True,
    shown_once=("url",),
    audit="team.invited",
    errors=(
        refusals.OwnersDecide,
        refusals.InviteeUnknown,
        refusals.AlreadyInTeam,
        refusals.AlreadyInvitedToTeam,
        refusals.TeamFull,
        TierLimitExceeded,
    ),
)
async def invite_to_team(
    access: CanManageTeam, body: schemas.TeamInviteBody, uow: UowDep, accounts: AccountsDep
) -> Item[schemas.TeamInvitationSent]:
    """Invite somebody by e-mail or username; an address without an account joins on registering."""
    return Item(data=await inviting.invite(uow, accounts.settings, access, body))


@router.post(
    "/{team_id}/invitations/{invitation_id}/resend",
    bucket="invite",
    idempotent=True,
    shown_once=("url",),
    audit="team.invited",
    errors=(refusals.OwnersDecide, refusals.TeamInvitationNotFound),
)
async def resend_team_invitation(
    access: CanManageTeam, invitation_id: InvitationId, uow: UowDep, accounts: AccountsDep
) -> Item[schemas.TeamInvitationSent]:
    """Send an invitation again, with another link; the one before ends."""
    return Item(data=await inviting.resend(uow, accounts.settings, access, invitation_id))


@router.delete(
    "/{team_id}/invitations/{invitation_id}",
    status_code=204,
    audit="team.invitation_revoked",
    errors=(refusals.TeamInvitationNotFound,),
)
async def revoke_team_invitation(
    access: CanManageTeam, invitation_id: InvitationId, uow: UowDep
) -> Response:
    """Take an invitation into a team back."""
    await inviting.revoke(uow, access, invitation_id)
    return Response(status_code=204)


@router.get("/{team_id}/projects")
async def list_team_projects(access: CanReadTeam, uow: UowDep) -> Page[schemas.TeamProjectRead]:
    """List the projects a team is granted, by name; there are at most 50."""
    return whole(await granting.of_team(uow, access))


@granted.get("")
async def list_project_teams(access: CanReadProject, uow: UowDep) -> Page[schemas.ProjectTeamRead]:
    """List the teams a project is granted to, by name."""
    return whole(await granting.of_project(uow, access))


@granted.put(
    "/{team_id}",
    idempotent=True,
    audit="project.changed",
    errors=(
        refusals.TeamNotFound,
        refusals.TooManyProjects,
        PersonalProjectAlone,
        TierLimitExceeded,
    ),
)
async def grant_project(
    access: CanManage, team_id: TeamId, body: schemas.GrantBody, uow: UowDep
) -> Item[schemas.ProjectTeamRead]:
    """Grant the project to a team you are in, or change what the team may do here."""
    return Item(data=await granting.grant(uow, access, team_id, body.role))


@granted.delete(
    "/{team_id}", status_code=204, audit="project.changed", errors=(refusals.NotGranted,)
)
async def revoke_project(access: CanManage, team_id: TeamId, uow: UowDep) -> Response:
    """Take a team out of the project."""
    await granting.revoke(uow, access, team_id)
    return Response(status_code=204)
