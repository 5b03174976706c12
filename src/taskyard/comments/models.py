"""The tables of comments."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, String, Text, func, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified

#: As for tasks: new rows wait in a list no longer than so many KB.
_READ_SOON: Final = {"gin_pending_list_limit": "256"}


class Comment(Identified, Base):
    """What somebody said about a thing. Deleted, it has no text and no stars any more."""

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint("entity_type IN ('project', 'job', 'task')", name="entity_type"),
        CheckConstraint("deleted_at IS NULL OR body = ''", name="trace"),
        Index("ix_comments_entity", "entity_id", "thread_id", "id"),
        Index("ix_comments_project_id_id", "project_id", "id"),
        Index(
            "ix_comments_body_trgm",
            "body",
            postgresql_using="gin",
            postgresql_ops={"body": "gin_trgm_ops"},
            postgresql_with=_READ_SOON,
        ),
        Index(
            "ix_comments_search",
            "search",
            postgresql_using="gin",
            postgresql_with=_READ_SOON,
        ),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    entity_type: Mapped[str] = mapped_column(String(10))
    entity_id: Mapped[UUID]
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("comments.id", ondelete="CASCADE"), index=True
    )
    #: The comment its thread began with: the one it answers, else itself.
    thread_id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    #: Its words as they stand.
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('simple'::regconfig, body)", persisted=True),
        deferred=True,
        deferred_raiseload=True,
    )


class CommentRevision(Base):
    """What a comment said before it was changed."""

    __tablename__ = "comment_revisions"

    comment_id: Mapped[UUID] = mapped_column(
        ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]


class CommentStar(Base):
    """Somebody's star on a comment."""

    __tablename__ = "comment_stars"

    comment_id: Mapped[UUID] = mapped_column(
        ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )


class CommentMention(Base):
    """A member whom a comment named, now or before it was changed."""

    __tablename__ = "comment_mentions"

    comment_id: Mapped[UUID] = mapped_column(
        ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
