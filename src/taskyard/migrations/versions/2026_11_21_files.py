"""Blobs, sources and their snapshots."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "files_0001"
down_revision: str | None = "base_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_NOW = sa.func.now()
_SHA256 = sa.String(64)


def upgrade() -> None:
    _blobs()
    _sources()
    _snapshots()


def _blobs() -> None:
    op.create_table(
        "blobs",
        sa.Column("sha256", _SHA256, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("touched_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("stored_at", _TIME),
        sa.PrimaryKeyConstraint("sha256", name="pk_blobs"),
    )
    op.create_index("ix_blobs_touched_at", "blobs", ["touched_at"])


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("source_id", _SHA256, nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("touched_at", _TIME, server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("source_id", name="pk_sources"),
    )
    op.create_index("ix_sources_touched_at", "sources", ["touched_at"])
    op.create_table(
        "source_files",
        sa.Column("source_id", _SHA256, nullable=False),
        sa.Column("path", sa.Text(collation="C"), nullable=False),
        sa.Column("sha256", _SHA256, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("executable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "path", name="pk_source_files"),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["sources.source_id"],
            ondelete="CASCADE",
            name="fk_source_files_source_id_sources",
        ),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_source_files_sha256_blobs"),
    )
    op.create_index("ix_source_files_sha256", "source_files", ["sha256"])


def _snapshots() -> None:
    op.create_table(
        "source_snapshots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", _SHA256, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("uploaded_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("origin", postgresql.JSONB(), nullable=False),
        sa.Column("stripped", sa.Text()),
        sa.Column("skipped", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source_snapshots"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            ondelete="CASCADE",
            name="fk_source_snapshots_project_id_projects",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.source_id"], name="fk_source_snapshots_source_id_sources"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_source_snapshots_created_by_users"
        ),
    )
    op.create_index(
        "uq_source_snapshots_project_source",
        "source_snapshots",
        ["project_id", "source_id"],
        unique=True,
    )
    op.create_index(
        "ix_source_snapshots_newest", "source_snapshots", ["project_id", "uploaded_at", "id"]
    )
    op.create_index("ix_source_snapshots_source_id", "source_snapshots", ["source_id"])
    op.create_index("ix_source_snapshots_created_by", "source_snapshots", ["created_by"])


def downgrade() -> None:
    for table in ("source_snapshots", "source_files", "sources", "blobs"):
        op.drop_table(table)
