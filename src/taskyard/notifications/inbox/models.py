"""The table of notifications."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified


class Notification(Identified, Base):
    """One thing one person is told of."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("uq_notifications_event", "user_id", "event_id", "type", unique=True),
        Index("ix_notifications_place", "user_id", "surfaced_at", "id"),
        Index(
            "ix_notifications_unread",
            "user_id",
            postgresql_where=text("read_at IS NULL AND archived_at IS NULL AND in_app"),
        ),
        Index("ix_notifications_digest", "user_id", postgresql_where=text("in_digest")),
        Index("ix_notifications_project_id", "project_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(40))
    #: What happened, on the spine.
    event_id: Mapped[UUID]
    actor_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    entity_type: Mapped[str] = mapped_column(String(12))
    entity_id: Mapped[UUID]
    #: What the thing was called then, and a task's key.
    title: Mapped[str] = mapped_column(String(400))
    key: Mapped[str | None] = mapped_column(String(30))
    comment_id: Mapped[UUID | None]
    #: Whether it is shown in the app at all, by its reader's choice then.
    in_app: Mapped[bool]
    #: Whether it waits for the next digest.
    in_digest: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: Its place in the inbox: when it came, or will come back; until then it is snoozed.
    surfaced_at: Mapped[datetime] = mapped_column(server_default=func.now())
    read_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
