"""The tables of projects."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified, Timestamped
from taskyard.projects.types import RANKS

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
    #: Since when nothing in it is written any more.
    archived_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class Membership(Base):
    """An account's place in a project: by itself, through named teams, or both.

    Every check of access reads `role` alone, the higher of the two.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'member', 'viewer')", name="role"),
        CheckConstraint("granted_role IN ('member', 'viewer')", name="granted_role"),
        CheckConstraint("own_role IN ('owner', 'member', 'viewer')", name="own_role"),
        CheckConstraint("own_role IS NULL OR granted_role IS NOT NULL", name="own_beside"),
    )

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(10))
    #: The highest that a team gives; None where none does.
    granted_role: Mapped[str | None] = mapped_column(String(10))
    #: What stays without the teams. Kept beside `granted_role` only: without one it is `role`.
    own_role: Mapped[str | None] = mapped_column(String(10))
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def own(self) -> str | None:
        """The role somebody has by themselves, None where they are here through teams alone."""
        return self.role if self.granted_role is None else self.own_role

    def stand(self, own: str | None, granted: str | None) -> None:
        """Take a role by oneself and one through teams; at least one of them is given."""
        self.role = min((one for one in (own, granted) if one is not None), key=RANKS.index)
        self.granted_role = granted
        self.own_role = None if granted is None else own


class Favorite(Base):
    """A project that somebody wants to find first."""

    __tablename__ = "project_favorites"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Tag(Identified, Base):
    """A word with a color by which projects are sorted; the same word may be on many."""

    __tablename__ = "project_tags"
    __table_args__ = (
        CheckConstraint("color ~ '^#[0-9a-f]{6}$'", name="color"),
        Index("uq_project_tags_project_id_name", "project_id", text("lower(name)"), unique=True),
        Index("ix_project_tags_name", text("lower(name)")),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    color: Mapped[str] = mapped_column(String(7))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
