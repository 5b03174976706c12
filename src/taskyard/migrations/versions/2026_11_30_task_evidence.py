"""What tasks require before they are done, and how the tests of analyses went."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "task_evidence_0001"
down_revision: str | None = "finding_tasks_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "tasks",
        sa.Column("requires", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("analyses", sa.Column("tests", postgresql.JSONB()))


def downgrade() -> None:
    op.drop_column("analyses", "tests")
    op.drop_column("tasks", "requires")
