"""Analyses and their findings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "analyses_0001"
down_revision: str | None = "jobs_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "analyses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("types", sa.String(60), nullable=False),
        sa.Column("ruleset", sa.String(80)),
        sa.Column("previous_id", sa.Uuid()),
        sa.Column("quality_score", sa.Numeric(4, 2)),
        sa.Column("grade", sa.String(1)),
        sa.Column("ncloc", sa.Integer()),
        sa.Column("coverage_percent", sa.Numeric(5, 2)),
        sa.Column("counts", postgresql.JSONB()),
        sa.Column("report_sha256", sa.String(64)),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("finished_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_analyses"),
        sa.ForeignKeyConstraint(
            ["id"], ["jobs.id"], ondelete="CASCADE", name="fk_analyses_id_jobs"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            ondelete="CASCADE",
            name="fk_analyses_project_id_projects",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["source_snapshots.id"],
            ondelete="CASCADE",
            name="fk_analyses_snapshot_id_source_snapshots",
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"],
            ["analyses.id"],
            ondelete="SET NULL",
            name="fk_analyses_previous_id_analyses",
        ),
        sa.ForeignKeyConstraint(
            ["report_sha256"], ["blobs.sha256"], name="fk_analyses_report_sha256_blobs"
        ),
    )
    op.create_index("ix_analyses_report_sha256", "analyses", ["report_sha256"])
    op.create_index("uq_analyses_project_number", "analyses", ["project_id", "number"], unique=True)
    op.create_index(
        "ix_analyses_cache", "analyses", ["project_id", "source_id", "ruleset", "types"]
    )
    op.create_table(
        "findings",
        sa.Column("analysis_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("tool", sa.String(30), nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer()),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("analysis_id", "fingerprint", name="pk_findings"),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["analyses.id"],
            ondelete="CASCADE",
            name="fk_findings_analysis_id_analyses",
        ),
        sa.CheckConstraint("severity BETWEEN 0 AND 3", name="ck_findings_severity"),
    )
    op.create_index(
        "ix_findings_order",
        "findings",
        ["analysis_id", "severity", "file", "line", "fingerprint"],
    )
    op.create_index("ix_findings_project_fingerprint", "findings", ["project_id", "fingerprint"])


def downgrade() -> None:
    op.drop_table("findings")
    op.drop_table("analyses")
