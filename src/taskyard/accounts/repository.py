"""Every query of accounts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import OneTimeLink, RefreshToken, Session, SessionLink, User
from taskyard.core.spine import EventRow

#: A session that nobody used for so long has ended.
IDLE = timedelta(days=14)
_LIVE = and_(
    Session.ended_at.is_(None),
    Session.expires_at > func.now(),
    Session.last_seen_at > func.now() - IDLE,
)

#: An account's own tier: what an administrator gave, while it lasts, else what billing gives.
_GIVEN = case(
    (or_(User.granted_until.is_(None), User.granted_until > func.now()), User.granted_tier)
)
_TIER = func.coalesce(_GIVEN, User.tier).label("tier")


async def user_by_id(db: AsyncSession, user_id: UUID, *, lock: bool = False) -> User | None:
    """Return an account; a locked one as it is now, not as this session read it before."""
    return await db.get(User, user_id, with_for_update=lock or None, populate_existing=lock)


async def user_by_login(
    db: AsyncSession, *, email_key: str | None, username: str | None
) -> User | None:
    """Return the account that signs in by this address or username."""
    if email_key is not None:
        return (await db.scalars(select(User).where(User.email_key == email_key))).one_or_none()
    return (
        await db.scalars(select(User).where(func.lower(User.username) == (username or "").lower()))
    ).one_or_none()


async def held_password(db: AsyncSession, user_id: UUID) -> str | None:
    """Return an account's hash as it is now; it stays so until the transaction ends."""
    query = select(User.password_hash).where(User.id == user_id, User.is_active)
    found: str | None = await db.scalar(query.with_for_update(read=True))
    return found


async def renew_hash(db: AsyncSession, user_id: UUID, *, old: str, new: str) -> None:
    """Keep a newer hash of the same password, unless the password was changed meanwhile."""
    unchanged = User.id == user_id, User.password_hash == old
    await db.execute(update(User).where(*unchanged).values(password_hash=new))


async def taken_usernames(db: AsyncSession, candidates: Sequence[str]) -> set[str]:
    """Return those of `candidates` (lower case) that are taken."""
    lowered = func.lower(User.username)
    return set(await db.scalars(select(lowered).where(lowered.in_(candidates))))


async def email_exists(db: AsyncSession, email_key: str) -> bool:
    """Say whether an account has this address."""
    return bool(await db.scalar(select(exists().where(User.email_key == email_key))))


async def admin_exists(db: AsyncSession, *, beside: UUID | None = None) -> bool:
    """Say whether anybody looks after this instance, beside the one account."""
    admins = select(User.id).where(User.role == "admin", User.is_active)
    if beside is not None:
        admins = admins.where(User.id != beside)
    return bool(await db.scalar(select(admins.exists())))


async def hold_administration(db: AsyncSession) -> None:
    """Let one transaction at a time decide who looks after this instance; before any row of it."""
    await db.execute(text("SELECT pg_advisory_xact_lock(1952543595, 1)"))


async def live_session(
    db: AsyncSession, *, session_id: UUID | None = None, cookie_hash: bytes | None = None
) -> Row[Session, User, bool] | None:
    """Return a session that has not ended, its account, and whether it was seen this minute."""
    query, key = (_BY_SESSION, session_id) if session_id else (_BY_COOKIE, cookie_hash)
    found: Row[Session, User, bool] | None = (await db.execute(query, {"key": key})).one_or_none()
    return found


def _live(*columns: Any) -> Select[Any]:
    """Select of live sessions and their accounts, and whether one was seen this minute."""
    fresh = (Session.last_seen_at > func.now() - timedelta(minutes=1)).label("fresh")
    query = select(*columns, fresh).join(User, User.id == Session.user_id)
    return query.where(_LIVE, User.is_active)


def _caller(by: str) -> str:
    """Return the statement that finds a live session's account by `$1` (`core.access.Shown`)."""
    session_id, user_id = Session.id.label("session_id"), User.id.label("user_id")
    columns = session_id, user_id, User.username, User.email, User.role, _TIER
    query = _live(*columns).select_from(Session).where(text(f"sessions.{by} = $1"))
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


#: Built once: every request but the hot reads begins with one of them.
_BY_SESSION: Final = _live(Session, User).where(Session.id == bindparam("key"))
_BY_COOKIE: Final = _live(Session, User).where(Session.cookie_hash == bindparam("key"))
CALLER_BY_SESSION: Final = _caller("id")
CALLER_BY_COOKIE: Final = _caller("cookie_hash")


