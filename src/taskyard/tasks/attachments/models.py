"""The table of attachments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified


class Attachment(Identified, Base):
    """A file or an address that hangs on a task."""

    __tablename__ = "task_attachments"
    __table_args__ = (CheckConstraint("(file_id IS NULL) <> (url IS NULL)", name="one"),)

    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("files.id", ondelete="CASCADE"), index=True
    )
    url: Mapped[str | None] = mapped_column(String(2000))
    name: Mapped[str] = mapped_column(String(255))
    added_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
