"""Invitations into teams: sent, taken back, answered."""

from uuid import UUID

from taskyard.accounts.models import User
from taskyard.accounts.policy import email_key
from taskyard.accounts.tokens import secret_hash
from taskyard.core.access import Actor, Permission
from taskyard.core.limits import TierLimitExceeded, tier_limits
from taskyard.core.schemas import NumberedPageQuery
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow
from taskyard.kit.ids import uuid7
from taskyard.projects.team import links
from taskyard.projects.team.errors import InvitationGone
from taskyard.projects.team.repository import user_at, user_called
from taskyard.teams import repository, seats
from taskyard.teams.access import TeamAccess
from taskyard.teams.errors import (
    AlreadyInTeam,
    AlreadyInvitedToTeam,
    InviteeUnknown,
    OwnersDecide,
    TeamFull,
    TeamInvitationNotFound,
)
from taskyard.teams.events import TeamChanged, TeamInvitationMailed, TeamInvited, TeamJoined
from taskyard.teams.models import TeamInvitation, TeamMember
from taskyard.teams.repository import Invited
from taskyard.teams.schemas import (
    TeamInvitationRead,
    TeamInvitationSent,
    TeamInvitationToMe,
    TeamInviteBody,
    TeamRead,
)
from taskyard.teams.service import granting, keeping
from taskyard.teams.service.keeping import held, tell
from taskyard.teams.types import LIFE, MOST_MEMBERS


async def invite(
    uow: Uow, settings: Settings, access: TeamAccess, body: TeamInviteBody
) -> TeamInvitationSent:
    """Invite somebody into a team.

    Raises OwnersDecide, InviteeUnknown, AlreadyInTeam, AlreadyInvitedToTeam, TeamFull or
    TierLimitExceeded.
    """
    key = email_key(body.email) if body.email is not None else None
    team, access = await held(uow, access, Permission.TEAM_MANAGE)
    if body.role == "owner" and not access.is_owner:
        raise OwnersDecide
    user = await _invitee(uow, body, key)
    who = body.email or body.username
    if user is not None:
        found = await repository.member(uow.db, team.id, user.id)
        if found is not None:
            raise AlreadyInTeam(who=who, role=found[0].role)
    by_name = user if body.username is not None else None
    if await repository.open_for(uow.db, team.id, by_name, key):
        raise AlreadyInvitedToTeam(who=who)
    await _check_seats(uow, access)
    invitation = TeamInvitation(
        id=uuid7(),
        team_id=team.id,
        user_id=by_name.id if by_name else None,
        email=body.email,
        email_key=key,
        role=body.role,
        invited_by=access.actor.user_id,
        **links.fresh(settings, LIFE),
    )
    uow.db.add(invitation)
    await uow.db.flush()
    if user is not None:
        uow.emit(
            TeamInvited(
                subject_id=user.id,
                actor_id=access.actor.user_id,
                team_id=team.id,
                title=team.name,
                role=invitation.role,
                invitation_id=invitation.id,
            )
        )
    return await _send(uow, settings, access, invitation, again=False)


async def _invitee(uow: Uow, body: TeamInviteBody, key: str | None) -> User | None:
    if key is not None:
        return await user_at(uow.db, key)
    user = await user_called(uow.db, body.username or "")
    if user is None:
        raise InviteeUnknown(username=body.username)
    return user


async def _check_seats(uow: Uow, access: TeamAccess) -> None:
    """Count the team and the projects it is granted, as far as the inviter's tier goes."""
    used = await seats.most(uow.db, access.team_id)
    actor = access.actor
    limit = tier_limits(actor.tier).members
    if limit is not None and not actor.is_admin and used >= limit:
        raise TierLimitExceeded(
            limit_type="members",
            limit=limit,
            used=used,
            tier=actor.tier,
            upgrade_url="/app/settings",
        )
    if used >= MOST_MEMBERS:
        raise TeamFull(limit=MOST_MEMBERS)


async def _send(
    uow: Uow,
    settings: Settings,
    access: TeamAccess,
    invitation: TeamInvitation,
    *,
    again: bool,
) -> TeamInvitationSent:
    """Tell of an invitation, which has its letter written, and return it with its link."""
    tell(uow, access, "invitations")
    uow.emit(
        TeamInvitationMailed(subject_id=invitation.id, actor_id=access.actor.user_id, again=again)
    )
    await uow.db.flush()
    found = await repository.invitation(uow.db, invitation.id)
    assert found is not None
    # Of an account's own invitation the link is of no use to anybody else.
    by_email = invitation.link_id if invitation.email_key is not None else None
    return TeamInvitationSent(
        **_read(found).model_dump(),
        url=links.address_of(settings, by_email) if by_email else None,
        mailed=settings.mail_server is not None,
    )


async def resend(
    uow: Uow, settings: Settings, access: TeamAccess, invitation_id: UUID
) -> TeamInvitationSent:
    """Send an invitation again, with another link and its whole time before it.

    Raises TeamInvitationNotFound, or OwnersDecide where it is one of an owner.
    """
    access, invitation = await _decided_on(uow, access, invitation_id)
    for name, value in links.fresh(settings, LIFE).items():
        setattr(invitation, name, value)
    return await _send(uow, settings, access, invitation, again=True)


