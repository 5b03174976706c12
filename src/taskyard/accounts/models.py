"""The tables of accounts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified, Timestamped


class User(Identified, Timestamped, Base):
    """An account. `email_key` is the address as compared: ASCII, lower case."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('user', 'admin', 'viewer')", name="role"),
        CheckConstraint("granted_tier IN ('free', 'pro', 'premium')", name="granted_tier"),
        Index("uq_users_username_lower", text("lower(username)"), unique=True),
    )

    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    #: When a link that was sent to the address was used; None where nobody showed it is theirs.
    email_verified_at: Mapped[datetime | None]
    username: Mapped[str] = mapped_column(String(60))
    display_name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(10), server_default="user")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    #: The tier billing gives; None follows the instance's default.
    tier: Mapped[str | None] = mapped_column(String(10))
    #: The tier an administrator gave, which goes before: until then, or for good.
    granted_tier: Mapped[str | None] = mapped_column(String(10))
    granted_until: Mapped[datetime | None]
    preferences: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class Session(Identified, Base):
    """A login on a device. The browser's carries a cookie, others a family of refresh tokens."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_user_live", "user_id", postgresql_where=text("ended_at IS NULL")),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    #: SHA-256 of the browser's cookie; None for sessions of access and refresh tokens.
    cookie_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    device: Mapped[str] = mapped_column(String(120))
    user_agent: Mapped[str] = mapped_column(String(400))
    address: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: The absolute end; activity does not move it.
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(30))


class RefreshToken(Identified, Base):
    """One refresh token, kept after its use so that a second use is recognised."""

    __tablename__ = "refresh_tokens"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SessionLink(Identified, Base):
    """A link that signs another device in, once. Only the token's hash is kept."""

    __tablename__ = "session_links"

    #: The session that made it: the link ends with it.
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OneTimeLink(Identified, Base):
    """A link that works once, such as the first admin's. Only the token's hash is kept."""

    __tablename__ = "one_time_links"

    purpose: Mapped[str] = mapped_column(String(30))
    #: Whose it is; None for the first admin's, who has no account yet.
    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
