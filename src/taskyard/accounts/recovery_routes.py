"""Getting back into an account over HTTP, by links that come in e-mail."""

from typing import Annotated

from fastapi import Request

from taskyard.accounts import errors as refusals
from taskyard.accounts import schemas
from taskyard.accounts.access import AccountsDep, DeviceDep
from taskyard.accounts.service import links, recovering
from taskyard.accounts.service.links import Purpose
from taskyard.core.access import Actor, public, signed_in
from taskyard.core.admission import admission_of
from taskyard.core.mail import MailNotConfigured
from taskyard.core.routing import Router
from taskyard.core.schemas import Item
from taskyard.core.uow import UowDep

router = Router(prefix="/api/v1/auth", tags=["auth"])

Me = Annotated[Actor, signed_in()]
Anyone = Annotated[None, public()]


def _sent(purpose: Purpose) -> Item[schemas.LinkSent]:
    return Item(data=schemas.LinkSent(expires_in=int(links.LIFE[purpose].total_seconds())))


@router.post(
    "/password/forgot",
    status_code=202,
    bucket="password_forgot",
    errors=(refusals.PasswordResetUnavailable,),
)
async def forgot_password(
    _: Anyone,
    request: Request,
    body: schemas.PasswordForgotten,
    uow: UowDep,
    accounts: AccountsDep,
    device: DeviceDep,
) -> Item[schemas.LinkSent]:
    """Send a link that sets a new password, if there is an account with this address.

    The answer does not tell whether there is one.
    """
    if accounts.settings.mail_server is None:
        raise refusals.PasswordResetUnavailable
    await recovering.ask_for_reset(uow, admission_of(request), body.email, address=device.address)
    return _sent(Purpose.PASSWORD_RESET)


@router.post(
    "/password/reset/check",
    bucket="password_reset",
    errors=(refusals.PasswordLinkInvalid,),
)
async def check_reset_link(
    _: Anyone, body: schemas.LinkToken, uow: UowDep
) -> Item[schemas.ResetLink]:
    """Say whose password a link would set; this does not use it up."""
    link, user = await recovering.look_at_reset(uow, body.token)
    return Item(data=schemas.ResetLink(email=user.email, expires_at=link.expires_at))


@router.post(
    "/password/reset",
    bucket="password_reset",
    errors=(refusals.PasswordLinkInvalid, refusals.PasswordTooWeak),
)
async def reset_password(
    _: Anyone,
    request: Request,
    body: schemas.PasswordReset,
    accounts: AccountsDep,
    device: DeviceDep,
) -> Item[schemas.PasswordChanged]:
    """Set a new password by the link that was sent. Every session ends; sign in afterwards."""
    platform = request.app.state.platform
    recovered = await recovering.reset_password(
        platform.database,
        accounts.settings,
        accounts.passwords,
        token=body.token,
        password=body.password,
        address=device.address,
    )
    # Whoever forgot a password has often tried too many.
    bucket = platform.throttle.bucket("login_email", recovered.user.email_key)
    await platform.throttle.clear(bucket)
    return Item(data=schemas.PasswordChanged(sessions_ended=recovered.sessions_ended))


@router.post(
    "/email/verification",
    status_code=202,
    bucket="email_verification",
    errors=(refusals.EmailAlreadyVerified, MailNotConfigured),
)
async def ask_for_verification(
    actor: Me, uow: UowDep, accounts: AccountsDep
) -> Item[schemas.LinkSent]:
    """Send the caller a link that confirms their address."""
    if accounts.settings.mail_server is None:
        raise MailNotConfigured
    await recovering.ask_for_verification(uow, actor)
    return _sent(Purpose.EMAIL_VERIFICATION)


@router.post(
    "/email/verify",
    bucket="password_reset",
    errors=(refusals.EmailLinkInvalid,),
)
async def verify_email(
    _: Anyone, body: schemas.LinkToken, uow: UowDep
) -> Item[schemas.VerifiedEmail]:
    """Confirm an address by the link that was sent to it."""
    user = await recovering.verify_email(uow, body.token)
    return Item(data=schemas.VerifiedEmail(email=user.email))


ROUTERS = (router,)
