"""Saved views of a project's tasks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "task_views_0001"
down_revision: str | None = "place_of_task_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "task_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("layout", sa.String(10), nullable=False),
        sa.Column("search", JSONB(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_task_views"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_task_views_project_id_projects",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_task_views_owner_id_users"),
        sa.CheckConstraint("layout IN ('board', 'list')", name="ck_task_views_layout"),
    )
    op.create_index("ix_task_views_owner_id", "task_views", ["owner_id"])
    op.create_index(
        "uq_task_views_own_name",
        "task_views",
        ["project_id", "owner_id", sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("NOT shared"),
    )
    op.create_index(
        "uq_task_views_shared_name",
        "task_views",
        ["project_id", sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("shared"),
    )


def downgrade() -> None:
    op.drop_table("task_views")
