"""What clients send to notifications and get back."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from taskyard.core.schemas import Flag, In, Out
from taskyard.notifications.types import Category, EmailStatus


class MailJob(BaseModel):
    """The parameters of a job that sends a letter."""

    email_id: UUID


class MailSent(BaseModel):
    """What the mail server said when it took a letter."""

    reply: str


class CategoryRead(Out):
    """One thing a person may be told of by e-mail."""

    category: Category
    title: str = Field(examples=["A run failed"])
    about: str
    wanted: bool
    locked: bool = Field(description="It cannot be switched off.")


class NotificationSettings(Out):
    """What a person is told of by e-mail, and whether that can reach them."""

    mail: bool = Field(description="This instance sends e-mail.")
    email: str
    email_verified: bool = Field(
        description="Only mail about the safety of the account goes to an address that is not."
    )
    categories: list[CategoryRead]


class NotificationSettingsPatch(In):
    """The choices to change."""

    categories: dict[Category, Flag] = Field(examples=[{"run_completed": True}])


class EmailRead(Out):
    """A letter to the caller, and what became of it."""

    id: UUID
    subject: str
    category: Category
    status: EmailStatus
    attempts: int = Field(description="How often the mail server was asked to take it.")
    reason: str | None = Field(description="What the mail server said that refused it.")
    created_at: datetime
    sent_at: datetime | None


class Unsubscribed(Out):
    """What a person is not told of by e-mail any more."""

    category: Category
    title: str
