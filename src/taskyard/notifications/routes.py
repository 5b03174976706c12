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
from taskyard.notifications.errors import CategoryLocked, ChannelMissing, UnsubscribeLinkInvalid
from taskyard.notifications.types import LETTERS_ONLY, Category, EmailMode, EmailStatus

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
    Category.MENTION: ("A mention", "Somebody names you with an @ in a comment."),
    Category.COMMENT_ADDED: (
        "A comment",
        "On what is yours, a task you watch, or in a thread that you wrote in.",
    ),
    Category.TASK_ASSIGNED: ("A task for you", "Somebody assigns you a task."),
    Category.TASK_COMPLETED: (
        "A task is done",
        "One that you watch, such as those you made or were assigned.",
    ),
    Category.INVITATION: ("An invitation", "Somebody wants you in a project."),
    Category.TEAM_JOINED: ("Somebody joined", "In a project of yours."),
    Category.TEAM_MEMBER_LEFT: ("Somebody left", "In a project of yours."),
    Category.RUN_FAILED: ("A run failed", "One that you asked for, once it is not tried again."),
    Category.RUN_COMPLETED: (
        "A run is done",
        "One that you asked for; by e-mail where it took more than a minute.",
    ),
    Category.DIGEST: (
        "The digest",
        "Once a day, what is set to the digest and was not read; nothing where there is nothing.",
    ),
}


async def _read(request: Request, uow: Uow, actor: Actor) -> Item[schemas.NotificationSettings]:
    platform: Platform = request.app.state.platform
    user = await profiles.me(uow, actor)
    chosen = await service.choices(uow, actor.user_id)
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
                    in_app=None if category in LETTERS_ONLY else chosen[category].in_app,
                    email=chosen[category].email,
                    wanted=chosen[category].email is not EmailMode.OFF,
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
    """Return what the caller is told of, and where."""
    return await _read(request, uow, actor)


@router.patch("/settings", idempotent=True, errors=(CategoryLocked, ChannelMissing))
async def change_notification_settings(
    actor: Me, request: Request, body: schemas.NotificationSettingsPatch, uow: UowDep
) -> Item[schemas.NotificationSettings]:
    """Choose where to be told of what; categories that are not named stay as they are."""
    await service.choose(uow, actor.user_id, body.choices())
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
