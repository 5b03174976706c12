"""What is sent with the link of an invitation, and got back."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from taskyard.accounts.schemas import Opaque, PasswordText, Username, UserRead
from taskyard.core.schemas import In, Name, Out
from taskyard.teams.types import TeamRole


class InvitationToken(In):
    """What stands behind the # of an invitation's link."""

    token: Opaque


class InvitationSeen(Out):
    """What a link invites to, for whoever holds it: a project or a named team."""

    project_name: str | None = Field(description="Null where it is a team.")
    team_name: str | None = Field(description="Null where it is a project.")
    role: TeamRole
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


class InvitationFollowed(Out):
    """The project or the named team one is in now."""

    project_id: UUID | None
    team_id: UUID | None
    role: TeamRole


class InvitationRegistered(InvitationFollowed):
    """A new account, which is in there already. Sign in with it afterwards."""

    user: UserRead