async def touch_session(db: AsyncSession, session_id: UUID) -> None:
    """Note that a session was used just now.

    Unless another request is noting it: that one may hold the row for as long as it runs.
    """
    free = select(Session.id).where(Session.id == session_id).with_for_update(skip_locked=True)
    await db.execute(
        update(Session)
        .where(Session.id.in_(free))
        .values(last_seen_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def sessions_of(db: AsyncSession, user_id: UUID) -> Sequence[Session]:
    """Return an account's live sessions, the most recently used first."""
    query = select(Session).where(Session.user_id == user_id, _LIVE)
    return (await db.scalars(query.order_by(Session.last_seen_at.desc(), Session.id))).all()


async def sessions_by_account(
    db: AsyncSession, user_ids: Sequence[UUID]
) -> dict[UUID, Row[UUID, int, datetime]]:
    """Return (user_id, live sessions, when one was last used) of those that are signed in."""
    query = (
        select(Session.user_id, func.count(), func.max(Session.last_seen_at))
        .where(Session.user_id.in_(user_ids), _LIVE)
        .group_by(Session.user_id)
    )
    return {row[0]: row for row in await db.execute(query)}


async def end_sessions(
    db: AsyncSession,
    user_id: UUID,
    *,
    reason: str,
    only: UUID | None = None,
    keep: UUID | None = None,
) -> Sequence[UUID]:
    """End an account's sessions (one, or all but one); return those that were live."""
    query = update(Session).where(Session.user_id == user_id, Session.ended_at.is_(None))
    if only is not None:
        query = query.where(Session.id == only)
    if keep is not None:
        query = query.where(Session.id != keep)
    ended = query.values(ended_at=func.now(), end_reason=reason).returning(Session.id)
    return (await db.scalars(ended.execution_options(synchronize_session=False))).all()


async def use_session_link(db: AsyncSession, token_hash: bytes) -> UUID | None:
    """Use a sign-in link up; return the session that made it. Of two uses exactly one is good."""
    used = (
        update(SessionLink)
        .where(
            SessionLink.token_hash == token_hash,
            SessionLink.used_at.is_(None),
            SessionLink.expires_at > func.now(),
        )
        .values(used_at=func.now())
        .returning(SessionLink.session_id)
    )
    return await db.scalar(used)


async def forget_session_links(db: AsyncSession, session_id: UUID) -> None:
    """Remove what a session's expired sign-in links have left behind."""
    over = SessionLink.session_id == session_id, SessionLink.expires_at <= func.now()
    await db.execute(delete(SessionLink).where(*over))


async def refresh_token(
    db: AsyncSession, token_hash: bytes
) -> Row[RefreshToken, Session, User] | None:
    """Return a refresh token with its session locked, so that of two uses one is the second."""
    query = (
        select(RefreshToken, Session, User)
        .join(Session, Session.id == RefreshToken.session_id)
        .join(User, User.id == Session.user_id)
        .where(RefreshToken.token_hash == token_hash)
        .with_for_update(of=[RefreshToken, Session])
        .execution_options(populate_existing=True)
    )
    return (await db.execute(query)).one_or_none()


async def forget_sessions(db: AsyncSession, *, older_than: timedelta) -> None:
    """Remove sessions that ended so long ago, with their refresh tokens and sign-in links.

    No tokens of others: one that comes a second time ends its session.
    """
    moment = func.now() - older_than
    over = or_(
        Session.ended_at < moment,
        Session.expires_at < moment,
        Session.last_seen_at < moment - IDLE,
    )
    await db.execute(delete(Session).where(over))


def _open_link(purpose: str, token_hash: bytes) -> ColumnElement[bool]:
    return and_(
        OneTimeLink.purpose == purpose,
        OneTimeLink.token_hash == token_hash,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > func.now(),
    )


async def link_is_open(db: AsyncSession, purpose: str, token_hash: bytes) -> bool:
    """Say whether a one-time link could be used now."""
    return bool(await db.scalar(select(exists().where(_open_link(purpose, token_hash)))))


async def use_link(db: AsyncSession, purpose: str, token_hash: bytes) -> bool:
    """Use a one-time link up; say whether it was good. Of two uses exactly one is."""
    used = update(OneTimeLink).where(_open_link(purpose, token_hash)).values(used_at=func.now())
    return (await db.scalar(used.returning(OneTimeLink.id))) is not None


async def open_link(
    db: AsyncSession, purposes: Sequence[str], token_hash: bytes
) -> Row[OneTimeLink, User] | None:
    """Return a link of an account that could be used now; not one of a deactivated account."""
    query = select(OneTimeLink, User).join(User, User.id == OneTimeLink.user_id)
    return (
        await db.execute(
            query.where(
                OneTimeLink.purpose.in_(purposes),
                OneTimeLink.token_hash == token_hash,
                OneTimeLink.used_at.is_(None),
                OneTimeLink.expires_at > func.now(),
                User.is_active,
            )
        )
    ).one_or_none()


async def void_links_of(db: AsyncSession, user_id: UUID, purposes: Sequence[str]) -> None:
    """Make every open link of an account useless that is for one of these purposes."""
    await db.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.user_id == user_id,
            OneTimeLink.purpose.in_(purposes),
            OneTimeLink.used_at.is_(None),
        )
        .values(used_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def forget_links(db: AsyncSession, *, older_than: timedelta) -> None:
    """Remove links that ended so long ago."""
    await db.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < func.now() - older_than))


async def void_links(db: AsyncSession, purpose: str) -> None:
    """Make every open link of a purpose useless."""
    await db.execute(
        update(OneTimeLink)
        .where(OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_(None))
        .values(used_at=func.now())
    )


def security_query(user_id: UUID, *, limit: int) -> Select[EventRow]:
    """Return the query for what touched an account's safety, newest first.

    The subjects are one list without an OR, which PostgreSQL looks up in the index one by one
    however many events there are.
    """
    subjects = union_all(
        select(literal(user_id, Uuid())), select(Session.id).where(Session.user_id == user_id)
    )
    concerns = or_(EventRow.name.like("account.%"), EventRow.name.like("session.%"))
    query = select(EventRow).where(EventRow.subject_id.in_(subjects), concerns)
    return query.order_by(EventRow.id.desc()).limit(limit)


async def security_events(db: AsyncSession, user_id: UUID, *, limit: int) -> Sequence[EventRow]:
    """Return what touched an account's safety, newest first."""
    return (await db.scalars(security_query(user_id, limit=limit))).all()
