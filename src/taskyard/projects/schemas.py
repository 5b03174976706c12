"""What clients send to projects and get back."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from taskyard.core.schemas import In, Name, NumberedPageQuery, Out, SearchText, Text

Key = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,9}$")]


class ProjectCreate(In):
    """A new project."""

    name: Name = Field(examples=["Checkout rewrite"])
    description: Text = ""
    key: Key | None = Field(None, description="Made from the name where not given.")


class ProjectUpdate(In):
    """The parts of a project to change."""

    name: Name | None = None
    description: Text | None = None
    key: Key | None = None


class ProjectRead(Out):
    """A project, as its caller sees it."""

    id: UUID
    name: str
    slug: str
    key: str = Field(description="What task numbers begin with.", examples=["CR"])
    description: str
    is_personal: bool
    role: Literal["owner", "member", "viewer", "admin"] = Field(
        description="The caller's role; `admin` where they see it as the instance's administrator."
    )
    permissions: list[str] = Field(description="What the caller may do here.")
    created_at: datetime
    updated_at: datetime
    version: int


class DeleteQuery(BaseModel):
    """How to delete a project."""

    reason: SearchText | None = Field(
        None, description="Why; an administrator who is no member has to say."
    )


class ProjectQuery(NumberedPageQuery):
    """Which projects are asked for."""

    q: SearchText | None = Field(None, description="Part of the name.")
    sort: Literal["-updated_at", "-created_at", "name"] = "-updated_at"
