"""What clients ask of the search and get back."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from taskyard.core.schemas import NumberedPageQuery, Out, SearchText

Asked = Annotated[
    SearchText,
    Field(
        description="Words, or their beginnings; of four letters or more, a typo does no harm.",
        examples=["checkout"],
    ),
]


class SearchQuery(NumberedPageQuery):
    """What is looked for."""

    q: Asked = ""
    project_id: UUID | None = Field(None, description="Look in one project alone.")


class TaskSearchQuery(SearchQuery):
    """Which tasks are looked for."""

    q: Annotated[
        SearchText,
        Field(
            description="Words, a number such as `TY-42`, and filters: `is:open`, `is:closed`,"
            " `is:blocked`, `assignee:me`, `assignee:none`, `assignee:username`, `label:name`.",
            examples=["till is:open assignee:me"],
        ),
    ] = ""


class Piece(Out):
    """A part of a text; `hit` where it is what was looked for."""

    text: str
    hit: bool


class ProjectFound(Out):
    """A project that was found."""

    id: UUID
    key: str
    name: str
    marked: list[Piece] = Field(description="The name.")


class TaskFound(Out):
    """A task that was found."""

    id: UUID
    project_id: UUID
    project_name: str
    key: str = Field(examples=["TY-42"])
    title: str
    status: Literal["backlog", "todo", "in_progress", "in_review", "done", "cancelled"]
    marked: list[Piece] = Field(description="The title.")
    excerpt: list[Piece] = Field(description="The part of the description that was found, if any.")


class CommentFound(Out):
    """A comment that was found."""

    id: UUID
    project_id: UUID
    project_name: str
    entity_type: Literal["project", "job", "task"]
    entity_id: UUID
    author_name: str
    created_at: datetime
    excerpt: list[Piece]
