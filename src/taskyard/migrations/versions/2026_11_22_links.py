"""Links of accounts, and addresses known to be theirs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "links_0001"
down_revision: str | None = "api_calls_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("users", sa.Column("email_verified_at", sa.DateTime(timezone=True)))
    op.add_column("one_time_links", sa.Column("user_id", sa.Uuid()))
    op.create_foreign_key(
        "fk_one_time_links_user_id_users",
        "one_time_links",
        "users",
        ["user_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index("ix_one_time_links_user_id", "one_time_links", ["user_id"])


def downgrade() -> None:
    op.drop_index("ix_one_time_links_user_id", "one_time_links")
    op.drop_constraint("fk_one_time_links_user_id_users", "one_time_links")
    op.drop_column("one_time_links", "user_id")
    op.drop_column("users", "email_verified_at")
