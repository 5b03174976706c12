"""Following the link of an invitation: into a project, or into a named team."""

from typing import NamedTuple

from taskyard.accounts.access import actor_for
from taskyard.accounts.errors import RegistrationClosed
from taskyard.accounts.models import User
from taskyard.accounts.passwords import Passwords
from taskyard.accounts.schemas import Register
from taskyard.accounts.service import registering
from taskyard.core.access import Actor
from taskyard.core.db import Database
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow, unit_of_work
from taskyard.projects.team import joining
from taskyard.projects.team.errors import (
    InvitationGone,
    InvitationNotFound,
    InvitationOfSomebody,
)
from taskyard.projects.team.repository import Offered
from taskyard.teams.link_schemas import InvitationFollowed, InvitationRegister, InvitationSeen
from taskyard.teams.repository import Invited
from taskyard.teams.service import inviting


class Newcomer(NamedTuple):
    """Somebody who made an account by an invitation, and where they are in."""

    user: User
    joined: InvitationFollowed


async def look_at(uow: Uow, settings: Settings, token: str) -> InvitationSeen:
    """Return what a link invites to; this does not use it up. Raises InvitationGone."""
    found = await _found(uow, token)
    invitation = found.invitation
    by_email = invitation.email_key is not None
    return InvitationSeen(
        project_name=found.project.name if isinstance(found, Offered) else None,
        team_name=found.team.name if isinstance(found, Invited) else None,
        role=invitation.role,
        invited_by=found.inviter,
        email=invitation.email,
        may_register=by_email and settings.registration != "closed",
        expires_at=invitation.expires_at,
    )


async def accept(uow: Uow, actor: Actor, token: str) -> InvitationFollowed:
    """Join by a link: an address's is good for whoever holds it, an account's for that account.

    Raises InvitationGone or InvitationNotFound.
    """
    found = await _found(uow, token)
    if found.invitation.user_id not in {None, actor.user_id}:
        raise InvitationNotFound
    return await _join(uow, actor, await uow.db.get_one(User, actor.user_id), found)


async def decline(uow: Uow, token: str) -> None:
    """Say no by a link, without an account.

    Raises InvitationGone, or InvitationOfSomebody where an account has to answer.
    """
    found = await _found(uow, token)
    if found.invitation.user_id is not None:
        raise InvitationOfSomebody
    if isinstance(found, Offered):
        await joining.refuse(uow, found.invitation, None)
    else:
        await inviting.refuse(uow, await inviting.held_by_link(uow, found))


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
        email = (await _found(uow, body.token)).invitation.email
    if email is None:
        raise InvitationOfSomebody
    account = Register(email=email, **body.model_dump(exclude={"token"}))
    new = await registering.prepare(settings, passwords, account)
    async with unit_of_work(database) as uow:
        found = await _found(uow, body.token)
        user = await registering.add_account(uow, new)
        joined = await _join(uow, actor_for(user, None, settings), user, found)
        return Newcomer(user, joined)


async def _found(uow: Uow, token: str) -> Offered | Invited:
    found = await joining.by_link(uow, token) or await inviting.by_link(uow, token)
    if found is None:
        raise InvitationGone
    return found


async def _join(uow: Uow, actor: Actor, user: User, found: Offered | Invited) -> InvitationFollowed:
    if isinstance(found, Offered):
        into = await joining.join(uow, user, found.invitation)
        return InvitationFollowed(project_id=into.project_id, team_id=None, role=into.role)
    held = await inviting.held_by_link(uow, found)
    role = await inviting.enter(uow, actor, user, held)
    return InvitationFollowed(project_id=None, team_id=held.team.id, role=role)
