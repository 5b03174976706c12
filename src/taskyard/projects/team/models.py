"""The tables of teams, beside `projects.models.Membership`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified

_PENDING = text("state = 'pending'")


class Invitation(Identified, Base):
    """An invitation into a project: of an account by its username, or of an address.

    Only the hash of its link's secret is kept.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'member', 'viewer')", name="role"),
        CheckConstraint(
            "state IN ('pending', 'accepted', 'declined', 'revoked', 'expired')", name="state"
        ),
        CheckConstraint("(user_id IS NULL) <> (email_key IS NULL)", name="invitee"),
        CheckConstraint("(email IS NULL) = (email_key IS NULL)", name="email"),
        CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled"),
        Index(
            "uq_invitations_project_id_email_key",
            "project_id",
            "email_key",
            unique=True,
            postgresql_where=_PENDING,
        ),
        Index(
            "uq_invitations_project_id_user_id",
            "project_id",
            "user_id",
            unique=True,
            postgresql_where=_PENDING,
        ),
        Index("ix_invitations_user_id", "user_id"),
        Index("ix_invitations_email_key", "email_key", postgresql_where=_PENDING),
        Index("ix_invitations_expires_at", "expires_at", postgresql_where=_PENDING),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    #: The account that was invited by its username; None where an address was.
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    email: Mapped[str | None] = mapped_column(String(254))
    #: The address as accounts are told apart by it.
    email_key: Mapped[str | None] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(10))
    #: What its link's secret is made of; another one ends the link before.
    link_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    state: Mapped[str] = mapped_column(String(10), server_default="pending")
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
