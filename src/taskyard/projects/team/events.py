"""What teams tell the spine.

`member.*` has the account as its subject, so that it reaches that person's open pages too.
"""

from typing import ClassVar
from uuid import UUID

from taskyard.core.spine import Event


class MemberInvited(Event):
    """Somebody was invited, or sent the invitation again. `subject_id` is the invitation."""

    name: ClassVar[str] = "member.invited.v1"
    role: str
    again: bool


class InvitationReceived(Event):
    """An account can answer an invitation that it could not before; the account is the subject."""

    name: ClassVar[str] = "invitation.received.v1"
    invitation_id: UUID


class MemberJoined(Event):
    """An account is in the project now."""

    name: ClassVar[str] = "member.joined.v1"
    username: str
    role: str
    invitation_id: UUID | None


class MemberLeft(Event):
    """A member left by themselves."""

    name: ClassVar[str] = "member.left.v1"
    username: str
    role: str


class MemberRemoved(Event):
    """An owner removed a member."""

    name: ClassVar[str] = "member.removed.v1"
    username: str
    role: str


class MemberRoleChanged(Event):
    """A member's role was changed."""

    name: ClassVar[str] = "member.role_changed.v1"
    username: str
    old: str
    new: str


class MemberGranted(Event):
    """What somebody may do in a project changed through a team: None is nothing at all."""

    name: ClassVar[str] = "member.granted.v1"
    team_id: UUID
    old: str | None
    new: str | None


class InvitationDeclined(Event):
    """Whoever was invited said no. `subject_id` is the invitation, here and below."""

    name: ClassVar[str] = "invitation.declined.v1"


class InvitationRevoked(Event):
    """An owner took an invitation back."""

    name: ClassVar[str] = "invitation.revoked.v1"


class InvitationExpired(Event):
    """Nobody answered an invitation in time."""

    name: ClassVar[str] = "invitation.expired.v1"
