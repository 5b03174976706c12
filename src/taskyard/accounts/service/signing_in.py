"""Signing in, staying signed in, signing out."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from taskyard.accounts import repository
from taskyard.accounts.errors import (
    InvalidCredentials,
    LoginAttemptsExceeded,
    RefreshInvalid,
    RefreshReused,
)
from taskyard.accounts.events import SessionEnded, SignedIn, SignInRefused
from taskyard.accounts.models import RefreshToken, Session, User
from taskyard.accounts.passwords import Passwords
from taskyard.accounts.policy import device_name, email_key
from taskyard.accounts.schemas import Login
from taskyard.accounts.tokens import REFRESH_PREFIX, SESSION_PREFIX, new_secret, secret_hash
from taskyard.accounts.types import Device
from taskyard.core.admission import Admission
from taskyard.core.db import Database
from taskyard.core.limits import RateLimitExceeded
from taskyard.core.problems import ValidationFailed
from taskyard.core.uow import Uow, unit_of_work
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7

#: A session ends after this long, however much it is used.
ABSOLUTE = timedelta(days=60)
MAX_SESSIONS = 20


@dataclass(frozen=True)
class Started:
    """A session that has just begun, with the secret only its owner ever sees."""

    user: User
    session: Session
    secret: str


async def check_credentials(
    database: Database, admission: Admission, passwords: Passwords, body: Login, device: Device
) -> User:
    """Return the account whose password this is.

    Unknown, wrong and deactivated look alike in body and in work done. Attempts are counted per
    account, by whichever of its names, before the password is checked; those of a browser it
    signed in from before, for that browser. A right one gives its hit back. Raises
    InvalidCredentials or LoginAttemptsExceeded.
    """
    key = _login_key(body)
    async with unit_of_work(database) as uow:
        user = await repository.user_by_login(uow.db, email_key=key, username=body.username)
    named = user.email_key if user else key or (body.username or "").lower()
    browser = user and device.known_to(user.id)
    rate = "login_browser" if browser else "login_email"
    try:
        await admission.also(rate, browser or named)
    except RateLimitExceeded as error:
        raise LoginAttemptsExceeded(**error.fields) from None
    if user is None:
        await passwords.verify_nobody(body.password)
        raise InvalidCredentials
    right, rehashed = await passwords.verify(body.password, user.password_hash)
    if not right or not user.is_active:
        async with unit_of_work(database) as uow:
            uow.emit(SignInRefused(subject_id=user.id, address=device.address))
        raise InvalidCredentials
    await admission.forgive(rate)
    if rehashed:
        async with unit_of_work(database) as uow:
            await repository.renew_hash(uow.db, user.id, old=user.password_hash, new=rehashed)
        user.password_hash = rehashed
    return user


def _login_key(body: Login) -> str | None:
    """Return the address's key; a username that holds an @ is an address (contract builds)."""
    address = body.email or (body.username if body.username and "@" in body.username else None)
    if address is None:
        return None
    try:
        return email_key(address)
    except ValidationFailed:
        return address.lower()


async def start_session(uow: Uow, user: User, device: Device, *, browser: bool) -> Started:
    """Begin a session: a cookie's for the web app, else the first of a family of refresh tokens.

    A new password ends every session, so none begins on the strength of the old one meanwhile.
    Raises InvalidCredentials.
    """
    if await repository.held_password(uow.db, user.id) != user.password_hash:
        raise InvalidCredentials
    secret = new_secret(SESSION_PREFIX if browser else REFRESH_PREFIX)
    session = Session(
        id=uuid7(),
        user_id=user.id,
        cookie_hash=secret_hash(secret) if browser else None,
        device=device_name(device.user_agent),
        user_agent=device.user_agent[:400],
        address=device.address[:64],
        expires_at=now() + ABSOLUTE,
    )
    uow.db.add(session)
    await uow.db.flush()
    if not browser:
        _add_refresh_token(uow, session, secret)
    await _evict(uow, user.id, keep=session.id)
    uow.emit(
        SignedIn(
            subject_id=session.id, actor_id=user.id, address=session.address, device=session.device
        )
    )
    await uow.db.flush()
    return Started(user, session, secret)


def _add_refresh_token(uow: Uow, session: Session, secret: str) -> None:
    uow.db.add(
        RefreshToken(
            session_id=session.id,
            token_hash=secret_hash(secret),
            expires_at=min(now() + repository.IDLE, session.expires_at),
        )
    )


async def _evict(uow: Uow, user_id: UUID, *, keep: UUID) -> None:
    """End the least recently used sessions beyond the most an account may have."""
    sessions = [s for s in await repository.sessions_of(uow.db, user_id) if s.id != keep]
    for session in sessions[MAX_SESSIONS - 1 :]:
        await end_session(uow, user_id, session.id, reason="evicted")


async def refresh(database: Database, admission: Admission, secret: str) -> Started:
    """Trade a refresh token for the next one.

    A second use means that two parties hold it: the whole session ends, and that is committed
    although the caller is refused (RFC 9700 section 4.14.2). Raises RefreshInvalid, RefreshReused
    or RateLimitExceeded.
    """
    async with unit_of_work(database) as uow:
        found = await repository.refresh_token(uow.db, secret_hash(secret))
        if found is None:
            raise RefreshInvalid
        token, session, user = found
        over = session.ended_at is not None or session.expires_at <= now() or not user.is_active
        if over or (token.used_at is None and token.expires_at <= now()):
            raise RefreshInvalid
        if token.used_at is None:
            await admission.also("refresh", str(session.id))
            token.used_at = now()
            session.last_seen_at = now()
            following = new_secret(REFRESH_PREFIX)
            _add_refresh_token(uow, session, following)
            return_value = Started(user, session, following)
        else:
            await end_session(uow, user.id, session.id, reason="refresh_reused")
            return_value = None
    if return_value is None:
        raise RefreshReused
    return return_value


async def end_session(uow: Uow, user_id: UUID, session_id: UUID | None, *, reason: str) -> bool:
    """End one session of an account; say whether it was live. Without a session there is none."""
    if session_id is None:
        return False
    ended = await repository.end_sessions(uow.db, user_id, reason=reason, only=session_id)
    for ended_id in ended:
        uow.emit(SessionEnded(subject_id=ended_id, actor_id=user_id, reason=reason))
    return bool(ended)
