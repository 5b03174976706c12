"""Recognising callers: a bearer token, or the web app's cookie with its guard against forgery."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlalchemy import Row
from starlette.requests import HTTPConnection

from taskyard.accounts import repository
from taskyard.accounts.known import COOKIE as KNOWN
from taskyard.accounts.known import LIFE_S, PATH, KnownBrowsers, cookie_in
from taskyard.accounts.models import Session, User
from taskyard.accounts.passwords import Passwords
from taskyard.accounts.tokens import AccessTokens, secret_hash
from taskyard.accounts.types import Device
from taskyard.core.access import (
    ROLE_PERMISSIONS,
    Actor,
    Role,
    SessionRevoked,
    Shown,
    Tier,
    TokenInvalid,
    check_same_site,
)
from taskyard.core.addresses import client_address
from taskyard.core.db import Database
from taskyard.core.problems import BadRequest
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow, unit_of_work
from taskyard.kit.clock import now

COOKIE = "taskyard_session"
_COOKIE_LIFE_S = 60 * 24 * 3600
#: How long it is remembered whom a credential spoke for, and of how many.
_LATELY_S: Final = 60
_REMEMBERED: Final = 4096


class Accounts:
    """Implements `core.access.Authenticator`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tokens = AccessTokens(settings)
        self.passwords = Passwords(settings)
        self.known = KnownBrowsers(settings)
        self._lately: OrderedDict[UUID | bytes, tuple[Actor, float]] = OrderedDict()

    def shown(self, connection: HTTPConnection) -> Shown | None:
        """Return the credential a request shows, None where none was sent.

        Raises TokenInvalid, TokenExpired or CsrfFailed.
        """
        given = connection.headers.getlist("authorization")
        if len(given) > 1:
            raise BadRequest(reason="send one Authorization header")
        if given:
            scheme, _, token = given[0].partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise TokenInvalid
            claims = self.tokens.read(token.strip())
            by_session = repository.CALLER_BY_SESSION
            return Shown(by_session, claims.session_id, by_cookie=False, user_id=claims.user_id)
        cookie = connection.cookies.get(cookie_name(connection))
        if not cookie:
            return None
        check_same_site(connection, cookie=True)
        return Shown(repository.CALLER_BY_COOKIE, secret_hash(cookie), by_cookie=True)

    async def recognise(self, connection: HTTPConnection, uow: Uow) -> Actor | None:
        """Return who calls; None where no credential was sent.

        The session's row is read at every call, so that a revoked one is refused at once and a
        changed role counts at once. Raises TokenInvalid, TokenExpired, SessionRevoked, CsrfFailed.
        """
        shown = self.shown(connection)
        if shown is None:
            return None
        if isinstance(shown.key, UUID):
            return self._noted(shown, await self._by_session(uow, shown.key, shown.user_id))
        row = await repository.live_session(uow.db, cookie_hash=shown.key)
        # An ended browser session is no credential: the person is simply signed out.
        return self._noted(shown, await self._actor(uow, row)) if row else None

    def actor(self, shown: Shown, caller: Mapping[str, Any]) -> Actor | None:
        """Return whom a credential speaks for, by the row its statement found; None for nobody."""
        if shown.user_id not in {None, caller["user_id"]}:
            return None
        role: Role = caller["role"]
        actor = Actor(
            user_id=caller["user_id"],
            username=caller["username"],
            email=caller["email"],
            role=role,
            tier=caller["tier"] or self.settings.default_tier,
            session_id=caller["session_id"],
            permissions=ROLE_PERMISSIONS[role],
        )
        return self._noted(shown, actor)

    def lately(self, shown: Shown) -> Actor | None:
        """Return whom a credential spoke for a moment ago; whether it still does is not asked."""
        actor, until = self._lately.get(shown.key, (None, 0.0))
        return actor if time.monotonic() < until else None

    def _noted(self, shown: Shown, actor: Actor) -> Actor:
        self._lately[shown.key] = actor, time.monotonic() + _LATELY_S
        if len(self._lately) > _REMEMBERED:
            self._lately.popitem(last=False)
        return actor

    async def touch(self, database: Database, session_id: UUID) -> None:
        """Note that a session was used just now."""
        async with unit_of_work(database) as uow:
            await repository.touch_session(uow.db, session_id)

    async def _by_session(self, uow: Uow, session_id: UUID, user_id: UUID | None) -> Actor:
        row = await repository.live_session(uow.db, session_id=session_id)
        if row is None or row[1].id != user_id:
            raise SessionRevoked
        return await self._actor(uow, row)

    async def again(self, uow: Uow, session_id: UUID) -> Actor | None:
        """Return whom a session speaks for now; None once it has ended."""
        row = await repository.live_session(uow.db, session_id=session_id)
        return await self._actor(uow, row) if row else None

    async def _actor(self, uow: Uow, row: Row[Session, User, bool]) -> Actor:
        session, user, fresh = row
        # The session knows its objects weakly; whoever asks for the caller's row has it here.
        uow.db.info["caller"] = user
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
    """Return an account's tier: what an administrator gave, what billing gives, the default."""
    return granted(user) or user.tier or settings.default_tier  # type: ignore[return-value]


def granted(user: User) -> str | None:
    """Return the tier an administrator gave, as long as it lasts: it ends by itself."""
    over = user.granted_until is not None and user.granted_until <= now()
    return None if over else user.granted_tier


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


def remember_browser(
    request: Request, response: Response, known: KnownBrowsers, user: User
) -> None:
    """Have the browser known to the account from now on; one that is known stays as it is."""
    if known.name_of(cookie_in(request), user.id) is None:
        response.set_cookie(
            KNOWN,
            known.new(user.id),
            max_age=LIFE_S,
            path=PATH,
            secure=_is_secure(request),
            httponly=True,
            samesite="strict",
        )


def clear_cookie(request: Request, response: Response) -> None:
    """Take the browser's session away."""
    response.delete_cookie(
        cookie_name(request), path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )


def _accounts_of(connection: HTTPConnection) -> Accounts:
    return connection.app.state.platform.authenticator  # type: ignore[no-any-return]


async def _accounts(connection: HTTPConnection) -> Accounts:
    return _accounts_of(connection)


async def _device(connection: HTTPConnection) -> Device:
    return Device(
        client_address(connection),
        connection.headers.get("user-agent", ""),
        partial(_accounts_of(connection).known.name_of, cookie_in(connection)),
    )


AccountsDep = Annotated[Accounts, Depends(_accounts)]
DeviceDep = Annotated[Device, Depends(_device)]
