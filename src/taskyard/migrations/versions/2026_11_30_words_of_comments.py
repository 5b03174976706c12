"""Keep the words of comments with them, and let new rows wait in shorter lists for their index."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "search_0001"
down_revision: str | None = "task_runs_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WAITING = ("ix_tasks_search", "ix_tasks_title_trgm", "ix_comments_body_trgm")


def upgrade() -> None:
    op.drop_index("ix_comments_words", table_name="comments")
    op.add_column(
        "comments",
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple'::regconfig, body)", persisted=True),
            nullable=False,
        ),
    )
    op.create_index(
        "ix_comments_search",
        "comments",
        ["search"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": "256"},
    )
    for index in _WAITING:
        op.execute(f"ALTER INDEX {index} SET (gin_pending_list_limit = 256)")


def downgrade() -> None:
    for index in _WAITING:
        op.execute(f"ALTER INDEX {index} RESET (gin_pending_list_limit)")
    op.drop_index("ix_comments_search", table_name="comments")
    op.drop_column("comments", "search")
    op.create_index(
        "ix_comments_words",
        "comments",
        [sa.text("to_tsvector('simple'::regconfig, body)")],
        postgresql_using="gin",
    )
