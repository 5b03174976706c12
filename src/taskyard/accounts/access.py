"""Recognising callers: a bearer token, or the web app's cookie with its guard against forgery."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlalchemy import Row
from starlette.requests import HTTPConnection

from taskyard.accounts import repository
from taskyard.accounts.models import Session, User
from taskyard.accounts.passwords import Passwords
from taskyard.accounts.tokens import AccessTokens, secret_hash
from taskyard.accounts.types import Device
from taskyard.core.access import (
    ROLE_PERMISSIONS,
    Actor,
    Role,
    SessionRevoked,
    Tier,
    TokenInvalid,
    check_same_site,
)
from taskyard.core.addresses import client_address
from taskyard.core.problems import BadRequest
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow

COOKIE = "taskyard_session"
_COOKIE_LIFE_S = 60 * 24 * 3600


class Accounts:
    """Implements `core.access.Authenticator`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tokens = AccessTokens(settings)
        self.passwords = Passwords(settings)

    async def recognise(self, connection: HTTPConnection, uow: Uow) -> Actor | None:
        """Return who calls; None where no credential was sent.

        The session's row is read at every call, so that a revoked one is refused at once and a
        changed role counts at once. Raises TokenInvalid, TokenExpired, SessionRevoked, CsrfFailed.
        """
        given = connection.headers.getlist("authorization")
        if len(given) > 1:
            raise BadRequest(reason="send one Authorization header")
        if given:
            scheme, _, token = given[0].partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise TokenInvalid
            return await self.by_token(uow, token.strip())
        cookie = connection.cookies.get(cookie_name(connection))
        if not cookie:
            return None
        check_same_site(connection, cookie=True)
        row = await repository.live_session(uow.db, cookie_hash=secret_hash(cookie))
        # An ended browser session is no credential: the person is simply signed out.
        return await self._actor(uow, row) if row else None

    async def by_token(self, uow: Uow, token: str) -> Actor:
        """Return who an access token speaks for."""
        claims = self.tokens.read(token)
        row = await repository.live_session(uow.db, session_id=claims.session_id)
        if row is None or row[1].id != claims.user_id:
            raise SessionRevoked
        return await self._actor(uow, row)

    async def again(self, uow: Uow, session_id: UUID) -> Actor | None:
        """Return whom a session speaks for now; None once it has ended."""
        row = await repository.live_session(uow.db, session_id=session_id)
        return await self._actor(uow, row) if row else None

    async def _actor(self, uow: Uow, row: Row[Session, User, bool]) -> Actor:
        session, user, fresh = row
        if not fresh:
            await repository.touch_session(uow.db, session.id)
        return actor_for(user, session, self.settings)


def actor_for(user: User, session: Session | None, settings: Settings) -> Actor:
    """Return what an account may do right now."""
    role: Role = user.role  # type: ignore[assignment]  # the table's check constraint
    return Actor(
        user_id=user.id,
        username=user.username,
        email=user.email,
        role=role,
        tier=tier_of(user, settings),
        session_id=session.id if session else None,
        permissions=ROLE_PERMISSIONS[role],
    )


def tier_of(user: User, settings: Settings) -> Tier:
    """Return an account's tier: its own, else the instance's default."""
    return user.tier or settings.default_tier  # type: ignore[return-value]


def _is_secure(connection: HTTPConnection) -> bool:
    """Whether browsers keep Secure cookies from here: https, or the name localhost."""
    settings: Settings = connection.app.state.platform.settings
    if settings.public_url:
        return settings.public_url.startswith("https://")
    host = connection.headers.get("host", "").partition(":")[0].lower()
    return connection.scope["scheme"] in {"https", "wss"} or host == "localhost"


def cookie_name(connection: HTTPConnection) -> str:
    """Return the session cookie's name; `__Host-` binds it to this host where it can be Secure."""
    return f"__Host-{COOKIE}" if _is_secure(connection) else COOKIE


def set_cookie(request: Request, response: Response, secret: str) -> None:
    """Give the browser its session; no script can read it."""
    response.set_cookie(
        cookie_name(request),
        secret,
        max_age=_COOKIE_LIFE_S,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def clear_cookie(request: Request, response: Response) -> None:
    """Take the browser's session away."""
    response.delete_cookie(
        cookie_name(request), path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )


def _accounts(connection: HTTPConnection) -> Accounts:
    return connection.app.state.platform.authenticator  # type: ignore[no-any-return]


def _device(connection: HTTPConnection) -> Device:
    return Device(client_address(connection), connection.headers.get("user-agent", ""))


AccountsDep = Annotated[Accounts, Depends(_accounts)]
DeviceDep = Annotated[Device, Depends(_device)]
