"""Invitations into projects."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "invitations_0001"
down_revision: str | None = "parked_events_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("email", sa.String(254)),
        sa.Column("email_key", sa.String(254)),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(10), server_default="pending", nullable=False),
        sa.Column("invited_by", sa.Uuid()),
        _time("created_at", server_default=sa.func.now(), nullable=False),
        _time("sent_at", server_default=sa.func.now(), nullable=False),
        _time("expires_at", nullable=False),
        _time("settled_at"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        _refers("project_id", "projects", "CASCADE"),
        _refers("user_id", "users", "CASCADE"),
        _refers("invited_by", "users", "SET NULL"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
        sa.CheckConstraint(
            "role IN ('owner', 'member', 'viewer')", name=op.f("ck_invitations_role")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'accepted', 'declined', 'revoked', 'expired')",
            name=op.f("ck_invitations_state"),
        ),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (email_key IS NULL)", name=op.f("ck_invitations_invitee")
        ),
        sa.CheckConstraint(
            "(email IS NULL) = (email_key IS NULL)", name=op.f("ck_invitations_email")
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (settled_at IS NULL)", name=op.f("ck_invitations_settled")
        ),
    )
    for invitee in ("email_key", "user_id"):
        op.create_index(
            f"uq_invitations_project_id_{invitee}",
            "invitations",
            ["project_id", invitee],
            unique=True,
            postgresql_where=_PENDING,
        )
    op.create_index("ix_invitations_user_id", "invitations", ["user_id"])
    for column in ("email_key", "expires_at"):
        op.create_index(
            f"ix_invitations_{column}", "invitations", [column], postgresql_where=_PENDING
        )
    # An address that is invited may belong to nobody here yet.
    op.alter_column("emails", "user_id", nullable=True)
    op.create_index(
        "ix_emails_address_id",
        "emails",
        ["address", "id"],
        postgresql_where=sa.text("user_id IS NULL"),
    )


def _time(name: str, **more: object) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), **more)  # type: ignore[arg-type]


def _refers(column: str, table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_invitations_{column}_{table}"
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=ondelete)


def downgrade() -> None:
    op.drop_index("ix_emails_address_id", "emails")
    op.execute("DELETE FROM emails WHERE user_id IS NULL")
    op.alter_column("emails", "user_id", nullable=False)
    op.drop_table("invitations")
