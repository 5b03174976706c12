"""The tables of notifications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified


class Email(Identified, Base):
    """One letter to one person, and what became of it. Its id makes its Message-ID.

    What it says is written when it is sent, from its template and these variables; the secret of
    a link is never among them.
    """

    __tablename__ = "emails"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'sent', 'refused', 'failed', 'skipped')", name="status"
        ),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        Index("ix_emails_user_id_id", "user_id", "id"),
        Index("ix_emails_address_id", "address", "id", postgresql_where=text("user_id IS NULL")),
        Index("uq_emails_job_id", "job_id", unique=True),
    )

    #: None for an address that no account is known by.
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    template: Mapped[str] = mapped_column(String(40))
    category: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(400))
    #: As the mail server is given it: plain ASCII.
    address: Mapped[str] = mapped_column(String(254))
    variables: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(String(10))
    #: How often the mail server was asked to take it.
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    #: What the mail server said last, or why it was given up; without the address.
    reason: Mapped[str | None] = mapped_column(String(400))
    #: The job that sends it; None for one that was skipped.
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: Sent later than this, it would only confuse.
    useful_until: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Preference(Base):
    """A person's choice about one category; no row, or none of a channel, where they never did."""

    __tablename__ = "notification_preferences"
    __table_args__ = (CheckConstraint("email IN ('off', 'at_once', 'digest')", name="email"),)

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    category: Mapped[str] = mapped_column(String(40), primary_key=True)
    in_app: Mapped[bool | None]
    email: Mapped[str | None] = mapped_column(String(10))
    chosen_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
