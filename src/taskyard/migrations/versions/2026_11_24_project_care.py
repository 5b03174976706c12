"""Archived projects, favorites and tags."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "project_care_0001"
down_revision: str | None = "notifications_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("projects", sa.Column("archived_at", _TIME))
    op.create_table(
        "project_favorites",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "project_id", name="pk_project_favorites"),
        _refers("project_favorites", "user_id", "users"),
        _refers("project_favorites", "project_id", "projects"),
    )
    op.create_index("ix_project_favorites_project_id", "project_favorites", ["project_id"])
    op.create_table(
        "project_tags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("color", sa.String(7), nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_project_tags"),
        _refers("project_tags", "project_id", "projects"),
        sa.CheckConstraint("color ~ '^#[0-9a-f]{6}$'", name=op.f("ck_project_tags_color")),
    )
    op.create_index(
        "uq_project_tags_project_id_name",
        "project_tags",
        ["project_id", sa.text("lower(name)")],
        unique=True,
    )
    op.create_index("ix_project_tags_name", "project_tags", [sa.text("lower(name)")])


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("project_tags")
    op.drop_table("project_favorites")
    op.drop_column("projects", "archived_at")
