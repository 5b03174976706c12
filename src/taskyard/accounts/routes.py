"""Accounts over HTTP: signing in, sessions, profile."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Request, Response

from taskyard.accounts import errors as refusals
from taskyard.accounts import hot, recovery_routes, repository, schemas
from taskyard.accounts.access import (
    AccountsDep,
    DeviceDep,
    clear_cookie,
    granted,
    remember_browser,
    set_cookie,
    tier_of,
)
from taskyard.accounts.models import Session, User
from taskyard.accounts.service import profiles, registering, signing_in
from taskyard.core.access import (
    ROLE_PERMISSIONS,
    Actor,
    SessionRevoked,
    TokenExpired,
    TokenInvalid,
    public,
    recognise,
    signed_in,
    signed_in_briefly,
)
from taskyard.core.admission import admission_of
from taskyard.core.etag import IfMatch, PreconditionFailed, set_etag
from taskyard.core.hot import Caller, Question
from taskyard.core.limits import tier_limits
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page, whole
from taskyard.core.settings import Settings
from taskyard.core.uow import UowDep, unit_of_work

_PER_MINUTE = {
    "requests_per_minute": "user",
    "analyses_per_minute": "analysis_create",
    "builds_per_minute": "build_create",
}
auth = Router(prefix="/api/v1/auth", tags=["auth"])
profile = Router(prefix="/api/v1", tags=["profile"])

Me = Annotated[Actor, signed_in()]
Asker = Annotated[Caller, signed_in()]
Anyone = Annotated[None, public()]
WebClient = Annotated[
    str | None,
    Header(
        alias="X-Taskyard-Client",
        pattern="^web$",
        description="`web` asks for the browser's HttpOnly cookie session instead of tokens.",
    ),
]


def read_user(user: User, settings: Settings) -> schemas.UserRead:
    """Return an account as itself sees it."""
    return schemas.UserRead(
        id=user.id,
        email=user.email,
        email_verified=user.email_verified_at is not None,
        username=user.username,
        display_name=user.display_name,
        role=user.role,
        tier=tier_of(user, settings),
        tier_until=user.granted_until if granted(user) else None,
        permissions=sorted(ROLE_PERMISSIONS[user.role]),  # type: ignore[index]
        preferences=user.preferences,
        created_at=user.created_at,
        version=user.version,
    )


@auth.get("/setup")
async def get_setup(
    _: Anyone, request: Request, uow: UowDep, accounts: AccountsDep
) -> Item[schemas.SetupState]:
    """Say whether the first administrator is still missing, and whether you are signed in."""
    return Item(
        data=schemas.SetupState(
            mail=accounts.settings.mail_server is not None,
            needed=not await repository.admin_exists(uow.db),
            registration=accounts.settings.registration,
            signed_in=await _is_signed_in(request, uow),
        )
    )


async def _is_signed_in(request: Request, uow: UowDep) -> bool:
    """Whether the caller's credential is good; a bad one is no reason to refuse a public page."""
    try:
        return await recognise(request, uow) is not None
    except (TokenInvalid, TokenExpired, SessionRevoked):
        return False


@auth.post(
    "/setup",
    status_code=201,
    bucket="register",
    errors=(refusals.SetupLinkInvalid, refusals.EmailTaken, refusals.PasswordTooWeak),
)
async def set_up(
    _: Anyone,
    request: Request,
    response: Response,
    body: schemas.Setup,
    accounts: AccountsDep,
    device: DeviceDep,
) -> Item[schemas.SignedIn]:
    """Make the first administrator by the one-time link, and sign the browser in."""
    database = request.app.state.platform.database
    new = await registering.prepare_admin(database, accounts.settings, accounts.passwords, body)
    async with unit_of_work(database) as uow:
        user = await registering.set_up(uow, body.token, new)
        started = await signing_in.start_session(uow, user, device, browser=True)
    set_cookie(request, response, started.secret)
    return Item(
        data=schemas.SignedIn(
            user=read_user(user, accounts.settings), session_id=started.session.id
        )
    )


@auth.post(
    "/register",
    status_code=201,
    bucket="register",
    errors=(
        refusals.EmailTaken,
        refusals.UsernameTaken,
        refusals.RegistrationClosed,
        refusals.PasswordTooWeak,
    ),
)
async def register(
    _: Anyone, request: Request, body: schemas.Register, accounts: AccountsDep
) -> Item[schemas.Registered]:
    """Make an account. Sign in with it afterwards."""
    user = await registering.register(
        request.app.state.platform.database, accounts.settings, accounts.passwords, body
    )
    return Item(data=schemas.Registered(user=read_user(user, accounts.settings)))


@auth.post(
    "/login",
    bucket="login",
    errors=(refusals.InvalidCredentials, refusals.LoginAttemptsExceeded),
)
async def login(
    _: Anyone,
    request: Request,
    response: Response,
    body: schemas.Login,
    accounts: AccountsDep,
    device: DeviceDep,
    client: WebClient = None,
) -> Item[schemas.Tokens | schemas.SignedIn]:
    """Sign in: tokens for a client, or the cookie session for the web app."""
    platform = request.app.state.platform
    user = await signing_in.check_credentials(
        platform.database, admission_of(request), accounts.passwords, body, device
    )
    # Opened only now: hashing takes a third of a second, too long to hold a connection.
    async with unit_of_work(platform.database) as uow:
        started = await signing_in.start_session(uow, user, device, browser=client == "web")
    if client == "web":
        set_cookie(request, response, started.secret)
        remember_browser(request, response, accounts.known, user)
        seen = read_user(user, accounts.settings)
        return Item(data=schemas.SignedIn(user=seen, session_id=started.session.id))
    return Item(data=_tokens(accounts, started))


