"""Named teams, their people and invitations, and what they are granted of projects."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "named_teams_0001"
down_revision: str | None = "templates_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _teams()
    _people()
    _invitations()
    _grants()
    op.add_column("memberships", sa.Column("granted_role", sa.String(10)))
    op.add_column("memberships", sa.Column("own_role", sa.String(10)))
    for name, condition in (
        ("granted_role", "granted_role IN ('member', 'viewer')"),
        ("own_role", "own_role IN ('owner', 'member', 'viewer')"),
        ("own_beside", "own_role IS NULL OR granted_role IS NOT NULL"),
    ):
        op.create_check_constraint(op.f(f"ck_memberships_{name}"), "memberships", condition)


def _at(name: str, *, null: bool = False, now: bool = True) -> sa.Column[datetime]:
    default = sa.func.now() if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=null)


def _to(
    table: str, column: str, target: str, on_delete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=on_delete)


def _teams() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _at("created_at"),
        _at("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
    )


def _people() -> None:
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        _at("joined_at"),
        sa.PrimaryKeyConstraint("team_id", "user_id", name="pk_team_members"),
        _to("team_members", "team_id", "teams"),
        _to("team_members", "user_id", "users"),
        sa.CheckConstraint(
            "role IN ('owner', 'admin', 'member', 'viewer')", name=op.f("ck_team_members_role")
        ),
    )
    op.create_index("ix_team_members_user_id", "team_members", ["user_id"])


def _invitations() -> None:
    table = "team_invitations"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("email", sa.String(254)),
        sa.Column("email_key", sa.String(254)),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("invited_by", sa.Uuid()),
        _at("created_at"),
        _at("expires_at", now=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _to(table, "team_id", "teams"),
        _to(table, "user_id", "users"),
        _to(table, "invited_by", "users", "SET NULL"),
        sa.CheckConstraint(
            "role IN ('owner', 'admin', 'member', 'viewer')", name=op.f(f"ck_{table}_role")
        ),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (email_key IS NULL)", name=op.f(f"ck_{table}_invitee")
        ),
        sa.CheckConstraint("(email IS NULL) = (email_key IS NULL)", name=op.f(f"ck_{table}_email")),
        sa.UniqueConstraint("team_id", "user_id", name=f"uq_{table}_team_id_user_id"),
        sa.UniqueConstraint("team_id", "email_key", name=f"uq_{table}_team_id_email_key"),
    )
    for column in ("user_id", "email_key", "expires_at"):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _grants() -> None:
    op.create_table(
        "team_grants",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("granted_by", sa.Uuid()),
        _at("created_at"),
        sa.PrimaryKeyConstraint("team_id", "project_id", name="pk_team_grants"),
        _to("team_grants", "team_id", "teams"),
        _to("team_grants", "project_id", "projects"),
        _to("team_grants", "granted_by", "users", "SET NULL"),
        sa.CheckConstraint("role IN ('member', 'viewer')", name=op.f("ck_team_grants_role")),
    )
    op.create_index("ix_team_grants_project_id", "team_grants", ["project_id"])


def downgrade() -> None:
    for name in ("own_beside", "own_role", "granted_role"):
        op.drop_constraint(op.f(f"ck_memberships_{name}"), "memberships")
    # Whoever was here through a team alone is here no more.
    op.execute("DELETE FROM memberships WHERE granted_role IS NOT NULL AND own_role IS NULL")
    op.execute("UPDATE memberships SET role = own_role WHERE own_role IS NOT NULL")
    op.drop_column("memberships", "own_role")
    op.drop_column("memberships", "granted_role")
    for table in ("team_grants", "team_invitations", "team_members", "teams"):
        op.drop_table(table)
