"""Jobs: rows, events by month, steps, assets; workers; tickets of the live socket."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from taskyard.core import partitions

revision: str = "jobs_0001"
down_revision: str | None = "files_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_CLOCK = sa.func.clock_timestamp()


def upgrade() -> None:
    _jobs()
    _indexes()
    _events()
    _steps_and_assets()
    _workers()
    _tickets()


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid()),
        sa.Column("project_id", sa.Uuid()),
        sa.Column("task_id", sa.Uuid()),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("cache_key", sa.String(200)),
        sa.Column("reused_from", sa.Uuid()),
        sa.Column("queue", sa.String(10), server_default="work", nullable=False),
        sa.Column("tier", sa.String(10)),
        _number("priority", sa.SmallInteger(), 0),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("run_at", _TIME),
        sa.Column("deadline_at", _TIME),
        _number("attempt", sa.Integer(), 0),
        _number("errors", sa.SmallInteger(), 0),
        _number("lost", sa.SmallInteger(), 0),
        sa.Column("lease_worker", sa.Uuid()),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", _TIME),
        sa.Column(
            "cancel_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("dispatched_at", _TIME),
        _number("next_seq", sa.BigInteger(), 1),
        _number("next_line", sa.BigInteger(), 1),
        _number("writes", sa.Integer(), 0),
        _number("progress", sa.REAL(), 0),
        sa.Column("current_step", sa.String(200)),
        sa.Column("result", postgresql.JSONB()),
        sa.Column("failure", postgresql.JSONB()),
        sa.Column("created_at", _TIME, server_default=_CLOCK, nullable=False),
        sa.Column("started_at", _TIME),
        sa.Column("finished_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_jobs_owner_id_users"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_jobs_project_id_projects"
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'queued', 'running', 'completed', 'failed', 'cancelled')",
            name="ck_jobs_state",
        ),
        sa.CheckConstraint("queue IN ('work', 'system')", name="ck_jobs_queue"),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="ck_jobs_lease"),
        sa.CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="ck_jobs_failure"),
        postgresql_with={"fillfactor": "85"},
    )


def _number(name: str, kind: sa.types.TypeEngine[Any], first: int) -> sa.Column[object]:
    return sa.Column(name, kind, server_default=sa.text(str(first)), nullable=False)


def _indexes() -> None:
    unsent = "state = 'queued' AND dispatched_at IS NULL"
    indexes: tuple[tuple[str, list[Any], str | None], ...] = (
        ("ix_jobs_owner_id_id", ["owner_id", "id"], None),
        ("ix_jobs_project_id_id", ["project_id", "id"], None),
        ("ix_jobs_ready", ["owner_id", "id"], f"{unsent} AND queue = 'work'"),
        ("ix_jobs_ready_system", ["id"], f"{unsent} AND queue = 'system'"),
        (
            "ix_jobs_served",
            ["owner_id", sa.text("started_at DESC")],
            "started_at IS NOT NULL AND queue = 'work'",
        ),
        ("ix_jobs_queued", ["id"], "state = 'queued'"),
        ("ix_jobs_running", ["id"], "state = 'running'"),
        ("ix_jobs_sent", ["dispatched_at"], "state = 'queued' AND dispatched_at IS NOT NULL"),
        ("ix_jobs_patience", ["deadline_at"], "state IN ('queued', 'waiting')"),
        ("ix_jobs_waiting", ["run_at"], "state = 'waiting'"),
        (
            "ix_jobs_cache",
            ["project_id", "kind", "cache_key", "id"],
            "state = 'completed' AND cache_key IS NOT NULL",
        ),
    )
    for name, columns, where in indexes:
        op.create_index(name, "jobs", columns, postgresql_where=sa.text(where) if where else None)


def _events() -> None:
    op.create_table(
        "job_events",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("at", _TIME, server_default=_CLOCK, nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "seq", name="pk_job_events"),
        postgresql_partition_by="RANGE (job_id)",
    )
    for statement in partitions.statements("job_events", datetime.now(UTC)):
        op.execute(statement)


def _steps_and_assets() -> None:
    op.create_table(
        "job_steps",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", _TIME, server_default=_CLOCK, nullable=False),
        sa.Column("finished_at", _TIME),
        sa.Column("result", postgresql.JSONB()),
        sa.PrimaryKeyConstraint("job_id", "name", name="pk_job_steps"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], ondelete="CASCADE", name="fk_job_steps_job_id_jobs"
        ),
        sa.CheckConstraint("status IN ('running', 'done', 'failed')", name="ck_job_steps_status"),
    )
    op.create_table(
        "job_assets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("content_type", sa.String(120), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _TIME, server_default=_CLOCK, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job_assets"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], ondelete="CASCADE", name="fk_job_assets_job_id_jobs"
        ),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_job_assets_sha256_blobs"),
    )
    op.create_index("uq_job_assets_job_id_name", "job_assets", ["job_id", "name"], unique=True)
    op.create_index("ix_job_assets_sha256", "job_assets", ["sha256"])


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("pid_started", sa.BigInteger(), nullable=False),
        sa.Column("slots", sa.SmallInteger(), nullable=False),
        sa.Column("started_at", _TIME, server_default=_CLOCK, nullable=False),
        sa.Column("seen_at", _TIME, server_default=_CLOCK, nullable=False),
        sa.Column("stopping_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )


def _tickets() -> None:
    op.create_table(
        "live_tickets",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_live_tickets"),
    )


def downgrade() -> None:
    for table in ("live_tickets", "workers", "job_assets", "job_steps", "job_events", "jobs"):
        op.drop_table(table)
