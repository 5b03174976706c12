"""The tables of tasks."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified, Timestamped

_LIVE: Final = text("deleted_at IS NULL")
#: New rows wait in a list that every search reads whole until it is this long, in KB; it is 4 MB
#: unless told.
_READ_SOON: Final = {"gin_pending_list_limit": "256"}
#: Words as they stand, for names and the beginnings of words, and their stems, for sentences.
SEARCHED: Final = (
    "setweight(to_tsvector('simple'::regconfig, title), 'A')"
    " || setweight(to_tsvector('english'::regconfig, title), 'A')"
    " || setweight(to_tsvector('simple'::regconfig, description), 'B')"
    " || setweight(to_tsvector('english'::regconfig, description), 'B')"
)


class TaskBook(Base):
    """How far a project's numbers have got. Its row is the lock of what orders the tasks."""

    __tablename__ = "task_books"

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    last_number: Mapped[int] = mapped_column(server_default=text("0"))


class Task(Identified, Timestamped, Base):
    """A work item."""

    __tablename__ = "tasks"
    # Nothing is read back of what was written: the answer is a hot read.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 — as SQLAlchemy declares it
    __table_args__ = (
        CheckConstraint(
            "status IN ('backlog', 'todo', 'in_progress', 'in_review', 'done', 'cancelled')",
            name="status",
        ),
        CheckConstraint("priority IN ('low', 'medium', 'high', 'urgent')", name="priority"),
        CheckConstraint("(status = 'done') = (completed_at IS NOT NULL)", name="completed"),
        CheckConstraint("parent_id <> id", name="parent"),
        CheckConstraint("estimate >= 0", name="estimate"),
        Index("uq_tasks_project_number", "project_id", "number", unique=True),
        Index("ix_tasks_column", "project_id", "status", "position", postgresql_where=_LIVE),
        Index(
            "ix_tasks_assignee",
            "assignee_id",
            "due_date",
            postgresql_where=text("deleted_at IS NULL AND assignee_id IS NOT NULL"),
        ),
        Index("ix_tasks_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index(
            "ix_tasks_search",
            "search",
            postgresql_using="gin",
            postgresql_where=_LIVE,
            postgresql_with=_READ_SOON,
        ),
        Index(
            "ix_tasks_title_trgm",
            "title",
            postgresql_using="gin",
            postgresql_ops={"title": "gin_trgm_ops"},
            postgresql_where=_LIVE,
            postgresql_with=_READ_SOON,
        ),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text, server_default="", deferred=True)
    #: The same, rendered and sanitised (`core.markdown`).
    description_html: Mapped[str] = mapped_column(Text, server_default="", deferred=True)
    status: Mapped[str] = mapped_column(String(20), server_default="todo")
    priority: Mapped[str] = mapped_column(String(10), server_default="medium")
    #: Its place in its column (`ordering`), compared byte by byte.
    position: Mapped[str] = mapped_column(String(200, collation="C"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    #: Midnight in UTC is the whole day.
    due_date: Mapped[datetime | None]
    estimate: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id", ondelete="SET NULL"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    #: What has to be shown before it is done: [{kind, at_least}].
    requires: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]", default=list)
    completed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    search: Mapped[str] = mapped_column(
        TSVECTOR, Computed(SEARCHED, persisted=True), deferred=True, deferred_raiseload=True
    )


class Label(Identified, Base):
    """A word with a color that tasks of a project wear."""

    __tablename__ = "labels"
    __table_args__ = (
        Index("uq_labels_project_name", "project_id", text("lower(name)"), unique=True),
        CheckConstraint("color ~ '^#[0-9a-f]{6}$'", name="color"),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    color: Mapped[str] = mapped_column(String(7))


class TaskLabel(Base):
    """A task wears a label."""

    __tablename__ = "task_labels"

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    label_id: Mapped[UUID] = mapped_column(
        ForeignKey("labels.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class TaskDependency(Base):
    """A task waits for another of its project."""

    __tablename__ = "task_dependencies"
    __table_args__ = (CheckConstraint("task_id <> depends_on_id", name="itself"),)

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    depends_on_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TaskWatcher(Base):
    """Somebody wants to hear of a task."""

    __tablename__ = "task_watchers"

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(server_default=func.now())
