"""Which tasks findings have, and from which severity on they get one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "finding_tasks_0001"
down_revision: str | None = "named_teams_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "finding_tasks",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("about", postgresql.JSONB(), nullable=False),
        sa.Column("seen_id", sa.Uuid(), nullable=False),
        sa.Column("seen_number", sa.Integer(), nullable=False),
        sa.Column("source_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_number", sa.Integer()),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("project_id", "fingerprint", name="pk_finding_tasks"),
        sa.UniqueConstraint("task_id", name="uq_finding_tasks_task_id"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_finding_tasks_project_id_projects",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="fk_finding_tasks_task_id_tasks", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "finding_rules",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", name="pk_finding_rules"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_finding_rules_project_id_projects",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("severity BETWEEN 0 AND 3", name="ck_finding_rules_severity"),
    )


def downgrade() -> None:
    op.drop_table("finding_rules")
    op.drop_table("finding_tasks")
