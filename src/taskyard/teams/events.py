"""What named teams tell the spine.

What happens to a team has the team as its subject, which reaches the pages that follow it; what
happens to one of its people has the account, which reaches that person's pages.
"""

from typing import ClassVar
from uuid import UUID

from taskyard.core.spine import Event


class TeamCreated(Event):
    """A team was made."""

    name: ClassVar[str] = "team.created.v1"
    title: str


class TeamChanged(Event):
    """A team's name or description, its people, its invitations or its projects are others now."""

    name: ClassVar[str] = "team.changed.v1"
    fields: list[str]


class TeamDeleted(Event):
    """A team was deleted."""

    name: ClassVar[str] = "team.deleted.v1"
    title: str


class TeamPersonEvent(Event):
    """Something that happened to an account in a team; the account is the subject."""

    name: ClassVar[str] = "team.person.v1"
    team_id: UUID
    title: str
    role: str


class TeamInvited(TeamPersonEvent):
    """An account can answer an invitation into a team."""

    name: ClassVar[str] = "team.invited.v1"
    invitation_id: UUID


class TeamInvitationMailed(Event):
    """An invitation into a team goes to whom it is for, or again; the invitation is the subject."""

    name: ClassVar[str] = "team.invitation_sent.v1"
    again: bool


class TeamJoined(TeamPersonEvent):
    """An account is in the team now."""

    name: ClassVar[str] = "team.joined.v1"


class TeamLeft(TeamPersonEvent):
    """An account is in the team no longer, by itself or removed by whoever acted."""

    name: ClassVar[str] = "team.left.v1"


class TeamRoleChanged(TeamPersonEvent):
    """An account has another role in the team."""

    name: ClassVar[str] = "team.role_changed.v1"
    old: str
