"""Find the runs that were asked for a task."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "task_runs_0001"
down_revision: str | None = "task_evidence_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_jobs_task_id_id",
        "jobs",
        ["task_id", "id"],
        postgresql_where=sa.text("task_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_jobs_task_id_id", table_name="jobs")
