"""API calls, by month."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from taskyard.core import partitions

revision: str = "api_calls_0001"
down_revision: str | None = "idempotency_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "api_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("endpoint", sa.String(200, collation="C"), nullable=False),
        sa.Column("method", sa.String(10, collation="C"), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("duration", sa.REAL(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_api_calls"),
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_api_calls_user_id_id", "api_calls", ["user_id", "id"])
    for statement in partitions.statements("api_calls", datetime.now(UTC)):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("api_calls")
