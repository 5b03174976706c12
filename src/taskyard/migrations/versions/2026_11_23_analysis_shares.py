"""Links that show a report to whoever holds them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "analysis_shares_0001"
down_revision: str | None = "roles_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "analysis_shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("analysis_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.Column("opened_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_analysis_shares"),
        sa.UniqueConstraint("token_hash", name="uq_analysis_shares_token_hash"),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["analyses.id"],
            name="fk_analysis_shares_analysis_id_analyses",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_analysis_shares_created_by_users"
        ),
    )
    for column in ("analysis_id", "created_by"):
        op.create_index(f"ix_analysis_shares_{column}", "analysis_shares", [column])


def downgrade() -> None:
    op.drop_table("analysis_shares")
