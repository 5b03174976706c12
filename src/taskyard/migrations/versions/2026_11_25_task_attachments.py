"""What hangs on tasks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "task_attachments_0001"
down_revision: str | None = "project_care_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "task_attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid()),
        sa.Column("url", sa.String(2000)),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_task_attachments"),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="fk_task_attachments_task_id_tasks", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name="fk_task_attachments_file_id_files", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["added_by"], ["users.id"], name="fk_task_attachments_added_by_users"
        ),
        sa.CheckConstraint("(file_id IS NULL) <> (url IS NULL)", name="ck_task_attachments_one"),
    )
    op.create_index("ix_task_attachments_task_id", "task_attachments", ["task_id"])
    op.create_index("ix_task_attachments_file_id", "task_attachments", ["file_id"])


def downgrade() -> None:
    op.drop_table("task_attachments")
