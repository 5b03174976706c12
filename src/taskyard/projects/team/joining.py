"""The verbs of invitations, for whoever is invited; links are followed in `teams`."""

from uuid import UUID

from sqlalchemy import func

from taskyard.accounts.models import User
from taskyard.accounts.tokens import secret_hash
from taskyard.core.access import Actor
from taskyard.core.schemas import NumberedPageQuery
from taskyard.core.uow import Uow
from taskyard.projects.models import Membership
from taskyard.projects.service import locked
from taskyard.projects.team import repository
from taskyard.projects.team.errors import (
    InvitationGone,
    InvitationNotFound,
)
from taskyard.projects.team.events import InvitationDeclined, MemberJoined
from taskyard.projects.team.models import Invitation
from taskyard.projects.team.repository import Offered
from taskyard.projects.team.schemas import (
    InvitationJoined,
    InvitationToMe,
)
from taskyard.projects.team.types import InvitationState


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


async def accept(uow: Uow, actor: Actor, invitation_id: UUID) -> InvitationJoined:
    """Join by an invitation to the caller. Raises InvitationNotFound or InvitationGone."""
    user, offered = await _mine(uow, actor, invitation_id)
    return await join(uow, user, offered.invitation)


async def decline(uow: Uow, actor: Actor, invitation_id: UUID) -> None:
    """Say no to an invitation to the caller. Raises InvitationNotFound or InvitationGone."""
    _, offered = await _mine(uow, actor, invitation_id)
    await refuse(uow, offered.invitation, actor.user_id)


async def _mine(uow: Uow, actor: Actor, invitation_id: UUID) -> tuple[User, Offered]:
    user = await uow.db.get_one(User, actor.user_id)
    offered = await repository.offer_to(uow.db, user, invitation_id)
    if offered is None:
        raise InvitationNotFound
    return user, offered


async def by_link(uow: Uow, token: str) -> Offered | None:
    """Return the invitation into a project that a link leads to."""
    return await repository.offer_by(uow.db, secret_hash(token))


async def join(uow: Uow, user: User, invitation: Invitation) -> InvitationJoined:
    """Put somebody into the project, unless they are in it; of two at once one does.

    Raises InvitationGone.
    """
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


async def refuse(uow: Uow, invitation: Invitation, actor_id: UUID | None) -> None:
    """Say no for whoever is invited. Raises InvitationGone."""
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
