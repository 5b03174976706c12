"""Which task a finding has, and from which severity on every finding gets one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base


class FindingTask(Base):
    """The task a finding of a project has; it keeps it, also deleted or done."""

    __tablename__ = "finding_tasks"

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), unique=True)
    #: What kind of finding: an analysis that did not look for these says nothing of it.
    kind: Mapped[str] = mapped_column(String(20))
    #: title, severity, tool, rule, file and line, as last seen.
    about: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: The newest analysis that saw it, its number, and since when its source was there.
    seen_id: Mapped[UUID]
    seen_number: Mapped[int]
    source_at: Mapped[datetime]
    #: The number of the analysis that saw it no longer; None while it is there.
    gone_number: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FindingRule(Base):
    """A project wants a task of every finding from a severity on; without a row it wants none."""

    __tablename__ = "finding_rules"
    __table_args__ = (CheckConstraint("severity BETWEEN 0 AND 3", name="severity"),)

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    #: 0 high, 1 medium, 2 low, 3 info: this one and those above.
    severity: Mapped[int] = mapped_column(SmallInteger)
