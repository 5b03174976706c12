"""Who is calling, and may they? Closed by default.

A route says who may call it in its signature; `core.routing.Router` refuses one that does not:

    async def list_jobs(actor: Annotated[Actor, permit(Permission.JOB_READ)]) -> ...
    async def my_sessions(actor: Annotated[Actor, signed_in()]) -> ...
    async def health(_: Annotated[None, public()]) -> ...

How a caller is recognised is a port (`Authenticator`) that `accounts` implements.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol, get_args, get_origin, get_type_hints
from uuid import UUID

from fastapi import params
from starlette.requests import HTTPConnection

from taskyard.core.admission import admission_of
from taskyard.core.db import Database
from taskyard.core.settings import Settings
from taskyard.core.uow import SAFE_METHODS, Uow, UowDep, unit_of_work
from taskyard.kit.errors import Kind, TaskyardError

Role = Literal["user", "admin", "viewer"]
Tier = Literal["free", "pro", "premium"]


class Permission(StrEnum):
    """What an account may do, before any project has a say. Also the scopes of API keys."""

    PROJECT_CREATE = "project:create"
    PROJECT_READ = "project:read"
    PROJECT_UPDATE = "project:update"
    PROJECT_DELETE = "project:delete"
    #: Of named teams; `team:manage` is of who is in a project, too.
    TEAM_CREATE = "team:create"
    TEAM_READ = "team:read"
    TEAM_UPDATE = "team:update"
    TEAM_DELETE = "team:delete"
    TEAM_MANAGE = "team:manage"
    TASK_READ = "task:read"
    TASK_CREATE = "task:create"
    TASK_UPDATE = "task:update"
    TASK_DELETE = "task:delete"
    FILE_READ = "file:read"
    FILE_UPLOAD = "file:upload"
    FILE_DELETE = "file:delete"
    FILE_SHARE = "file:share"
    JOB_CREATE = "job:create"
    JOB_READ = "job:read"
    JOB_CANCEL = "job:cancel"
    ANALYSIS_CREATE = "analysis:create"
    ANALYSIS_READ = "analysis:read"
    ANALYSIS_SHARE = "analysis:share"
    BUILD_CREATE = "build:create"
    BUILD_READ = "build:read"
    BUILD_CANCEL = "build:cancel"
    COMMENT_READ = "comment:read"
    COMMENT_CREATE = "comment:create"
    ADMIN = "admin:use"


_EVERYDAY = frozenset(Permission) - {Permission.ADMIN}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "user": _EVERYDAY,
    "admin": frozenset(Permission),
    # A viewer account reads; managing its own password and sessions needs no permission.
    "viewer": frozenset(p for p in _EVERYDAY if p.value.endswith(":read")),
}


class AuthRequired(TaskyardError):
    """Sign in first: send `Authorization: Bearer <access token>`, or use the web app."""

    kind = Kind.UNAUTHENTICATED
    code = "AUTH_REQUIRED"


class TokenInvalid(TaskyardError):
    """This access token is not one of ours. Sign in again."""

    kind = Kind.UNAUTHENTICATED
    code = "AUTH_TOKEN_INVALID"


class TokenExpired(TaskyardError):
    """This access token has expired. Refresh it, or sign in again."""

    kind = Kind.UNAUTHENTICATED
    code = "AUTH_TOKEN_EXPIRED"


class SessionRevoked(TaskyardError):
    """This session has ended. Sign in again."""

    kind = Kind.UNAUTHENTICATED
    code = "AUTH_SESSION_REVOKED"


class AuthForbidden(TaskyardError):
    """Your account may not do this; it needs the permission {permission}."""

    kind = Kind.FORBIDDEN
    code = "AUTH_FORBIDDEN"


class CsrfFailed(TaskyardError):
    """This request came from another site, so the browser's session was not used."""

    kind = Kind.FORBIDDEN
    code = "CSRF_FAILED"


