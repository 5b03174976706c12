"""Signing another device in over HTTP."""

from fastapi import Request, Response

from taskyard.accounts import errors as refusals
from taskyard.accounts import schemas
from taskyard.accounts.access import AccountsDep, DeviceDep, set_cookie
from taskyard.accounts.routes import Anyone, Me, read_user
from taskyard.accounts.service import session_links
from taskyard.core.routing import Router
from taskyard.core.uow import UowDep

router = Router(prefix="/api/v1/auth", tags=["auth"])
ROUTERS = (router,)


@router.post("/session-token", bucket="session_token")
async def create_session_link(
    actor: Me, request: Request, uow: UowDep, accounts: AccountsDep
) -> schemas.SessionLinkRead:
    """Make a link that signs another device in as you: once, within 90 seconds.

    Opening the link does nothing yet; the button on its page does. It dies with your session.
    """
    secret = await session_links.make(uow, actor)
    # As the caller reaches this server: its own idea of its address may be no use elsewhere.
    base = accounts.settings.public_url or str(request.base_url)
    return schemas.SessionLinkRead(url=f"{base.rstrip('/')}/login/session/{secret}")


@router.post(
    "/session-exchange",
    bucket="session_exchange",
    errors=(refusals.SessionTokenMissing, refusals.SessionTokenExpired),
)
async def exchange_session_link(
    _: Anyone,
    request: Request,
    response: Response,
    uow: UowDep,
    accounts: AccountsDep,
    device: DeviceDep,
    body: schemas.SessionExchange | None = None,
) -> schemas.Exchanged:
    """Sign this browser in by a link, which is used up."""
    if body is None or not body.token:
        raise refusals.SessionTokenMissing
    started = await session_links.exchange(uow, body.token, device)
    set_cookie(request, response, started.secret)
    return schemas.Exchanged(status="success", user=read_user(started.user, accounts.settings))
