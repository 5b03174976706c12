"""The verbs of invitations, for whoever invites."""

from uuid import UUID

from sqlalchemy import func

from taskyard.accounts.models import User
from taskyard.accounts.policy import email_key
from taskyard.core.access import Actor, Permission
from taskyard.core.limits import TierLimitExceeded, tier_limits
from taskyard.core.schemas import NumberedPageQuery
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.projects.access import ProjectAccess
from taskyard.projects.service import held
from taskyard.projects.team import links, repository, seats
from taskyard.projects.team.errors import (
    AlreadyInvited,
    AlreadyMember,
    InvitationNotFound,
    InviteeUnknown,
    PersonalProjectAlone,
)
from taskyard.projects.team.events import (
    InvitationExpired,
    InvitationReceived,
    InvitationRevoked,
    MemberInvited,
)
from taskyard.projects.team.models import Invitation
from taskyard.projects.team.schemas import InvitationRead, InvitationSent, InviteBody
from taskyard.projects.team.types import LIFE, InvitationState

_BATCH = 500


async def invite(
    uow: Uow, settings: Settings, access: ProjectAccess, body: InviteBody
) -> InvitationSent:
    """Invite somebody into a project.

    Raises AlreadyInvited, AlreadyMember, InviteeUnknown, PersonalProjectAlone, TierLimitExceeded
    or ValidationFailed.
    """
    key = email_key(body.email) if body.email is not None else None
    project = await held(uow, access, Permission.TEAM_MANAGE)
    if project.is_personal:
        raise PersonalProjectAlone
    user = await _invitee(uow, body, key)
    who = body.email or body.username
    if user is not None:
        found = await repository.member(uow.db, project.id, user.id)
        if found is not None:
            raise AlreadyMember(who=who, role=found[0].role)
    by_name = user if body.username is not None else None
    if await repository.open_for(uow.db, project.id, by_name, key):
        raise AlreadyInvited(who=who)
    await _check_seats(uow, access.actor, project.id)
    await repository.settle_old(uow.db, project.id, by_name, key)
    invitation = Invitation(
        id=uuid7(),
        project_id=project.id,
        user_id=by_name.id if by_name else None,
        email=body.email,
        email_key=key,
        role=body.role,
        invited_by=access.actor.user_id,
        **links.fresh(settings, LIFE),
    )
    uow.db.add(invitation)
    return await _send(uow, settings, access.actor, invitation, again=False)


async def _invitee(uow: Uow, body: InviteBody, key: str | None) -> User | None:
    if key is not None:
        return await repository.user_at(uow.db, key)
    user = await repository.user_called(uow.db, body.username or "")
    if user is None:
        raise InviteeUnknown(username=body.username)
    return user


async def _check_seats(
    uow: Uow, actor: Actor, project_id: UUID, *, beside: UUID | None = None
) -> None:
    limit = tier_limits(actor.tier).members
    if limit is None or actor.is_admin:
        return
    used = await seats.count(uow.db, project_id, beside=beside)
    if used >= limit:
        raise TierLimitExceeded(
            limit_type="members",
            limit=limit,
            used=used,
            tier=actor.tier,
            upgrade_url="/app/settings",
        )


async def _send(
    uow: Uow, settings: Settings, actor: Actor, invitation: Invitation, *, again: bool
) -> InvitationSent:
    """Tell of an invitation, which has its letter written, and return it with its link."""
    await uow.db.flush()
    await uow.db.refresh(invitation)
    uow.emit(
        MemberInvited(
            subject_id=invitation.id,
            project_id=invitation.project_id,
            actor_id=actor.user_id,
            role=invitation.role,
            again=again,
        )
    )
    whose = invitation.user_id or await _confirmed(uow, invitation)
    if whose is not None:
        uow.emit(InvitationReceived(subject_id=whose, invitation_id=invitation.id))
    # Of an account's own invitation the link is of no use to anybody else.
    by_email = invitation.email_key is not None
    return InvitationSent(
        **read(await repository.invited(uow.db, invitation.id)).model_dump(),
        url=links.address_of(settings, invitation.link_id) if by_email else None,
        mailed=settings.mail_server is not None,
    )


async def _confirmed(uow: Uow, invitation: Invitation) -> UUID | None:
    """Return the account that has confirmed the address an invitation went to."""
    user = await repository.user_at(uow.db, invitation.email_key or "")
    return user.id if user else None


def read(found: repository.Invited) -> InvitationRead:
    """Return an invitation as the owners of its project see it."""
    invitation, invitee, inviter = found
    return InvitationRead(
        id=invitation.id,
        email=invitation.email,
        username=invitee.username if invitee else None,
        display_name=invitee.display_name if invitee else None,
        role=invitation.role,
        invited_by=inviter,
        created_at=invitation.created_at,
        sent_at=invitation.sent_at,
        expires_at=invitation.expires_at,
        expired=invitation.expires_at <= now(),
    )


async def listed(
    uow: Uow, access: ProjectAccess, query: NumberedPageQuery
) -> tuple[list[InvitationRead], int]:
    """Return a page of a project's unanswered invitations. Raises paging refusals."""
    query.check_tier(access.actor.tier)
    rows, total = await repository.invitations(
        uow.db, access.project_id, offset=query.offset, limit=query.page_size
    )
    return [read(row) for row in rows], total


async def resend(
    uow: Uow, settings: Settings, access: ProjectAccess, invitation_id: UUID
) -> InvitationSent:
    """Send an invitation again, with another link and its whole time before it.

    Raises InvitationNotFound, AlreadyInvited or TierLimitExceeded.
    """
    invitation = await _unanswered(uow, access, invitation_id)
    if invitation.expires_at <= now():
        user = await uow.db.get(User, invitation.user_id) if invitation.user_id else None
        if await repository.open_for(uow.db, access.project_id, user, invitation.email_key):
            raise AlreadyInvited(who=user.username if user else invitation.email)
        await _check_seats(uow, access.actor, access.project_id, beside=invitation.id)
    for name, value in links.fresh(settings, LIFE).items():
        setattr(invitation, name, value)
    invitation.state = InvitationState.PENDING
    invitation.settled_at = None
    return await _send(uow, settings, access.actor, invitation, again=True)


async def revoke(uow: Uow, access: ProjectAccess, invitation_id: UUID) -> None:
    """Take an invitation back: its link is good no more. Raises InvitationNotFound."""
    invitation = await _unanswered(uow, access, invitation_id)
    invitation.state = InvitationState.REVOKED
    invitation.settled_at = func.now()
    uow.emit(
        InvitationRevoked(
            subject_id=invitation.id,
            project_id=invitation.project_id,
            actor_id=access.actor.user_id,
        )
    )


async def _unanswered(uow: Uow, access: ProjectAccess, invitation_id: UUID) -> Invitation:
    await held(uow, access, Permission.TEAM_MANAGE)
    found = await repository.unanswered(uow.db, access.project_id, invitation_id)
    if found is None:
        raise InvitationNotFound
    return found


async def expire(uow: Uow) -> int:
    """Close invitations that nobody answered in time; return how many."""
    over = await repository.expired(uow.db, limit=_BATCH)
    for invitation in over:
        invitation.state = InvitationState.EXPIRED
        invitation.settled_at = func.now()
        uow.emit(InvitationExpired(subject_id=invitation.id, project_id=invitation.project_id))
    return len(over)
