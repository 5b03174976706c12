"""Tiers given by hand; sessions of an account found without the rest."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "roles_0001"
down_revision: str | None = "file_uploads_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("users", sa.Column("granted_tier", sa.String(10)))
    op.add_column("users", sa.Column("granted_until", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        "granted_tier", "users", "granted_tier IN ('free', 'pro', 'premium')"
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])


def downgrade() -> None:
    op.drop_index("ix_sessions_user_id", "sessions")
    op.drop_constraint("granted_tier", "users")
    op.drop_column("users", "granted_until")
    op.drop_column("users", "granted_tier")
