"""What clients send to templates and get back, and what a template holds."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from taskyard.core.schemas import In, Name, Out, Text
from taskyard.projects.schemas import ProjectCreate
from taskyard.tasks.requirements import RequirementRead
from taskyard.tasks.types import Priority


class Word(Out):
    """A tag or a label."""

    name: str
    color: str


class StarterTask(Out):
    """A task that a project begins with; others are named by their place in the list, from 0."""

    title: str
    description: str = Field(description="Markdown.")
    status: Literal["backlog", "todo"]
    priority: Priority
    labels: list[str]
    estimate: Decimal | None
    parent: int | None = Field(description="What it is a part of.")
    depends_on: list[int] = Field(description="What it waits for.")
    requires: list[RequirementRead] = Field(
        default=[], description="What has to be shown before it is done."
    )


class Content(BaseModel):
    """What a template holds."""

    tags: list[Word]
    labels: list[Word]
    tasks: list[StarterTask]


class TemplateRead(Out):
    """A template: built in, or one's own."""

    id: str = Field(examples=["software"])
    name: str
    description: str
    built_in: bool
    tags: list[Word]
    labels: list[Word]
    tasks: list[StarterTask]
    created_at: datetime | None = Field(description="Null for one that is built in.")


class TemplateCreate(In):
    """A template made from a project."""

    project_id: UUID
    name: Name = Field(examples=["Our way to launch"])
    description: Text = ""


class FromTemplate(ProjectCreate):
    """A new project that begins with a template's tags, labels and tasks; tags given go before."""

    template_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-z-]+$", max_length=40)] = Field(
        examples=["software"]
    )
