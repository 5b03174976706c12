"""Events that a listener failed on for good."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "parked_events_0001"
down_revision: str | None = "analysis_shares_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "parked_events",
        sa.Column("listener", sa.String(100), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column(
            "parked_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("listener", "event_id", name="pk_parked_events"),
    )


def downgrade() -> None:
    op.drop_table("parked_events")
