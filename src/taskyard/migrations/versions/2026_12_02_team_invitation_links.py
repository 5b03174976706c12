"""Give invitations into teams a link each, as those into projects have one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "team_invitations_0002"
down_revision: str | None = "team_invitations_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("team_invitations", sa.Column("link_id", sa.Uuid()))
    op.add_column("team_invitations", sa.Column("token_hash", sa.LargeBinary()))
    op.create_unique_constraint(
        op.f("uq_team_invitations_token_hash"), "team_invitations", ["token_hash"]
    )


def downgrade() -> None:
    op.drop_column("team_invitations", "token_hash")
    op.drop_column("team_invitations", "link_id")
