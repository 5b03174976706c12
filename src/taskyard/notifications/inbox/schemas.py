"""What clients send to the inbox and get back."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from taskyard.core.schemas import In, Out, Page, PageQuery
from taskyard.notifications.types import NoticeType

State = Literal["inbox", "unread", "snoozed", "archived"]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=200)]


class NotificationQuery(PageQuery):
    """Which notifications are asked for."""

    state: State = Field("inbox", description="`inbox` holds what is neither put aside nor done.")
    type: NoticeType | None = None
    project_id: UUID | None = None


class Chosen(In):
    """Which notifications are meant; those of other people are left alone."""

    ids: Ids


class Snooze(Chosen):
    """Until when not to be reminded of them."""

    until: AwareDatetime | None = Field(
        description="At most a year ahead; null brings them back now."
    )


class Who(Out):
    """Who did it."""

    id: UUID
    username: str
    name: str


class Where(Out):
    """The project it happened in."""

    id: UUID
    name: str
    key: str


class About(Out):
    """The thing it is about."""

    type: Literal["task", "job", "project", "invitation", "team"]
    id: UUID
    title: str
    key: str | None = Field(description="A task's key.", examples=["TY-42"])


class NotificationRead(Out):
    """Something the caller is told of."""

    id: UUID
    type: NoticeType
    actor: Who | None
    project: Where | None
    about: About
    comment_id: UUID | None
    excerpt: str | None = Field(description="How the comment begins, unless it was deleted.")
    created_at: datetime
    read_at: datetime | None
    archived_at: datetime | None
    snoozed_until: datetime | None


class NotificationPage(Page[NotificationRead]):
    """A page of notifications, and how many of all are unread."""

    unread: int = Field(description="Unread ones in the inbox, at most 1,000.")


class Unread(Out):
    """How many wait to be read."""

    unread: int = Field(description="At most 1,000.")


class Changed(Out):
    """What a request changed."""

    changed: int
    unread: int
