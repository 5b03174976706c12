"""What clients send to notifications and get back."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from taskyard.core.schemas import Flag, In, Out
from taskyard.notifications.types import Category, EmailMode, EmailStatus


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
    in_app: bool | None = Field(description="In the inbox; null for what is only ever a letter.")
    email: EmailMode
    wanted: bool = Field(description="Whether e-mail tells of it at all.")
    locked: bool = Field(description="It cannot be switched off.")


class NotificationSettings(Out):
    """What a person is told of by e-mail, and whether that can reach them."""

    mail: bool = Field(description="This instance sends e-mail.")
    email: str
    email_verified: bool = Field(
        description="Only mail about the safety of the account goes to an address that is not."
    )
    categories: list[CategoryRead]


class CategoryChoice(In):
    """Where to be told of a category; a channel that is not named stays as it is."""

    in_app: Flag | None = None
    email: EmailMode | None = None


class NotificationSettingsPatch(In):
    """The choices to change."""

    categories: dict[Category, Flag | CategoryChoice] = Field(
        description="`true` and `false` mean e-mail at once and no e-mail.",
        examples=[{"mention": {"in_app": True, "email": "digest"}}],
    )

    def choices(self) -> dict[Category, CategoryChoice]:
        """Return the choices, each spelled out."""
        return {name: _spelled_out(choice) for name, choice in self.categories.items()}


def _spelled_out(choice: bool | CategoryChoice) -> CategoryChoice:
    if isinstance(choice, CategoryChoice):
        return choice
    return CategoryChoice(email=EmailMode.AT_ONCE if choice else EmailMode.OFF)


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
