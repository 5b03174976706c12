"""Comments with their history, stars and mentions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "comments_0001"
down_revision: str | None = "invitations_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("entity_type", sa.String(10), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("edited_at", _TIME),
        sa.Column("deleted_at", _TIME),
        sa.Column("deleted_by", sa.Uuid()),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_comments_project_id_projects",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["comments.id"],
            name="fk_comments_parent_id_comments",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_comments_author_id_users"),
        sa.ForeignKeyConstraint(["deleted_by"], ["users.id"], name="fk_comments_deleted_by_users"),
        sa.CheckConstraint(
            "entity_type IN ('project', 'job', 'task')", name="ck_comments_entity_type"
        ),
        sa.CheckConstraint("deleted_at IS NULL OR body = ''", name="ck_comments_trace"),
    )
    op.create_index("ix_comments_entity", "comments", ["entity_id", "thread_id", "id"])
    op.create_index("ix_comments_project_id_id", "comments", ["project_id", "id"])
    op.create_index("ix_comments_parent_id", "comments", ["parent_id"])
    op.create_index(
        "ix_comments_body_trgm",
        "comments",
        ["body"],
        postgresql_using="gin",
        postgresql_ops={"body": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_comments_words",
        "comments",
        [sa.text("to_tsvector('simple'::regconfig, body)")],
        postgresql_using="gin",
    )
    op.create_table(
        "comment_revisions",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("comment_id", "version", name="pk_comment_revisions"),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comments.id"],
            name="fk_comment_revisions_comment_id_comments",
            ondelete="CASCADE",
        ),
    )
    for table in ("comment_stars", "comment_mentions"):
        op.create_table(
            table,
            sa.Column("comment_id", sa.Uuid(), nullable=False),
            sa.Column("user_id", sa.Uuid(), nullable=False),
            sa.PrimaryKeyConstraint("comment_id", "user_id", name=f"pk_{table}"),
            sa.ForeignKeyConstraint(
                ["comment_id"],
                ["comments.id"],
                name=f"fk_{table}_comment_id_comments",
                ondelete="CASCADE",
            ),
            sa.ForeignKeyConstraint(
                ["user_id"], ["users.id"], name=f"fk_{table}_user_id_users", ondelete="CASCADE"
            ),
        )


def downgrade() -> None:
    for table in ("comment_mentions", "comment_stars", "comment_revisions", "comments"):
        op.drop_table(table)