@dataclass(frozen=True, slots=True)
class Actor:
    """The account a request acts for, with what it may do right now."""

    user_id: UUID
    username: str
    email: str
    role: Role
    tier: Tier
    session_id: UUID | None
    permissions: frozenset[Permission] = field(default_factory=frozenset)

    @property
    def is_admin(self) -> bool:
        """Whether the account looks after the whole instance."""
        return self.role == "admin"

    def may(self, permission: Permission) -> bool:
        """Whether the account may do this at all."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise AuthForbidden unless the account may do this."""
        if not self.may(permission):
            raise AuthForbidden(permission=permission.value)


@dataclass(frozen=True, slots=True)
class Shown:
    """A credential as a request shows it, and the statement that finds whom it speaks for.

    `caller` has the parameter `$1`, which is `key`, and gives a row where the session is live:
    session_id, user_id, username, email, role, tier, fresh.
    """

    caller: str
    key: UUID | bytes
    by_cookie: bool
    #: Whom a token names, which the row has to confirm.
    user_id: UUID | None = None


class Authenticator(Protocol):
    """Recognises callers; implemented by `accounts`."""

    def shown(self, connection: HTTPConnection) -> Shown | None:
        """Return the credential a request shows, None where none was sent.

        Raises TokenInvalid, TokenExpired or CsrfFailed where one is bad in itself.
        """

    def actor(self, shown: Shown, caller: Mapping[str, Any]) -> Actor | None:
        """Return whom a credential speaks for, by the row its statement found; None for nobody."""

    def lately(self, shown: Shown) -> Actor | None:
        """Return whom a credential spoke for a moment ago; whether it still does is not asked."""

    async def touch(self, database: Database, session_id: UUID) -> None:
        """Note that a session was used just now."""

    async def recognise(self, connection: HTTPConnection, uow: Uow) -> Actor | None:
        """Return who is calling, None where no credential was sent.

        Raises TokenInvalid, TokenExpired, SessionRevoked or CsrfFailed where one is bad.
        """

    async def again(self, uow: Uow, session_id: UUID) -> Actor | None:
        """Return whom a session speaks for now; None once it has ended."""


class Access:
    """A dependency that decides who may call. `kind` is printed in the OpenAPI document."""

    def __init__(self, permission: Permission | None = None) -> None:
        self.permission = permission

    @property
    def text(self) -> str:
        """Say who may call, for people."""
        return f"needs `{self.permission}`" if self.permission else "any signed-in account"

    @property
    def refusals(self) -> tuple[type[TaskyardError], ...]:
        """What it may answer, for the OpenAPI document."""
        unknown = (AuthRequired, TokenInvalid, TokenExpired, SessionRevoked)
        return (*unknown, AuthForbidden) if self.permission else unknown

    async def __call__(self, connection: HTTPConnection, uow: UowDep) -> Actor:
        """Return the caller. Raises AuthRequired, AuthForbidden or CsrfFailed."""
        actor = await recognise(connection, uow)
        if actor is None:
            raise AuthRequired
        if self.permission is not None:
            actor.require(self.permission)
        return actor


class BriefAccess(Access):
    """Admits like `Access`, but gives the database back at once.

    For routes that work long or open transactions of their own: were the request's own held
    meanwhile, a pool's worth of them would wait for each other.
    """

    async def __call__(self, connection: HTTPConnection) -> Actor:  # type: ignore[override]
        """Return the caller. Raises AuthRequired, AuthForbidden or CsrfFailed."""
        async with unit_of_work(connection.app.state.platform.database, reads=True) as uow:
            return await super().__call__(connection, uow)


class PublicAccess(Access):
    """Anybody may call; writes still refuse other sites' browsers (login CSRF)."""

    @property
    def text(self) -> str:
        """Say who may call, for people."""
        return "public"

    @property
    def refusals(self) -> tuple[type[TaskyardError], ...]:
        """None: whoever calls is welcome."""
        return ()

    async def __call__(self, connection: HTTPConnection) -> None:  # type: ignore[override]
        """Refuse another site's browser on a write."""
        check_same_site(connection)
        await admission_of(connection).stranger()


