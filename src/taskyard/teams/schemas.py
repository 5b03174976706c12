"""What clients send to named teams and get back."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from taskyard.accounts.schemas import Email
from taskyard.core.schemas import In, Name, NumberedPageQuery, Out, SearchText, Text
from taskyard.projects.types import GrantedRole
from taskyard.teams.types import TeamRole


class TeamCreate(In):
    """A new team."""

    name: Name = Field(examples=["Platform"])
    description: Text = ""


class TeamUpdate(In):
    """The parts of a team to change."""

    name: Name | None = None
    description: Text | None = None


class TeamRead(Out):
    """A team, as its caller sees it."""

    id: UUID
    name: str
    description: str
    role: TeamRole | None = Field(
        description="The caller's; null where they see it as the instance's administrator."
    )
    permissions: list[str] = Field(description="What the caller may do in the team.")
    members: int
    projects: int = Field(description="How many it is granted.")
    created_at: datetime
    updated_at: datetime
    version: int


class RoleRead(Out):
    """A role in a team, as the list of what it allows."""

    role: TeamRole
    permissions: list[str] = Field(description="In the team.", examples=[["team:read"]])
    in_projects: list[str] = Field(
        description="In a project that the team is granted as `member`; granted as `viewer`, "
        "everybody only reads."
    )


class TeamMemberRead(Out):
    """An account in a team."""

    user_id: UUID
    username: str
    display_name: str
    role: TeamRole
    active: bool = Field(description="The account may sign in.")
    joined_at: datetime


class TeamRoleChange(In):
    """A member's new role."""

    role: TeamRole


class TeamInviteBody(In):
    """Whom to invite, by e-mail or by username."""

    email: Email | None = Field(None, examples=["maya@example.com"])
    username: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None
    role: TeamRole = "member"

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        if (self.email is None) == (self.username is None):
            raise ValueError("give either email or username")
        return self


class TeamInvitationRead(Out):
    """An open invitation, as the owners and admins of the team see it."""

    id: UUID
    email: str | None = Field(description="Null where an account was invited by its username.")
    username: str | None
    display_name: str | None
    role: TeamRole
    invited_by: str | None = Field(description="Their name.")
    created_at: datetime
    sent_at: datetime
    expires_at: datetime


class TeamInvitationSent(TeamInvitationRead):
    """An invitation that was sent just now."""

    url: str | None = Field(
        description="The link in the letter, told this once. Whoever holds it may join."
    )
    mailed: bool = Field(description="This instance sends e-mail, so the link goes out by itself.")


class TeamInvitationToMe(Out):
    """An invitation, as whoever is invited sees it."""

    id: UUID
    team_id: UUID
    team_name: str
    role: TeamRole
    invited_by: str | None = Field(description="Their name.")
    created_at: datetime
    expires_at: datetime


class GrantBody(In):
    """What a team's people may do in a project."""

    role: GrantedRole = "member"


class TeamProjectRead(Out):
    """A project that a team is granted."""

    project_id: UUID
    name: str
    key: str
    role: GrantedRole
    archived: bool
    granted_at: datetime


class ProjectTeamRead(Out):
    """A team that a project is granted to."""

    team_id: UUID
    name: str
    role: GrantedRole
    members: int
    is_mine: bool = Field(description="The caller is in it.")
    granted_at: datetime


class TeamQuery(NumberedPageQuery):
    """Which teams are asked for."""

    q: SearchText | None = Field(None, description="Part of the name or the description.")
