"""What the inbox tells the spine. `subject_id` is the account whose inbox it is."""

from typing import ClassVar, Literal
from uuid import UUID

from taskyard.core.spine import Event
from taskyard.notifications.types import NoticeType


class NotificationCreated(Event):
    """Somebody has something new in their inbox."""

    name: ClassVar[str] = "notification.created.v1"
    notification_id: UUID
    type: NoticeType


class NotificationsChanged(Event):
    """Somebody put their inbox in order, perhaps on another device."""

    name: ClassVar[str] = "notification.changed.v1"
    action: Literal["read", "unread", "archived", "unarchived", "snoozed"]
    changed: int
