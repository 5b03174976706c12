"""Accounts and signing in, as the contract tasks has them."""

from typing import Annotated

from fastapi import Request

from taskyard.accounts import errors as refusals
from taskyard.accounts.access import AccountsDep, DeviceDep
from taskyard.accounts.routes import read_user
from taskyard.accounts.schemas import Login, Register, UserRead
from taskyard.accounts.service import profiles, registering, signing_in
from taskyard.core.access import Actor, Permission, public, signed_in
from taskyard.core.admission import admission_of
from taskyard.core.platform import Platform
from taskyard.core.routing import Router
from taskyard.core.uow import UowDep, unit_of_work
from taskyard.dialects.tasks import schemas
from taskyard.dialects.tasks.wording import FORM

auth = Router(prefix="/api/auth", tags=["auth"], form=FORM)
Anyone = Annotated[None, public()]


@auth.post(
    "/register",
    status_code=201,
    bucket="register",
    errors=(refusals.EmailTaken, refusals.RegistrationClosed, refusals.PasswordTooWeak),
)
async def register_person(
    _: Anyone, request: Request, body: schemas.Registration, accounts: AccountsDep
) -> schemas.Registered:
    """Make an account. Sign in with it afterwards."""
    platform: Platform = request.app.state.platform
    new = Register(
        email=body.email, password=body.password, display_name=body.full_name, username=None
    )
    user = await registering.register(platform.database, accounts.settings, accounts.passwords, new)
    view = _view(read_user(user, accounts.settings))
    seen = schemas.NewUserView(**view.model_dump(), user_id=user.id)
    return schemas.Registered(data=seen, message="Account made", user_id=user.id)


@auth.post(
    "/login",
    bucket="login",
    errors=(refusals.InvalidCredentials, refusals.LoginAttemptsExceeded),
)
async def sign_in_by_email(
    _: Anyone,
    request: Request,
    body: schemas.SignIn,
    accounts: AccountsDep,
    device: DeviceDep,
) -> schemas.SignedIn:
    """Sign in."""
    platform: Platform = request.app.state.platform
    named = Login(email=body.email, username=None, password=body.password)
    user = await signing_in.check_credentials(
        platform.database, admission_of(request), accounts.passwords, named, device
    )
    async with unit_of_work(platform.database) as uow:
        started = await signing_in.start_session(uow, user, device, browser=False)
    return _signed_in(accounts, started, "Signed in")


@auth.post("/refresh", bucket="refresh", errors=(refusals.RefreshInvalid, refusals.RefreshReused))
async def refresh_tokens(
    _: Anyone, request: Request, body: schemas.Refresh, accounts: AccountsDep
) -> schemas.SignedIn:
    """Trade a refresh token for new tokens; each works once."""
    platform: Platform = request.app.state.platform
    started = await signing_in.refresh(platform.database, admission_of(request), body.refresh_token)
    return _signed_in(accounts, started, "Refreshed")


@auth.get("/me")
async def get_person(
    actor: Annotated[Actor, signed_in()], uow: UowDep, accounts: AccountsDep
) -> schemas.Done[schemas.UserView]:
    """Return the caller's account."""
    user = read_user(await profiles.me(uow, actor), accounts.settings)
    return schemas.Done(data=_view(user), message="Your account")


def _view(user: UserRead) -> schemas.UserView:
    return schemas.UserView(
        id=user.id,
        email=user.email,
        full_name=user.display_name,
        is_active=True,  # nobody else signs in
        is_superuser=Permission.ADMIN in user.permissions,
        created_at=user.created_at,
    )


def _signed_in(
    accounts: AccountsDep, started: signing_in.Started, message: str
) -> schemas.SignedIn:
    tokens = schemas.TokenView(
        access_token=accounts.tokens.sign(started.user, started.session.id),
        refresh_token=started.secret,
        token_type="bearer",  # noqa: S106 — the scheme's name
        expires_in=int(accounts.tokens.life.total_seconds()),
    )
    return schemas.SignedIn(
        data=tokens,
        message=message,
        access_token=tokens.access_token,
        token_type=tokens.token_type,
    )
