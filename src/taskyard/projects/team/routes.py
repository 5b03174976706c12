"""Teams over HTTP: members and invitations of a project, and the caller's own invitations."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Response

from taskyard.accounts.access import AccountsDep
from taskyard.core.access import Actor, Permission, public, signed_in
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, NumberedPaging, Page, PaginationTooDeep
from taskyard.core.uow import UowDep
from taskyard.projects.access import CanReadProject, ProjectAccess, gate
from taskyard.projects.errors import (
    KeyTakenThere,
    NameTakenThere,
    NewOwnerUnfit,
    ProjectRoleTooLow,
    TierLimitExceeded,
)
from taskyard.projects.team import errors as refusals
from taskyard.projects.team import inviting, joining, members
from taskyard.projects.team.schemas import (
    InvitationJoined,
    InvitationRead,
    InvitationSent,
    InvitationToMe,
    InviteBody,
    MemberRead,
    RoleChange,
)

team = Router(prefix="/api/v1/projects/{project_id}/team", tags=["team"])
own = Router(prefix="/api/v1/invitations", tags=["team"])
ROUTERS = (team, own)

Me = Annotated[Actor, signed_in()]
Anyone = Annotated[None, public()]
CanManage = Annotated[ProjectAccess, Depends(gate(Permission.TEAM_MANAGE), scope="function")]
MemberId = Annotated[UUID, Path(description="A member of the project.")]
InvitationId = Annotated[UUID, Path(description="An invitation that nobody answered yet.")]
_HAND_OVER = (refusals.LastOwnerStays, NewOwnerUnfit, NameTakenThere, KeyTakenThere)


@team.get("", errors=(PaginationTooDeep,))
async def list_team(access: CanReadProject, query: NumberedPaging, uow: UowDep) -> Page[MemberRead]:
    """List who is in the project, owners first."""
    items, total = await members.listed(uow, access, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@team.post(
    "/invite",
    status_code=201,
    bucket="invite",
    idempotent=True,
    shown_once=("url",),
    audit="member.invited",
    errors=(
        refusals.AlreadyInvited,
        refusals.AlreadyMember,
        refusals.InviteeUnknown,
        refusals.PersonalProjectAlone,
        TierLimitExceeded,
    ),
)
async def invite_member(
    access: CanManage, body: InviteBody, uow: UowDep, accounts: AccountsDep
) -> Item[InvitationSent]:
    """Invite somebody by e-mail or username; an address without an account joins on registering."""
    return Item(data=await inviting.invite(uow, accounts.settings, access, body))


@team.get("/invitations", errors=(PaginationTooDeep,))
async def list_invitations(
    access: CanManage, query: NumberedPaging, uow: UowDep
) -> Page[InvitationRead]:
    """List the invitations that nobody answered yet, newest first."""
    items, total = await inviting.listed(uow, access, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@team.post(
    "/invitations/{invitation_id}/resend",
    bucket="invite",
    idempotent=True,
    shown_once=("url",),
    audit="member.invited",
    errors=(refusals.InvitationNotFound, refusals.AlreadyInvited, TierLimitExceeded),
)
async def resend_invitation(
    access: CanManage, invitation_id: InvitationId, uow: UowDep, accounts: AccountsDep
) -> Item[InvitationSent]:
    """Send an invitation again, with another link; the one before ends."""
    return Item(data=await inviting.resend(uow, accounts.settings, access, invitation_id))


@team.delete(
    "/invitations/{invitation_id}",
    status_code=204,
    audit="invitation.revoked",
    errors=(refusals.InvitationNotFound,),
)
async def revoke_invitation(
    access: CanManage, invitation_id: InvitationId, uow: UowDep
) -> Response:
    """Take an invitation back."""
    await inviting.revoke(uow, access, invitation_id)
    return Response(status_code=204)


@team.patch(
    "/{user_id}",
    idempotent=True,
    audit="member.role_changed",
    errors=(refusals.MemberNotFound, *_HAND_OVER),
)
async def change_member(
    access: CanManage, user_id: MemberId, body: RoleChange, uow: UowDep, accounts: AccountsDep
) -> Item[MemberRead]:
    """Give a member another role."""
    data = await members.change_role(uow, accounts.settings, access, user_id, body.role)
    return Item(data=data)


@team.delete(
    "/{user_id}",
    status_code=204,
    audit="member.removed",
    errors=(refusals.MemberNotFound, refusals.ThroughTeam, ProjectRoleTooLow, *_HAND_OVER),
)
async def remove_member(
    access: CanReadProject, user_id: MemberId, uow: UowDep, accounts: AccountsDep
) -> Response:
    """Leave the project, or as an owner remove somebody from it."""
    await members.remove(uow, accounts.settings, access, user_id)
    return Response(status_code=204)


@own.get("", errors=(PaginationTooDeep,))
async def list_my_invitations(
    actor: Me, query: NumberedPaging, uow: UowDep
) -> Page[InvitationToMe]:
    """List the invitations you can answer: to your account, and to your confirmed address."""
    items, total = await joining.listed(uow, actor, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@own.post(
    "/{invitation_id}/accept",
    idempotent=True,
    audit="member.joined",
    errors=(refusals.InvitationNotFound, refusals.InvitationGone),
)
async def accept_invitation(
    actor: Me, invitation_id: InvitationId, uow: UowDep
) -> Item[InvitationJoined]:
    """Join the project you were invited to."""
    return Item(data=await joining.accept(uow, actor, invitation_id))


@own.post(
    "/{invitation_id}/decline",
    status_code=204,
    idempotent=True,
    audit="invitation.declined",
    errors=(refusals.InvitationNotFound, refusals.InvitationGone),
)
async def decline_invitation(actor: Me, invitation_id: InvitationId, uow: UowDep) -> Response:
    """Say no to an invitation."""
    await joining.decline(uow, actor, invitation_id)
    return Response(status_code=204)
