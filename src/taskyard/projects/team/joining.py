"""The verbs of invitations, for whoever is invited."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func

from taskyard.accounts.errors import RegistrationClosed
from taskyard.accounts.models import User
from taskyard.accounts.passwords import Passwords
from taskyard.accounts.schemas import Register
from taskyard.accounts.service import registering
from taskyard.accounts.tokens import secret_hash
from taskyard.core.access import Actor
from taskyard.core.db import Database
from taskyard.core.schemas import NumberedPageQuery
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow, unit_of_work
from taskyard.projects.models import Membership
from taskyard.projects.service import locked
from taskyard.projects.team import repository
from taskyard.projects.team.errors import (
    InvitationGone,
    InvitationNotFound,
    InvitationOfSomebody,
)
from taskyard.projects.team.events import InvitationDeclined, MemberJoined
from taskyard.projects.team.models import Invitation
from taskyard.projects.team.repository import Offered
from taskyard.projects.team.schemas import (
    InvitationJoined,
    InvitationRegister,
    InvitationSeen,
    InvitationToMe,
)
from taskyard.projects.team.types import InvitationState


class Newcomer(NamedTuple):
    """Somebody who made an account by an invitation, and the project they are in."""

    user: User
    joined: InvitationJoined


async def listed(
    uow: Uow, actor: Actor, query: NumberedPageQuery
) -> tuple[list[InvitationToMe], int]:
    """Return a page of the invitations the caller can answer. Raises paging refusals."""
    query.check_tier(actor.tier)
    user = await uow.db.get_one(User, actor.user_id)
    rows, total = await repository.offers_to(
        uow.db, user, offset=query.offset, limit=query.page_size
    )
    return [_to_me(row) for row in rows], total


def _to_me(offered: Offered) -> InvitationToMe:
    invitation, project, inviter = offered
    return InvitationToMe(
        id=invitation.id,
        project_id=project.id,
        project_name=project.name,
        project_key=project.key,
        role=invitation.role,
        invited_by=inviter,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
    )


async def look_at(uow: Uow, settings: Settings, token: str) -> InvitationSeen:
    """Return what a link invites to; this does not use it up. Raises InvitationGone."""
    invitation, project, inviter = await _by_link(uow, token)
    by_email = invitation.email_key is not None
    return InvitationSeen(
        project_name=project.name,
        role=invitation.role,
        invited_by=inviter,
        email=invitation.email,
        may_register=by_email and settings.registration != "closed",
        expires_at=invitation.expires_at,
    )


async def accept(uow: Uow, actor: Actor, invitation_id: UUID) -> InvitationJoined:
    """Join by an invitation to the caller. Raises InvitationNotFound or InvitationGone."""
    user, offered = await _mine(uow, actor, invitation_id)
    return await _join(uow, user, offered.invitation)


async def accept_link(uow: Uow, actor: Actor, token: str) -> InvitationJoined:
    """Join by a link: an address's is good for whoever holds it, an account's for that account.

    Raises InvitationGone or InvitationNotFound.
    """
    offered = await _by_link(uow, token)
    if offered.invitation.user_id not in {None, actor.user_id}:
        raise InvitationNotFound
    user = await uow.db.get_one(User, actor.user_id)
    return await _join(uow, user, offered.invitation)


async def decline(uow: Uow, actor: Actor, invitation_id: UUID) -> None:
    """Say no to an invitation to the caller. Raises InvitationNotFound or InvitationGone."""
    _, offered = await _mine(uow, actor, invitation_id)
    await _decline(uow, offered.invitation, actor.user_id)


async def decline_link(uow: Uow, token: str) -> None:
    """Say no by a link, without an account.

    Raises InvitationGone, or InvitationOfSomebody where an account has to answer.
    """
    offered = await _by_link(uow, token)
    if offered.invitation.user_id is not None:
        raise InvitationOfSomebody
    await _decline(uow, offered.invitation, None)


async def register(
    database: Database, settings: Settings, passwords: Passwords, body: InvitationRegister
) -> Newcomer:
    """Make an account of an invited address, and join: both, or neither.

    Also where accounts are made by invitation alone. Raises InvitationGone, InvitationOfSomebody,
    RegistrationClosed, EmailTaken, UsernameTaken, PasswordTooWeak or ValidationFailed.
    """
    if settings.registration == "closed":
        raise RegistrationClosed
    async with unit_of_work(database) as uow:
        email = (await _by_link(uow, body.token)).invitation.email
    if email is None:
        raise InvitationOfSomebody
    account = Register(email=email, **body.model_dump(exclude={"token"}))
    new = await registering.prepare(settings, passwords, account)
    async with unit_of_work(database) as uow:
        invitation = (await _by_link(uow, body.token)).invitation
        user = await registering.add_account(uow, new)
        return Newcomer(user, await _join(uow, user, invitation))


async def _mine(uow: Uow, actor: Actor, invitation_id: UUID) -> tuple[User, Offered]:
    user = await uow.db.get_one(User, actor.user_id)
    offered = await repository.offer_to(uow.db, user, invitation_id)
    if offered is None:
        raise InvitationNotFound
    return user, offered


async def _by_link(uow: Uow, token: str) -> Offered:
    offered = await repository.offer_by(uow.db, secret_hash(token))
    if offered is None:
        raise InvitationGone
    return offered


async def _join(uow: Uow, user: User, invitation: Invitation) -> InvitationJoined:
    """Put somebody into the project, unless they are in it; of two at once one does."""
    project = await locked(uow, invitation.project_id)
    mine = await _held(uow, invitation)
    found = await repository.member(uow.db, project.id, user.id)
    role = found[0].role if found else mine.role
    if found is None:
        uow.db.add(Membership(project_id=project.id, user_id=user.id, role=role))
        uow.emit(
            MemberJoined(
                subject_id=user.id,
                project_id=project.id,
                actor_id=user.id,
                username=user.username,
                role=role,
                invitation_id=mine.id,
            )
        )
    mine.state = InvitationState.ACCEPTED
    mine.settled_at = func.now()
    await uow.db.flush()
    await repository.settle_others(uow.db, project.id, user)
    return InvitationJoined(project_id=project.id, role=role)


async def _decline(uow: Uow, invitation: Invitation, actor_id: UUID | None) -> None:
    await locked(uow, invitation.project_id)
    mine = await _held(uow, invitation)
    mine.state = InvitationState.DECLINED
    mine.settled_at = func.now()
    uow.emit(InvitationDeclined(subject_id=mine.id, project_id=mine.project_id, actor_id=actor_id))


async def _held(uow: Uow, invitation: Invitation) -> Invitation:
    """Return the invitation once nobody else answers it. Raises InvitationGone."""
    found = await repository.held_open(uow.db, invitation.id)
    if found is None:
        raise InvitationGone
    return found
