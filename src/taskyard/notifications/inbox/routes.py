"""The inbox over HTTP."""

from typing import Annotated

from fastapi import Query

from taskyard.core.access import Actor, signed_in
from taskyard.core.hot import Caller, Question
from taskyard.core.routing import Router
from taskyard.core.schemas import CursorInvalid, Item, PaginationTooDeep
from taskyard.core.uow import UowDep
from taskyard.notifications.errors import SnoozeInvalid
from taskyard.notifications.inbox import hot, service
from taskyard.notifications.inbox.schemas import (
    Changed,
    Chosen,
    NotificationPage,
    NotificationQuery,
    Snooze,
    Unread,
)

router = Router(prefix="/api/v1/notifications", tags=["notifications"])

Me = Annotated[Actor, signed_in()]
Asking = Annotated[Caller, signed_in()]


@router.hot("", answers=NotificationPage, errors=(PaginationTooDeep, CursorInvalid))
def list_notifications(caller: Asking, query: Annotated[NotificationQuery, Query()]) -> Question:
    """List what you were told of, newest first, as far as you may still see what it is about."""
    return hot.page(caller, query)


@router.hot("/unread", answers=Item[Unread])
def count_unread_notifications(caller: Asking) -> Question:  # noqa: ARG001
    """Say how many notifications wait to be read."""
    return hot.unread()


@router.post("/mark-read", idempotent=True)
async def mark_notifications_read(actor: Me, body: Chosen, uow: UowDep) -> Item[Changed]:
    """Mark notifications as read."""
    return Item(data=await service.mark(uow, actor.user_id, "read", body.ids))


@router.post("/mark-unread", idempotent=True)
async def mark_notifications_unread(actor: Me, body: Chosen, uow: UowDep) -> Item[Changed]:
    """Mark notifications as not read."""
    return Item(data=await service.mark(uow, actor.user_id, "unread", body.ids))


@router.post("/mark-all-read", idempotent=True)
async def mark_all_notifications_read(actor: Me, uow: UowDep) -> Item[Changed]:
    """Mark everything in your inbox as read; what is snoozed still comes back."""
    return Item(data=await service.mark(uow, actor.user_id, "read"))


@router.post("/archive", idempotent=True)
async def archive_notifications(actor: Me, body: Chosen, uow: UowDep) -> Item[Changed]:
    """Put notifications away, as read."""
    return Item(data=await service.mark(uow, actor.user_id, "archived", body.ids))


@router.post("/unarchive", idempotent=True)
async def unarchive_notifications(actor: Me, body: Chosen, uow: UowDep) -> Item[Changed]:
    """Put notifications back into the inbox."""
    return Item(data=await service.mark(uow, actor.user_id, "unarchived", body.ids))


@router.post("/snooze", idempotent=True, errors=(SnoozeInvalid,))
async def snooze_notifications(actor: Me, body: Snooze, uow: UowDep) -> Item[Changed]:
    """Put notifications aside until a moment; then they are on top of the inbox, unread."""
    return Item(data=await service.snooze(uow, actor.user_id, body.ids, body.until))


ROUTERS = (router,)
