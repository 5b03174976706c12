"""The table of saved views."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified, Timestamped


class View(Identified, Timestamped, Base):
    """What somebody looks at again and again: a board or a list with its filters."""

    __tablename__ = "task_views"
    __table_args__ = (
        CheckConstraint("layout IN ('board', 'list')", name="layout"),
        Index(
            "uq_task_views_own_name",
            "project_id",
            "owner_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("NOT shared"),
        ),
        Index(
            "uq_task_views_shared_name",
            "project_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("shared"),
        ),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    layout: Mapped[str] = mapped_column(String(10))
    #: The words of the page's address (`schemas.ViewSearch`).
    search: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: Whether all who see the project see it; else its owner alone does.
    shared: Mapped[bool] = mapped_column(server_default=text("false"))
