"""How many seats are taken in projects: of who is there, and of whoever is invited.

Somebody who is invited by their username and by their address as well, or is there already, has
one seat.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, Text, and_, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.projects.models import Membership
from taskyard.projects.team.models import Invitation
from taskyard.projects.team.types import InvitationState

_OPEN: Final = and_(Invitation.state == InvitationState.PENDING, Invitation.expires_at > func.now())


def invitee(user_id: Any, email_key: Any) -> ColumnElement[str]:
    """Return who an invitation is for: an account, else an address that nobody has confirmed."""
    confirmed = (
        select(cast(User.id, Text))
        .where(User.email_key == email_key, User.email_verified_at.is_not(None))
        .scalar_subquery()
    )
    return func.coalesce(cast(user_id, Text), confirmed, email_key)


def taken(
    project_ids: Collection[UUID] | Select[UUID], *, beside: UUID | None = None
) -> CompoundSelect[UUID, str]:
    """Return project and person of each seat in these projects, but for one invitation's."""
    there = select(Membership.project_id, cast(Membership.user_id, Text)).where(
        Membership.project_id.in_(project_ids)
    )
    whom = invitee(Invitation.user_id, Invitation.email_key)
    invited = select(Invitation.project_id, whom).where(
        _OPEN, Invitation.project_id.in_(project_ids), Invitation.id.is_distinct_from(beside)
    )
    return there.union(invited)


async def count(db: AsyncSession, project_id: UUID, *, beside: UUID | None = None) -> int:
    """Return how many seats of a project are taken, beside those of one invitation."""
    seats = taken([project_id], beside=beside).subquery()
    return await db.scalar(select(func.count()).select_from(seats)) or 0
