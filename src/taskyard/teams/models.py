"""The tables of named teams."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified, Timestamped

_ROLES = "role IN ('owner', 'admin', 'member', 'viewer')"


class Team(Identified, Timestamped, Base):
    """People who are granted projects together."""

    __tablename__ = "teams"

    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, server_default="")
    version: Mapped[int] = mapped_column(server_default=text("1"))


class TeamMember(Base):
    """An account's place in a team."""

    __tablename__ = "team_members"
    __table_args__ = (CheckConstraint(_ROLES, name="role"),)

    team_id: Mapped[UUID] = mapped_column(
        ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(10))
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TeamInvitation(Identified, Base):
    """An invitation that nobody answered yet: of an account, or of whoever confirms an address.

    An answer removes it; the spine tells what it was.
    """

    __tablename__ = "team_invitations"
    __table_args__ = (
        CheckConstraint(_ROLES, name="role"),
        CheckConstraint("(user_id IS NULL) <> (email_key IS NULL)", name="invitee"),
        CheckConstraint("(email IS NULL) = (email_key IS NULL)", name="email"),
        UniqueConstraint("team_id", "user_id"),
        UniqueConstraint("team_id", "email_key"),
    )

    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str | None] = mapped_column(String(254))
    #: The address as accounts are told apart by it.
    email_key: Mapped[str | None] = mapped_column(String(254), index=True)
    role: Mapped[str] = mapped_column(String(10))
    #: What its link's secret is made of; another one ends the link before. Only those that were
    #: sent before there were links have none.
    link_id: Mapped[UUID | None]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Grant(Base):
    """What a team's people may do in a project; a viewer of the team only reads there."""

    __tablename__ = "team_grants"
    __table_args__ = (CheckConstraint("role IN ('member', 'viewer')", name="role"),)

    team_id: Mapped[UUID] = mapped_column(
        ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True
    )
    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(10))
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
