"""The tables of templates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified


class Template(Identified, Base):
    """A template somebody made for themselves."""

    __tablename__ = "project_templates"
    __table_args__ = (
        Index("uq_project_templates_owner_id_name", "owner_id", text("lower(name)"), unique=True),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, server_default="")
    #: `schemas.Content` as JSON.
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
