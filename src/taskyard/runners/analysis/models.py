"""What is kept of an analysis beside its job: figures, every finding, links to its report."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy import func as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified


class Analysis(Base):
    """One analysis of a project's source; its id is its job's."""

    __tablename__ = "analyses"
    __table_args__ = (
        Index("uq_analyses_project_number", "project_id", "number", unique=True),
        Index("ix_analyses_cache", "project_id", "source_id", "ruleset", "types"),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    #: Counts up within the project: people say "analysis 12".
    number: Mapped[int]
    snapshot_id: Mapped[UUID] = mapped_column(ForeignKey("source_snapshots.id", ondelete="CASCADE"))
    source_id: Mapped[str] = mapped_column(String(64))
    #: The types asked for, sorted and joined by commas.
    types: Mapped[str] = mapped_column(String(60))
    #: The version of rules and tools; with the source it decides the result.
    ruleset: Mapped[str | None] = mapped_column(String(80))
    #: The analysis this one is compared with: the newest finished one when it finished.
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("analyses.id", ondelete="SET NULL"))
    quality_score: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    grade: Mapped[str | None] = mapped_column(String(1))
    ncloc: Mapped[int | None]
    coverage_percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    #: Findings by severity and by state, smells, type errors.
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    #: How many of its tests passed, failed, broke and were left out; None where none ran.
    tests: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    #: The whole report, as a blob.
    report_sha256: Mapped[str | None] = mapped_column(ForeignKey("blobs.sha256"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=sql.now())
    finished_at: Mapped[datetime | None]


class FindingRow(Base):
    """One finding of one analysis. Its fingerprint survives moved lines."""

    __tablename__ = "findings"
    __table_args__ = (
        CheckConstraint("severity BETWEEN 0 AND 3", name="severity"),
        Index("ix_findings_order", "analysis_id", "severity", "file", "line", "fingerprint"),
        Index("ix_findings_project_fingerprint", "project_id", "fingerprint"),
    )

    analysis_id: Mapped[UUID] = mapped_column(
        ForeignKey("analyses.id", ondelete="CASCADE"), primary_key=True
    )
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    project_id: Mapped[UUID]
    tool: Mapped[str] = mapped_column(String(30))
    rule: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    #: 0 high, 1 medium, 2 low, 3 info: lists sort by it.
    severity: Mapped[int] = mapped_column(SmallInteger)
    is_new: Mapped[bool]
    #: The number of the analysis that first saw it without a break.
    since: Mapped[int]
    file: Mapped[str] = mapped_column(Text)
    line: Mapped[int | None]
    #: Title, recommendation, excerpt and the rest, as the report has it.
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class AnalysisShare(Identified, Base):
    """A link that shows a report to whoever holds it. Of its token only the hash is kept."""

    __tablename__ = "analysis_shares"

    analysis_id: Mapped[UUID] = mapped_column(
        ForeignKey("analyses.id", ondelete="CASCADE"), index=True
    )
    #: Whose right it carries.
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=sql.now())
    revoked_at: Mapped[datetime | None]
    #: When somebody last saw by it what it leads to.
    opened_at: Mapped[datetime | None]
