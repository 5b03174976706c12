"""What clients of the contract tasks send and get back."""

from datetime import datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from taskyard.accounts.schemas import Email, Opaque, PasswordText
from taskyard.core.schemas import In, Name, Out, SearchText
from taskyard.tasks.own import Order
from taskyard.tasks.schemas import Description, DueDate, Title
from taskyard.tasks.types import Priority, Status

T = TypeVar("T")
#: The contract's words for where a task stands, and ours.
Word = Literal["pending", "in_progress", "completed", "cancelled"]
OURS: dict[Word, tuple[Status, ...]] = {
    "pending": ("todo", "backlog"),
    "in_progress": ("in_progress", "in_review"),
    "completed": ("done",),
    "cancelled": ("cancelled",),
}


class Registration(In):
    """A new account."""

    email: Email = Field(examples=["maya@example.com"])
    password: PasswordText = Field(examples=["a long quiet sentence"])
    full_name: Name | None = None


class SignIn(In):
    """A sign-in."""

    email: Email
    password: PasswordText


class Refresh(In):
    """A refresh token to trade."""

    refresh_token: Opaque


class TaskBody(In):
    """A new task."""

    title: Title = Field(examples=["Buy ssd"])
    description: Description | None = None
    status: Word = "pending"
    priority: Priority = "medium"
    due_date: DueDate | None = None


class TaskChange(In):
    """The parts of a task to change; null clears a description or a date."""

    title: Title | None = None
    description: Description | None = None
    status: Word | None = None
    priority: Priority | None = None
    due_date: DueDate | None = None


class Paging(BaseModel):
    """Which page is asked for."""

    model_config = ConfigDict(extra="forbid")

    page: int = Field(1, ge=1, le=1000)
    page_size: int = Field(50, ge=1, le=100)


class ListQuery(Paging):
    """Which tasks are asked for."""

    status: Word | None = None
    priority: Priority | None = None
    sort: Order = "-created_at"


class SearchQuery(Paging):
    """Which words are looked for."""

    q: SearchText = Field(min_length=1, description="Words of title or description.")


class UserView(Out):
    """An account."""

    id: UUID
    email: str
    full_name: str
    is_active: bool
    is_superuser: bool
    created_at: datetime


class NewUserView(UserView):
    """A new account."""

    user_id: UUID


class TokenView(Out):
    """What a client signs in to."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"]
    expires_in: int = Field(description="Seconds the access token lives.")


class TaskView(Out):
    """A task."""

    id: UUID
    title: str
    description: str
    status: Word
    priority: Priority
    due_date: datetime | None
    user_id: UUID = Field(description="Whose it is: yours.")
    created_at: datetime
    updated_at: datetime


class PageMeta(Out):
    """Where a page lies."""

    total: int
    page: int
    page_size: int
    pages: int


class Done(Out, Generic[T]):
    """What went well."""

    success: Literal[True] = True
    data: T
    message: str


class Registered(Done[NewUserView]):
    """A new account; its id stands at the top as well."""

    user_id: UUID


class SignedIn(Done[TokenView]):
    """Tokens; the access token stands at the top as well."""

    access_token: str
    token_type: Literal["bearer"]


class Listed(Done[list[TaskView]]):
    """A page of tasks."""

    meta: PageMeta


class HealthView(Out):
    """The server answers."""

    status: Literal["healthy"]
    version: str
    environment: str
    timestamp: datetime
