"""What clients send to teams and get back."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from taskyard.accounts.schemas import Email
from taskyard.core.schemas import In, Out
from taskyard.projects.types import ProjectRole


class MemberRead(Out):
    """An account in a project."""

    user_id: UUID
    username: str
    display_name: str
    role: ProjectRole
    through_team: bool = Field(description="They are here through a named team alone.")
    active: bool = Field(description="The account may sign in.")
    joined_at: datetime


class RoleChange(In):
    """A member's new role."""

    role: ProjectRole


class InviteBody(In):
    """Whom to invite, by e-mail or by username."""

    email: Email | None = Field(None, examples=["maya@example.com"])
    username: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None
    role: ProjectRole = "member"

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        if (self.email is None) == (self.username is None):
            raise ValueError("give either email or username")
        return self


class InvitationRead(Out):
    """An open invitation, as the owners of the project see it."""

    id: UUID
    email: str | None = Field(description="Null where an account was invited by its username.")
    username: str | None
    display_name: str | None
    role: ProjectRole
    invited_by: str | None = Field(description="Their name.")
    created_at: datetime
    sent_at: datetime
    expires_at: datetime
    expired: bool = Field(description="Nobody answered in time; it can be sent again.")


class InvitationSent(InvitationRead):
    """An invitation that was sent just now."""

    url: str | None = Field(
        description="The link in the letter, told this once. Whoever holds it may join."
    )
    mailed: bool = Field(description="This instance sends e-mail, so the link goes out by itself.")


class InvitationToMe(Out):
    """An invitation, as whoever is invited sees it."""

    id: UUID
    project_id: UUID
    project_name: str
    project_key: str
    role: ProjectRole
    invited_by: str | None = Field(description="Their name.")
    created_at: datetime
    expires_at: datetime


class InvitationJoined(Out):
    """The project one is in now."""

    project_id: UUID
    role: ProjectRole
