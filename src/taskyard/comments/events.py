"""What comments tell the spine. Never their text: events stay when a comment is deleted."""

from typing import ClassVar
from uuid import UUID

from taskyard.comments.types import EntityType
from taskyard.core.spine import Event


class CommentEvent(Event):
    """Something happened to a comment, its subject."""

    name: ClassVar[str] = "comment.happened.v1"
    entity_type: EntityType
    entity_id: UUID
    #: The comment it answers.
    parent_id: UUID | None
    #: What the thing it is about is called.
    title: str


class CommentCreated(CommentEvent):
    """Somebody said something."""

    name: ClassVar[str] = "comment.created.v1"
    #: The members it names.
    mentioned: list[UUID]


class CommentChanged(CommentEvent):
    """A comment's text was changed."""

    name: ClassVar[str] = "comment.changed.v1"
    #: The members it names now and never did before.
    mentioned: list[UUID]


class CommentRemoved(CommentEvent):
    """A comment was deleted."""

    name: ClassVar[str] = "comment.deleted.v1"
