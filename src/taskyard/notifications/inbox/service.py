"""The verbs of the inbox."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import func

from taskyard.core.uow import Uow
from taskyard.kit.clock import now
from taskyard.notifications.errors import SnoozeInvalid
from taskyard.notifications.inbox import repository
from taskyard.notifications.inbox.events import NotificationsChanged
from taskyard.notifications.inbox.schemas import Changed

Action = Literal["read", "unread", "archived", "unarchived"]
_LONGEST_SNOOZE: Final = timedelta(days=366)
_KEPT: Final = timedelta(days=180)
_BATCH: Final = 5_000
_VALUES: Final[dict[Action, dict[str, Any]]] = {
    "read": {"read_at": func.now()},
    "unread": {"read_at": None},
    "archived": {"archived_at": func.now(), "read_at": func.now()},
    "unarchived": {"archived_at": None},
}


async def mark(
    uow: Uow, user_id: UUID, action: Action, ids: Collection[UUID] | None = None
) -> Changed:
    """Mark some of somebody's notifications, or all in their inbox; others' are left alone."""
    values = dict(_VALUES[action])
    if action == "archived":
        # Done is read, too; in two steps, so that what was read before is put away as well.
        await repository.change(uow.db, user_id, ids, read_at=values.pop("read_at"))
    changed = await repository.change(uow.db, user_id, ids, **values)
    return await _told(uow, user_id, action, changed)


async def snooze(uow: Uow, user_id: UUID, ids: Collection[UUID], until: datetime | None) -> Changed:
    """Put some notifications aside until a moment, when they are back on top and unread.

    Raises SnoozeInvalid.
    """
    if until is not None and not now() < until <= now() + _LONGEST_SNOOZE:
        raise SnoozeInvalid
    at = until or func.now()
    changed = await repository.change(uow.db, user_id, ids, surfaced_at=at, archived_at=None)
    if until is not None:
        await repository.change(uow.db, user_id, ids, read_at=None)
    return await _told(uow, user_id, "snoozed", changed)


async def _told(
    uow: Uow, user_id: UUID, action: Action | Literal["snoozed"], changed: int
) -> Changed:
    if changed:
        uow.emit(
            NotificationsChanged(
                subject_id=user_id, actor_id=user_id, action=action, changed=changed
            )
        )
    return Changed(changed=changed, unread=await repository.unread(uow.db, user_id))


async def forget_old(uow: Uow) -> int:
    """Remove notifications nobody looks for any more; return how many."""
    return await repository.forget(uow.db, older_than=_KEPT, limit=_BATCH)