async def recognise(connection: HTTPConnection, uow: Uow) -> Actor | None:
    """Return the caller of this request or socket, or None; count it for whoever that is."""
    authenticator: Authenticator = connection.app.state.platform.authenticator
    try:
        actor = await authenticator.recognise(connection, uow)
    except TaskyardError as error:
        if error.kind is Kind.UNAUTHENTICATED:
            await admission_of(connection).suspect()
        raise
    connection.scope["user_id"] = str(actor.user_id) if actor else None
    await admit(connection, actor, by_cookie="authorization" not in connection.headers)
    return actor


async def as_of_now(authenticator: Authenticator, uow: Uow, actor: Actor) -> Actor:
    """Return a caller who was recognised a while ago, as they are now. Raises SessionRevoked."""
    assert actor.session_id is not None, "whoever was recognised has one"
    found = await authenticator.again(uow, actor.session_id)
    if found is None:
        raise SessionRevoked
    return found


async def admit(connection: HTTPConnection, actor: Actor | None, *, by_cookie: bool) -> None:
    """Count a request or socket for its caller. Raises RateLimitExceeded."""
    admission = admission_of(connection)
    if actor is None:
        await admission.stranger()
    else:
        session_id = actor.session_id if by_cookie else None
        await admission.account(actor.user_id, actor.tier, session_id=session_id)


def permit(permission: Permission) -> params.Depends:
    """Admit signed-in accounts that hold `permission`."""
    return params.Depends(Access(permission), scope="function")


def permit_briefly(permission: Permission) -> params.Depends:
    """Admit accounts that hold `permission`, holding no transaction while the route works."""
    return params.Depends(BriefAccess(permission))


def signed_in() -> params.Depends:
    """Admit every signed-in account."""
    return params.Depends(Access(), scope="function")


def signed_in_briefly() -> params.Depends:
    """Admit every signed-in account, without holding a transaction while the route works."""
    return params.Depends(BriefAccess(), scope="function")


def public() -> params.Depends:
    """Admit everybody."""
    return params.Depends(PublicAccess())


def access_of(endpoint: Any) -> Access | None:
    """Return the access a route function declares in its signature, looked up through `Annotated`.

    A dependency class of a room (such as a project's membership) declares its own by an `access`
    attribute.
    """
    hints = get_type_hints(endpoint, include_extras=True)
    for name in inspect.signature(endpoint).parameters:
        hint = hints.get(name)
        if get_origin(hint) is not Annotated:
            continue
        for mark in get_args(hint)[1:]:
            dependency = getattr(mark, "dependency", None)
            found = getattr(dependency, "access", dependency)
            if isinstance(found, Access):
                return found
    return None


def check_same_site(connection: HTTPConnection, *, cookie: bool = False) -> None:
    """Refuse a browser's cross-site write, or socket: browsers open those from any site.

    Every current browser sends `Sec-Fetch-Site`; older ones at least `Origin` (OWASP CSRF sheet).
    A request with neither is no browser: fine without a cookie, refused with one.
    """
    if connection.scope.get("method") in SAFE_METHODS:
        return
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is not None:
        good = site in {"same-origin", "none"} or is_own_origin(connection, origin)
    elif origin is not None:
        good = is_own_origin(connection, origin)
    else:
        good = not cookie
    if not good:
        raise CsrfFailed


def is_own_origin(connection: HTTPConnection, origin: str | None) -> bool:
    """Whether `origin` is this server or an app the operator listed."""
    if not origin or origin == "null":
        return False
    settings: Settings = connection.app.state.platform.settings
    if origin in settings.cors_origins:
        return True
    if settings.public_url and origin == settings.public_url.rstrip("/"):
        return True
    return origin.partition("://")[2] == connection.headers.get("host", "")