def _tokens(accounts: AccountsDep, started: signing_in.Started) -> schemas.Tokens:
    return schemas.Tokens(
        access_token=accounts.tokens.sign(started.user, started.session.id),
        refresh_token=started.secret,
        token_type="bearer",  # noqa: S106 — the scheme's name
        expires_in=int(accounts.tokens.life.total_seconds()),
        session_id=started.session.id,
    )


@auth.post(
    "/refresh",
    bucket="refresh",
    errors=(refusals.RefreshInvalid, refusals.RefreshReused),
)
async def refresh(
    _: Anyone, request: Request, body: schemas.Refresh, accounts: AccountsDep
) -> Item[schemas.Tokens]:
    """Trade a refresh token for new tokens; each refresh token works once."""
    database = request.app.state.platform.database
    started = await signing_in.refresh(database, admission_of(request), body.refresh_token)
    return Item(data=_tokens(accounts, started))


@auth.post("/logout", status_code=204)
async def logout(actor: Me, request: Request, uow: UowDep) -> Response:
    """End this session; its tokens die at once."""
    await signing_in.end_session(uow, actor.user_id, actor.session_id, reason="signed_out")
    response = Response(status_code=204)
    clear_cookie(request, response)
    return response


@auth.hot("/me", answers=Item[schemas.UserRead])
def get_me(caller: Asker) -> Question:  # noqa: ARG001 — declares the access
    """Return the caller's account."""
    return hot.me()


@auth.get("/sessions")
async def list_sessions(actor: Me, uow: UowDep) -> Page[schemas.SessionRead]:
    """List where the caller is signed in, the most recently used first."""
    found = await repository.sessions_of(uow.db, actor.user_id)
    items = [
        schemas.SessionRead.model_validate(
            {**_columns(session), "current": session.id == actor.session_id}
        )
        for session in found
    ]
    return whole(items)


def _columns(session: Session) -> dict[str, object]:
    names = ("id", "device", "user_agent", "address", "created_at", "last_seen_at", "expires_at")
    return {name: getattr(session, name) for name in names}


@auth.delete("/sessions/{session_id}", status_code=204, errors=(refusals.SessionNotFound,))
async def revoke_session(actor: Me, session_id: UUID, uow: UowDep) -> Response:
    """Sign one device out; its access token dies at once."""
    await profiles.revoke_session(uow, actor, session_id)
    return Response(status_code=204)


@auth.post(
    "/password",
    bucket="password",
    errors=(refusals.PasswordWrong, refusals.PasswordTooWeak),
)
async def change_password(
    actor: Annotated[Actor, signed_in_briefly()],
    request: Request,
    body: schemas.PasswordChange,
    accounts: AccountsDep,
) -> Item[schemas.PasswordChanged]:
    """Set a new password; every other session ends."""
    ended = await profiles.change_password(
        request.app.state.platform.database, actor, accounts.settings, accounts.passwords, body
    )
    return Item(data=schemas.PasswordChanged(sessions_ended=ended))


@auth.get("/security-events")
async def list_security_events(actor: Me, uow: UowDep) -> Page[schemas.SecurityEvent]:
    """List the latest hundred things that touched the account's safety, newest first."""
    rows = await repository.security_events(uow.db, actor.user_id, limit=100)
    items = [
        schemas.SecurityEvent(
            id=row.id, name=row.name.rpartition(".")[0], at=row.at, details=row.payload
        )
        for row in rows
    ]
    return Page(items=items, total=len(items), page=1, page_size=100)


@profile.hot("/profile", answers=Item[schemas.UserRead])
def get_profile(caller: Asker) -> Question:  # noqa: ARG001 — declares the access
    """Return the caller's profile."""
    return hot.me()


@profile.patch("/profile", idempotent=True, errors=(refusals.UsernameTaken, PreconditionFailed))
async def change_profile(
    actor: Me,
    response: Response,
    body: schemas.ProfilePatch,
    uow: UowDep,
    accounts: AccountsDep,
    if_match: IfMatch = None,
) -> Item[schemas.UserRead]:
    """Change the caller's name, username or preferences."""
    user = await profiles.change_profile(uow, actor, body, if_match=if_match)
    set_etag(response, user.version)
    return Item(data=read_user(user, accounts.settings))


@profile.get("/user/me")
async def get_subscription(actor: Me) -> schemas.Subscription:
    """Return the caller's account in the words of the billing contract (a flat body)."""
    return schemas.Subscription(
        id=actor.user_id,
        email=actor.email,
        tier=actor.tier,
        subscription_status="none",
        subscription_id=None,
        renews_at=None,
        ends_at=None,
    )


@profile.get("/limits")
async def get_limits(actor: Me, request: Request) -> Item[dict[str, int | None]]:
    """Return what the caller's tier may use; null is unlimited."""
    rates = request.app.state.platform.throttle.rates
    per_minute = {said: rates[name].limit(actor.tier) for said, name in _PER_MINUTE.items()}
    return Item(data={**per_minute, **vars(tier_limits(actor.tier))})


ROUTERS = (auth, *recovery_routes.ROUTERS, profile)
