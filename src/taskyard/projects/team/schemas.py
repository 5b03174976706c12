"""What clients send to teams and get back."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from taskyard.accounts.schemas import Email, Opaque, PasswordText, Username, UserRead
from taskyard.core.schemas import In, Name, Out
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


class InvitationToken(In):
    """What stands behind the # of an invitation's link."""

    token: Opaque


class InvitationSeen(Out):
    """What a link invites to, for whoever holds it."""

    project_name: str
    role: ProjectRole
    invited_by: str | None = Field(description="Their name.")
    email: str | None = Field(description="The address it was sent to; null for an account's.")
    may_register: bool = Field(description="A new account can be made with that address here.")
    expires_at: datetime


class InvitationRegister(In):
    """A new account for whoever was invited; its address is the invitation's."""

    token: Opaque
    password: PasswordText
    display_name: Name | None = None
    username: Username | None = Field(None, description="Made from the e-mail where not given.")


class InvitationJoined(Out):
    """The project one is in now."""

    project_id: UUID
    role: ProjectRole


class InvitationRegistered(InvitationJoined):
    """A new account, which is in the project already. Sign in with it afterwards."""

    user: UserRead