async def _decided_on(
    uow: Uow, access: TeamAccess, invitation_id: UUID
) -> tuple[TeamAccess, TeamInvitation]:
    """Return an open invitation of the held team, which its caller may decide on."""
    _, access = await held(uow, access, Permission.TEAM_MANAGE)
    found = await repository.invitation(uow.db, invitation_id)
    if found is None or found.team.id != access.team_id:
        raise TeamInvitationNotFound
    if found.invitation.role == "owner" and not access.is_owner:
        raise OwnersDecide
    return access, found.invitation


def _read(found: Invited) -> TeamInvitationRead:
    invitation, invitee = found.invitation, found.invitee
    return TeamInvitationRead(
        id=invitation.id,
        email=invitation.email,
        username=invitee.username if invitee else None,
        display_name=invitee.display_name if invitee else None,
        role=invitation.role,
        invited_by=found.inviter,
        created_at=invitation.created_at,
        sent_at=invitation.sent_at,
        expires_at=invitation.expires_at,
    )


async def listed(
    uow: Uow, access: TeamAccess, query: NumberedPageQuery
) -> tuple[list[TeamInvitationRead], int]:
    """Return a page of a team's open invitations. Raises paging refusals."""
    query.check_tier(access.actor.tier)
    found, total = await repository.invitations(
        uow.db, access.team_id, offset=query.offset, limit=query.page_size
    )
    return [_read(one) for one in found], total


async def revoke(uow: Uow, access: TeamAccess, invitation_id: UUID) -> None:
    """Take an invitation back.

    Raises TeamInvitationNotFound, or OwnersDecide where it is one of an owner.
    """
    access, invitation = await _decided_on(uow, access, invitation_id)
    await uow.db.delete(invitation)
    tell(uow, access, "invitations")


async def to_me(
    uow: Uow, actor: Actor, query: NumberedPageQuery
) -> tuple[list[TeamInvitationToMe], int]:
    """Return a page of the invitations the caller can answer. Raises paging refusals."""
    query.check_tier(actor.tier)
    user = await uow.db.get_one(User, actor.user_id)
    found, total = await repository.offers_to(
        uow.db, user, offset=query.offset, limit=query.page_size
    )
    return [
        TeamInvitationToMe(
            id=one.invitation.id,
            team_id=one.team.id,
            team_name=one.team.name,
            role=one.invitation.role,
            invited_by=one.inviter,
            created_at=one.invitation.created_at,
            expires_at=one.invitation.expires_at,
        )
        for one in found
    ], total


async def accept(uow: Uow, actor: Actor, invitation_id: UUID) -> TeamRead:
    """Join by an invitation to the caller; of two at once one does.

    Raises TeamInvitationNotFound.
    """
    user, found = await _mine(uow, actor, invitation_id)
    await enter(uow, actor, user, found)
    return await keeping.read(uow, actor, found.team.id)


async def enter(uow: Uow, actor: Actor, user: User, found: Invited) -> str:
    """Put somebody into the held team, unless they are in it; return their role there."""
    team, role = found.team, found.invitation.role
    access = TeamAccess(team.id, actor, role)  # type: ignore[arg-type]  # check constraint
    there = await repository.member(uow.db, team.id, user.id)
    if there is None:
        uow.db.add(TeamMember(team_id=team.id, user_id=user.id, role=role))
        uow.emit(
            TeamJoined(
                subject_id=user.id,
                actor_id=user.id,
                team_id=team.id,
                title=team.name,
                role=role,
            )
        )
    await repository.settle(uow.db, team.id, user)
    await repository.remove(uow.db, found.invitation.id)
    tell(uow, access, "members", "invitations")
    await granting.settle_person(uow, access, user.id)
    return role if there is None else there[0].role


async def decline(uow: Uow, actor: Actor, invitation_id: UUID) -> None:
    """Say no to an invitation to the caller. Raises TeamInvitationNotFound."""
    user, found = await _mine(uow, actor, invitation_id)
    await repository.settle(uow.db, found.team.id, user)
    tell(uow, TeamAccess(found.team.id, actor, None), "invitations")


async def refuse(uow: Uow, found: Invited) -> None:
    """Say no for whoever is invited into the held team."""
    await repository.remove(uow.db, found.invitation.id)
    uow.emit(TeamChanged(subject_id=found.team.id, fields=["invitations"]))


async def by_link(uow: Uow, token: str) -> Invited | None:
    """Return the invitation into a team that a link leads to."""
    return await repository.offer_by(uow.db, secret_hash(token))


async def held_by_link(uow: Uow, found: Invited) -> Invited:
    """Return an invitation, its team held from now on. Raises InvitationGone."""
    token_hash = found.invitation.token_hash
    assert token_hash is not None  # its link led to it
    if await repository.held(uow.db, found.team.id) is not None:
        # Whoever held the team until now may have answered it, or sent it again.
        again = await repository.offer_by(uow.db, token_hash)
        if again is not None:
            return again
    raise InvitationGone


async def _mine(uow: Uow, actor: Actor, invitation_id: UUID) -> tuple[User, Invited]:
    """Return an invitation of the caller's into a team that is held from now on."""
    user = await uow.db.get_one(User, actor.user_id)
    seen = await repository.offer_to(uow.db, user, invitation_id)
    if seen is None or await repository.held(uow.db, seen.team.id) is None:
        raise TeamInvitationNotFound
    # Whoever held the team until now may have answered it.
    found = await repository.offer_to(uow.db, user, invitation_id)
    if found is None:
        raise TeamInvitationNotFound
    return user, found
