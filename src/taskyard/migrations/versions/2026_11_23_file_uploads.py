"""People's files, uploads in parts, shared links, and who came for what."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from taskyard.core import partitions

revision: str = "file_uploads_0001"
down_revision: str | None = "session_links_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_NOW = sa.func.now()
_SHA256 = sa.String(64)


def _references(
    table: str, column: str, other: str, *, on_delete: str | None = None
) -> sa.Constraint:
    target, _, key = other.partition(".")
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=name, ondelete=on_delete)


def upgrade() -> None:
    _files()
    _uploads()
    _shares()
    _access_log()


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid()),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(150), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", _SHA256, nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("deleted_at", _TIME),
        sa.Column("request_key", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        _references("files", "project_id", "projects.id", on_delete="CASCADE"),
        _references("files", "owner_id", "users.id"),
        _references("files", "sha256", "blobs.sha256"),
    )
    live = sa.text("deleted_at IS NULL")
    op.create_index("ix_files_project_newest", "files", ["project_id", "id"], postgresql_where=live)
    op.create_index("ix_files_owner_newest", "files", ["owner_id", "id"], postgresql_where=live)
    op.create_index(
        "ix_files_deleted_at",
        "files",
        ["deleted_at"],
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index("ix_files_sha256", "files", ["sha256"])
    op.create_index(
        "ix_files_name_trgm",
        "files",
        ["name"],
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index("uq_files_owner_request", "files", ["owner_id", "request_key"], unique=True)


def _uploads() -> None:
    op.create_table(
        "file_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid()),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("name", sa.String(150), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("part_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", _SHA256),
        sa.Column("modified_at", _TIME),
        sa.Column("state", sa.String(10), server_default="open", nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("claim_id", sa.Uuid()),
        sa.Column("claimed_until", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("cleaned_at", _TIME),
        sa.Column("file_id", sa.Uuid()),
        sa.Column("snapshot_id", sa.Uuid()),
        sa.Column("refusal", postgresql.JSONB()),
        sa.PrimaryKeyConstraint("id", name="pk_file_uploads"),
        _references("file_uploads", "owner_id", "users.id"),
        _references("file_uploads", "project_id", "projects.id", on_delete="CASCADE"),
        _references("file_uploads", "file_id", "files.id", on_delete="SET NULL"),
        _references("file_uploads", "snapshot_id", "source_snapshots.id", on_delete="SET NULL"),
        sa.CheckConstraint("purpose IN ('file', 'source')", name="ck_file_uploads_purpose"),
        sa.CheckConstraint(
            "state IN ('open', 'completing', 'completed', 'refused', 'aborted', 'expired')",
            name="ck_file_uploads_state",
        ),
    )
    for column in ("project_id", "file_id", "snapshot_id"):
        op.create_index(f"ix_file_uploads_{column}", "file_uploads", [column])
    op.create_index("ix_file_uploads_owner", "file_uploads", ["owner_id", "id"])
    op.create_index(
        "ix_file_uploads_expires_at",
        "file_uploads",
        ["expires_at"],
        postgresql_where=sa.text("state IN ('open', 'completing')"),
    )
    op.create_index(
        "ix_file_uploads_ended_at",
        "file_uploads",
        ["ended_at"],
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_table(
        "file_upload_parts",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", _SHA256, nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "number", name="pk_file_upload_parts"),
        _references("file_upload_parts", "upload_id", "file_uploads.id", on_delete="CASCADE"),
    )


def _shares() -> None:
    op.create_table(
        "file_shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("max_downloads", sa.Integer()),
        sa.Column("downloads", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_file_shares"),
        sa.UniqueConstraint("token_hash", name="uq_file_shares_token_hash"),
        _references("file_shares", "file_id", "files.id", on_delete="CASCADE"),
        _references("file_shares", "created_by", "users.id"),
    )
    op.create_index("ix_file_shares_file_id", "file_shares", ["file_id"])
    op.create_index("ix_file_shares_created_by", "file_shares", ["created_by"])


def _access_log() -> None:
    op.create_table(
        "file_access_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", _TIME, server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("share_id", sa.Uuid()),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_file_access_log"),
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_file_access_log_file_id_id", "file_access_log", ["file_id", "id"])
    for statement in partitions.statements("file_access_log", datetime.now(UTC)):
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "file_access_log",
        "file_shares",
        "file_upload_parts",
        "file_uploads",
        "files",
    ):
        op.drop_table(table)
