"""Inboxes; and what people choose, now for the app as well and by the names of what happens."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "notifications_0001"
down_revision: str | None = "tasks_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_RENAMED = {
    "run_failed": "job_failed",
    "run_completed": "job_completed",
    "invitation": "team_invite",
}


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("project_id", sa.Uuid()),
        sa.Column("entity_type", sa.String(12), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("key", sa.String(30)),
        sa.Column("comment_id", sa.Uuid()),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("in_digest", sa.Boolean(), nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("surfaced_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("read_at", _TIME),
        sa.Column("archived_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_notifications_user_id_users", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_notifications_project_id_projects",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "uq_notifications_event", "notifications", ["user_id", "event_id", "type"], unique=True
    )
    op.create_index("ix_notifications_place", "notifications", ["user_id", "surfaced_at", "id"])
    op.create_index("ix_notifications_project_id", "notifications", ["project_id"])
    unread = sa.text("read_at IS NULL AND archived_at IS NULL AND in_app")
    op.create_index(
        "ix_notifications_unread", "notifications", ["user_id"], postgresql_where=unread
    )
    op.create_index(
        "ix_notifications_digest",
        "notifications",
        ["user_id"],
        postgresql_where=sa.text("in_digest"),
    )
    _change_preferences()
    _rename(_RENAMED)


def _change_preferences() -> None:
    op.rename_table("email_preferences", "notification_preferences")
    for kind in ("pk_email_preferences", "fk_email_preferences_user_id_users"):
        new = kind.replace("email", "notification")
        op.execute(f"ALTER TABLE notification_preferences RENAME CONSTRAINT {kind} TO {new}")
    op.add_column("notification_preferences", sa.Column("in_app", sa.Boolean()))
    op.add_column("notification_preferences", sa.Column("email", sa.String(10)))
    op.execute(
        "UPDATE notification_preferences SET email = CASE WHEN wanted THEN 'at_once' ELSE 'off' END"
    )
    op.drop_column("notification_preferences", "wanted")
    op.create_check_constraint(
        "ck_notification_preferences_email",
        "notification_preferences",
        "email IN ('off', 'at_once', 'digest')",
    )


def _rename(names: dict[str, str]) -> None:
    for old, new in names.items():
        for table in ("emails", "notification_preferences"):
            op.execute(
                sa.text(f"UPDATE {table} SET category = :new WHERE category = :old").bindparams(  # noqa: S608
                    new=new, old=old
                )
            )


def downgrade() -> None:
    _rename({new: old for old, new in _RENAMED.items()})
    op.drop_constraint("ck_notification_preferences_email", "notification_preferences")
    op.execute("DELETE FROM notification_preferences WHERE email IS NULL")
    op.add_column("notification_preferences", sa.Column("wanted", sa.Boolean()))
    op.execute("UPDATE notification_preferences SET wanted = email <> 'off'")
    op.alter_column("notification_preferences", "wanted", nullable=False)
    op.drop_column("notification_preferences", "email")
    op.drop_column("notification_preferences", "in_app")
    for kind in ("pk_email_preferences", "fk_email_preferences_user_id_users"):
        new = kind.replace("email", "notification")
        op.execute(f"ALTER TABLE notification_preferences RENAME CONSTRAINT {new} TO {kind}")
    op.rename_table("notification_preferences", "email_preferences")
    op.drop_table("notifications")
