"""Links of invitations over HTTP, into projects and into named teams alike."""

from typing import Annotated

from fastapi import Request, Response

from taskyard.accounts import errors as accounts_refusals
from taskyard.accounts.access import AccountsDep
from taskyard.accounts.routes import read_user
from taskyard.core.access import Actor, public, signed_in
from taskyard.core.routing import Router
from taskyard.core.schemas import Item
from taskyard.core.uow import UowDep
from taskyard.projects.team import errors as refusals
from taskyard.teams.link_schemas import (
    InvitationFollowed,
    InvitationRegister,
    InvitationRegistered,
    InvitationSeen,
    InvitationToken,
)
from taskyard.teams.service import following

router = Router(prefix="/api/v1/invitations", tags=["team"])
ROUTERS = (router,)

Me = Annotated[Actor, signed_in()]
Anyone = Annotated[None, public()]


@router.post("/look", bucket="invitation", errors=(refusals.InvitationGone,))
async def look_at_invitation(
    _: Anyone, body: InvitationToken, uow: UowDep, accounts: AccountsDep
) -> Item[InvitationSeen]:
    """Say what a link invites to; this does not use it up."""
    return Item(data=await following.look_at(uow, accounts.settings, body.token))


@router.post(
    "/accept",
    bucket="invitation",
    idempotent=True,
    audit="member.joined",
    errors=(refusals.InvitationNotFound, refusals.InvitationGone),
)
async def accept_invitation_link(
    actor: Me, body: InvitationToken, uow: UowDep
) -> Item[InvitationFollowed]:
    """Join by the link that was sent."""
    return Item(data=await following.accept(uow, actor, body.token))


@router.post(
    "/decline",
    status_code=204,
    bucket="invitation",
    audit="invitation.declined",
    errors=(refusals.InvitationGone, refusals.InvitationOfSomebody),
)
async def decline_invitation_link(_: Anyone, body: InvitationToken, uow: UowDep) -> Response:
    """Say no by the link that was sent to an address, without an account."""
    await following.decline(uow, body.token)
    return Response(status_code=204)


@router.post(
    "/register",
    status_code=201,
    bucket="register",
    errors=(
        refusals.InvitationGone,
        refusals.InvitationOfSomebody,
        accounts_refusals.EmailTaken,
        accounts_refusals.UsernameTaken,
        accounts_refusals.RegistrationClosed,
        accounts_refusals.PasswordTooWeak,
    ),
)
async def register_by_invitation(
    _: Anyone, request: Request, body: InvitationRegister, accounts: AccountsDep
) -> Item[InvitationRegistered]:
    """Make an account by the link that was sent, which is in the project or team at once."""
    database = request.app.state.platform.database
    user, joined = await following.register(database, accounts.settings, accounts.passwords, body)
    return Item(
        data=InvitationRegistered(user=read_user(user, accounts.settings), **joined.model_dump())
    )
