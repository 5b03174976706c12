"""What clients send to comments and get back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from taskyard.comments.types import LONGEST, EntityType
from taskyard.core.problems import ValidationFailed
from taskyard.core.schemas import In, Out, PageQuery, SearchText

Body = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=LONGEST, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
    ),
]


class CommentCreate(In):
    """Something to say."""

    entity_type: EntityType = Field(description="What sort of thing it is about.")
    entity_id: UUID
    body: Body = Field(description="Markdown; `@username` mentions a member of the project.")
    parent_id: UUID | None = Field(None, description="The comment it answers.")


class CommentUpdate(In):
    """What to say instead."""

    body: Body


class CommentQuery(PageQuery):
    """What the comments are about, and which of them are asked for."""

    entity_type: EntityType = "project"
    entity_id: UUID | None = Field(None, description="The project itself, where not given.")

    def thing(self, project_id: UUID) -> UUID:
        """Return which thing is asked about. Raises ValidationFailed where that is not said."""
        if self.entity_id is not None:
            return self.entity_id
        if self.entity_type != "project":
            message = f"Say which {self.entity_type} is meant"
            raise ValidationFailed(
                fields=[{"field": "query.entity_id", "type": "missing", "message": message}]
            )
        return project_id


class PersonQuery(BaseModel):
    """Whom one may be about to mention."""

    model_config = ConfigDict(extra="forbid")

    q: SearchText | None = Field(None, description="What a username or a name begins with.")


class PersonRead(Out):
    """A person."""

    id: UUID
    username: str
    name: str


class CommentRead(Out):
    """A comment, as its caller sees it."""

    id: UUID
    project_id: UUID
    entity_type: EntityType
    entity_id: UUID
    parent_id: UUID | None = Field(description="The comment it answers.")
    author: PersonRead
    body: str = Field(description="Markdown; empty once it was deleted.")
    body_html: str = Field(description="The same as sanitised HTML.")
    stars: int
    starred: bool = Field(description="Whether one of the stars is the caller's.")
    can_edit: bool
    can_delete: bool
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    deleted_by: PersonRead | None
    version: int


class RevisionRead(Out):
    """What a comment said before it was changed."""

    version: int
    body: str
    written_at: datetime
