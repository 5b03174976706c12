"""Keep when an invitation into a team was sent last."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "team_invitations_0001"
down_revision: str | None = "search_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    sent_at = sa.Column(
        "sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )
    op.add_column("team_invitations", sent_at)
    op.execute("UPDATE team_invitations SET sent_at = created_at")


def downgrade() -> None:
    op.drop_column("team_invitations", "sent_at")
