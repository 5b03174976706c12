"""What people are told of by e-mail, over HTTP."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import RedirectResponse

from taskyard.accounts.service import profiles
from taskyard.core.access import Actor, public, signed_in
from taskyard.core.platform import Platform
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page
from taskyard.core.uow import Uow, UowDep
from taskyard.notifications import schemas, service, unsubscribing
from taskyard.notifications.errors import CategoryLocked, UnsubscribeLinkInvalid
from taskyard.notifications.types import Category, EmailStatus

router = Router(prefix="/api/v1/notifications", tags=["notifications"])

Me = Annotated[Actor, signed_in()]
Anyone = Annotated[None, public()]
Token = Annotated[str, Query(min_length=1, max_length=200, description="From a letter's link.")]

_SHOWN = 50
#: What each category is called, and what it covers.
_WORDS = {
    Category.SECURITY: (
        "The safety of your account",
        "New sign-ins, changed passwords, links to set one, sessions ended for a reason.",
    ),
    Category.RUN_FAILED: ("A run failed", "One that you asked for, once it is not tried again."),
    Category.RUN_COMPLETED: (
        "A run is done",
        "One that you asked for and that took more than a minute.",
    ),
    Category.INVITATION: ("An invitation", "Somebody wants you in a project."),
}


async def _read(request: Request, uow: Uow, actor: Actor) -> Item[schemas.NotificationSettings]:
    platform: Platform = request.app.state.platform
    user = await profiles.me(uow, actor)
    wanted = await service.wanted(uow, actor.user_id)
    return Item(
        data=schemas.NotificationSettings(
            mail=platform.settings.mail_server is not None,
            email=user.email,
            email_verified=user.email_verified_at is not None,
            categories=[
                schemas.CategoryRead(
                    category=category,
                    title=title,
                    about=about,
                    wanted=wanted[category],
                    locked=category is Category.SECURITY,
                )
                for category, (title, about) in _WORDS.items()
            ],
        )
    )


@router.get("/settings")
async def get_notification_settings(
    actor: Me, request: Request, uow: UowDep
) -> Item[schemas.NotificationSettings]:
    """Return what the caller is told of by e-mail."""
    return await _read(request, uow, actor)


@router.patch("/settings", idempotent=True, errors=(CategoryLocked,))
async def change_notification_settings(
    actor: Me, request: Request, body: schemas.NotificationSettingsPatch, uow: UowDep
) -> Item[schemas.NotificationSettings]:
    """Choose what to be told of by e-mail; categories that are not named stay as they are."""
    await service.choose(uow, actor.user_id, body.categories)
    return await _read(request, uow, actor)


@router.get("/emails")
async def list_emails(actor: Me, uow: UowDep) -> Page[schemas.EmailRead]:
    """List the latest fifty letters to the caller and what became of them, newest first."""
    found = await service.letters_to(uow, actor.user_id, limit=_SHOWN)
    items = [
        schemas.EmailRead(
            id=email.id,
            subject=email.subject,
            category=Category(email.category),
            status=EmailStatus(email.status),
            attempts=email.attempts,
            # What it said otherwise is for whoever runs the instance.
            reason=email.reason if email.status == EmailStatus.REFUSED else None,
            created_at=email.created_at,
            sent_at=email.sent_at,
        )
        for email in found
    ]
    return Page(items=items, total=len(items), page=1, page_size=_SHOWN)


@router.post("/unsubscribe", errors=(UnsubscribeLinkInvalid,))
async def unsubscribe(
    _: Anyone, request: Request, token: Token, uow: UowDep
) -> Item[schemas.Unsubscribed]:
    """End the e-mail a letter's link is for; mail programs ask for it too (RFC 8058)."""
    settings = request.app.state.platform.settings
    category = await service.unsubscribe(uow, settings, token)
    return Item(data=schemas.Unsubscribed(category=category, title=_WORDS[category][0]))


@router.get(
    "/unsubscribe",
    status_code=303,
    response_class=RedirectResponse,
    errors=(UnsubscribeLinkInvalid,),
)
async def ask_to_unsubscribe(_: Anyone, request: Request, token: Token) -> RedirectResponse:
    """Lead a person who opened a letter's link to the page that asks; this changes nothing."""
    settings = request.app.state.platform.settings
    category = unsubscribing.unseal(settings, token)[1]
    return RedirectResponse(unsubscribing.page_of(settings, category, token), 303)


ROUTERS = (router,)
