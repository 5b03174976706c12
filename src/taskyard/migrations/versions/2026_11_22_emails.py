"""Letters and what became of them; what people want to be told of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "emails_0001"
down_revision: str | None = "links_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "emails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(40), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(400), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("variables", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.String(400)),
        sa.Column("job_id", sa.Uuid()),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("useful_until", _TIME, nullable=False),
        sa.Column("sent_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_emails"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], ondelete="CASCADE", name="fk_emails_user_id_users"
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], ondelete="SET NULL", name="fk_emails_job_id_jobs"
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'sent', 'refused', 'failed', 'skipped')", name="ck_emails_status"
        ),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="ck_emails_sent"),
    )
    op.create_index("ix_emails_user_id_id", "emails", ["user_id", "id"])
    op.create_index("uq_emails_job_id", "emails", ["job_id"], unique=True)
    op.create_table(
        "email_preferences",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "category", name="pk_email_preferences"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            ondelete="CASCADE",
            name="fk_email_preferences_user_id_users",
        ),
    )


def downgrade() -> None:
    op.drop_table("email_preferences")
    op.drop_table("emails")
