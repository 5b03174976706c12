"""What clients send to saved views and get back."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from taskyard.core.schemas import Flag, In, Out, SearchText
from taskyard.tasks.schemas import LabelName, Person
from taskyard.tasks.types import Priority, Status

Layout = Literal["board", "list"]
#: A view is called as a label is: one line, at least one visible character.
ViewName = LabelName


class ViewSearch(In):
    """Which tasks are shown, and how: the words of the page's address. None of them is a must."""

    q: SearchText | None = None
    status: Status | Literal["open", "closed"] | None = None
    priority: Priority | None = None
    assignee: UUID | Literal["me", "none"] | None = Field(
        None, description="`me` is whoever looks."
    )
    label: UUID | None = None
    due: Literal["overdue", "week"] | None = None
    blocked: Literal[True] | None = None
    sort: Annotated[str, StringConstraints(pattern=r"^-?[a-z_]{1,20}$")] | None = None
    group: Literal["status", "priority", "assignee"] | None = None


class ViewCreate(In):
    """A new view."""

    name: ViewName = Field(examples=["Overdue bugs"])
    layout: Layout
    search: ViewSearch = Field(default_factory=ViewSearch)
    shared: Flag = Field(default=False, description="With all who see the project.")


class ViewUpdate(In):
    """The parts of a view to change."""

    name: ViewName | None = None
    layout: Layout | None = None
    search: ViewSearch | None = Field(None, description="All of it from now on.")
    shared: Flag | None = None


class ViewRead(Out):
    """A saved view."""

    id: UUID
    name: str
    layout: Layout
    search: ViewSearch
    shared: bool
    owner: Person = Field(description="Who made it.")
    can_change: bool
    created_at: datetime
    updated_at: datetime
