"""The tables of projects."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified, Timestamped

_LIVE = text("deleted_at IS NULL")


class Project(Identified, Timestamped, Base):
    """What a team works on."""

    __tablename__ = "projects"
    __table_args__ = (
        Index("uq_projects_owner_slug", "owner_id", "slug", unique=True, postgresql_where=_LIVE),
        Index("uq_projects_owner_key", "owner_id", "key", unique=True, postgresql_where=_LIVE),
        Index(
            "uq_projects_personal",
            "owner_id",
            unique=True,
            postgresql_where=text("is_personal AND deleted_at IS NULL"),
        ),
        Index(
            "ix_projects_name_trgm",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(60))
    #: What task numbers begin with, such as `TY` in TY-42.
    key: Mapped[str] = mapped_column(String(10))
    description: Mapped[str] = mapped_column(Text, server_default="")
    is_personal: Mapped[bool] = mapped_column(server_default=text("false"))
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class Membership(Base):
    """An account's place in a project."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint("role IN ('owner', 'member', 'viewer')", name="role"),)

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(10))
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())
