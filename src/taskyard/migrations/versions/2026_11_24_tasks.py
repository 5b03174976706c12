"""Tasks, labels, dependencies and watchers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "tasks_0001"
down_revision: str | None = "comments_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_LIVE = sa.text("deleted_at IS NULL")
_SEARCHED = (
    "setweight(to_tsvector('simple'::regconfig, title), 'A')"
    " || setweight(to_tsvector('english'::regconfig, title), 'A')"
    " || setweight(to_tsvector('simple'::regconfig, description), 'B')"
    " || setweight(to_tsvector('english'::regconfig, description), 'B')"
)


def upgrade() -> None:
    op.create_table(
        "task_books",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("last_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("project_id", name="pk_task_books"),
        _to("projects", "task_books", "project_id"),
    )
    _create_tasks()
    op.create_table(
        "labels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("color", sa.String(7), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        _to("projects", "labels", "project_id"),
        sa.CheckConstraint("color ~ '^#[0-9a-f]{6}$'", name="ck_labels_color"),
    )
    op.create_index(
        "uq_labels_project_name", "labels", ["project_id", sa.text("lower(name)")], unique=True
    )
    _create_pairs("task_labels", "label_id", "labels")
    _create_pairs(
        "task_dependencies",
        "depends_on_id",
        "tasks",
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("task_id <> depends_on_id", name="ck_task_dependencies_itself"),
    )
    _create_pairs(
        "task_watchers",
        "user_id",
        "users",
        sa.Column("since", _TIME, server_default=sa.func.now(), nullable=False),
    )


def _to(
    table: str, of: str, column: str, ondelete: str | None = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{table}.id"], name=f"fk_{of}_{column}_{table}", ondelete=ondelete
    )


def _create_pairs(name: str, other: str, table: str, *more: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column(other, sa.Uuid(), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("task_id", other, name=f"pk_{name}"),
        _to("tasks", name, "task_id"),
        _to(table, name, other),
    )
    op.create_index(f"ix_{name}_{other}", name, [other])


def _create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("description_html", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(20), server_default="todo", nullable=False),
        sa.Column("priority", sa.String(10), server_default="medium", nullable=False),
        sa.Column("position", sa.String(200, collation="C"), nullable=False),
        sa.Column("assignee_id", sa.Uuid()),
        sa.Column("due_date", _TIME),
        sa.Column("estimate", sa.Numeric(8, 2)),
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("completed_at", _TIME),
        sa.Column("deleted_at", _TIME),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "search", postgresql.TSVECTOR(), sa.Computed(_SEARCHED, persisted=True), nullable=False
        ),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        _to("projects", "tasks", "project_id"),
        _to("users", "tasks", "assignee_id", None),
        _to("tasks", "tasks", "parent_id", "SET NULL"),
        _to("users", "tasks", "created_by", None),
        sa.CheckConstraint(
            "status IN ('backlog', 'todo', 'in_progress', 'in_review', 'done', 'cancelled')",
            name="ck_tasks_status",
        ),
        sa.CheckConstraint(
            "priority IN ('low', 'medium', 'high', 'urgent')", name="ck_tasks_priority"
        ),
        sa.CheckConstraint(
            "(status = 'done') = (completed_at IS NOT NULL)", name="ck_tasks_completed"
        ),
        sa.CheckConstraint("parent_id <> id", name="ck_tasks_parent"),
        sa.CheckConstraint("estimate >= 0", name="ck_tasks_estimate"),
    )
    op.create_index("uq_tasks_project_number", "tasks", ["project_id", "number"], unique=True)
    op.create_index(
        "ix_tasks_column", "tasks", ["project_id", "status", "position"], postgresql_where=_LIVE
    )
    op.create_index(
        "ix_tasks_assignee",
        "tasks",
        ["assignee_id", "due_date"],
        postgresql_where=sa.text("deleted_at IS NULL AND assignee_id IS NOT NULL"),
    )
    op.create_index(
        "ix_tasks_parent_id",
        "tasks",
        ["parent_id"],
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index(
        "ix_tasks_search", "tasks", ["search"], postgresql_using="gin", postgresql_where=_LIVE
    )
    op.create_index(
        "ix_tasks_title_trgm",
        "tasks",
        ["title"],
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
        postgresql_where=_LIVE,
    )


def downgrade() -> None:
    for name in (
        "task_watchers",
        "task_dependencies",
        "task_labels",
        "labels",
        "tasks",
        "task_books",
    ):
        op.drop_table(name)
