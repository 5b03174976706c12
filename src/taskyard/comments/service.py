"""The verbs of comments."""

from typing import Any
from uuid import UUID

from sqlalchemy import func

from taskyard.comments import repository, targets
from taskyard.comments.errors import (
    CommentDeleted,
    CommentNotFound,
    CommentTargetNotFound,
    NotYourComment,
    ReplyTooDeep,
)
from taskyard.comments.events import CommentChanged, CommentCreated, CommentRemoved
from taskyard.comments.models import Comment, CommentRevision
from taskyard.comments.schemas import CommentCreate, CommentUpdate
from taskyard.comments.types import EntityType
from taskyard.core.etag import check_match
from taskyard.core.markdown import named_in, rendered
from taskyard.core.uow import Uow
from taskyard.kit.ids import uuid7
from taskyard.projects.access import ProjectAccess


async def create(uow: Uow, access: ProjectAccess, body: CommentCreate) -> UUID:
    """Say something; return the comment's id.

    Raises CommentTargetNotFound, and CommentNotFound, CommentDeleted or ReplyTooDeep of the
    comment it answers.
    """
    target = await targets.find(uow.db, access.project_id, body.entity_type, body.entity_id)
    if target is None:
        raise CommentTargetNotFound(entity_type=body.entity_type)
    if body.parent_id is not None:
        await _check_parent(uow, access.project_id, body)
    named = await repository.members_named(uow.db, access.project_id, await named_in(body.body))
    comment_id = uuid7()
    comment = Comment(
        id=comment_id,
        project_id=access.project_id,
        entity_type=body.entity_type,
        entity_id=body.entity_id,
        parent_id=body.parent_id,
        thread_id=body.parent_id or comment_id,
        author_id=access.actor.user_id,
        body=body.body,
        body_html=await rendered(body.body, named.keys()),
    )
    uow.db.add(comment)
    await uow.db.flush()
    fresh = await repository.mention(uow.db, comment_id, named.values())
    uow.emit(CommentCreated(**_told(comment, access, target.title), mentioned=fresh))
    return comment_id


async def _check_parent(uow: Uow, project_id: UUID, body: CommentCreate) -> None:
    """Refuse an answer to what is not there, is about something else, or is an answer itself."""
    assert body.parent_id is not None
    parent = await repository.get(uow.db, project_id, body.parent_id, stay=True)
    if parent is None or (parent.entity_type, parent.entity_id) != (
        body.entity_type,
        body.entity_id,
    ):
        raise CommentNotFound
    if parent.parent_id is not None:
        raise ReplyTooDeep(parent_id=str(parent.parent_id))
    if parent.deleted_at is not None:
        raise CommentDeleted


def _told(comment: Comment, access: ProjectAccess, title: str) -> dict[str, Any]:
    """Return what events about a comment have in common."""
    return {
        "subject_id": comment.id,
        "actor_id": access.actor.user_id,
        "project_id": comment.project_id,
        "entity_type": comment.entity_type,
        "entity_id": comment.entity_id,
        "parent_id": comment.parent_id,
        "title": title,
    }


async def change(
    uow: Uow, access: ProjectAccess, comment_id: UUID, body: CommentUpdate, *, if_match: str | None
) -> None:
    """Change what one said; what it said before is kept.

    Raises CommentNotFound, CommentDeleted, NotYourComment or PreconditionFailed.
    """
    comment = await _locked(uow, access, comment_id)
    if comment.author_id != access.actor.user_id:
        raise NotYourComment
    if comment.deleted_at is not None:
        raise CommentDeleted
    check_match(if_match, comment.version)
    if comment.body == body.body:
        return
    named = await repository.members_named(uow.db, access.project_id, await named_in(body.body))
    uow.db.add(
        CommentRevision(
            comment_id=comment.id,
            version=comment.version,
            body=comment.body,
            written_at=comment.edited_at or comment.created_at,
        )
    )
    comment.body = body.body
    comment.body_html = await rendered(body.body, named.keys())
    comment.edited_at = func.now()
    comment.version += 1
    await uow.db.flush()
    fresh = await repository.mention(uow.db, comment.id, named.values())
    title = await _title(uow, comment)
    uow.emit(CommentChanged(**_told(comment, access, title), mentioned=fresh))


async def delete(uow: Uow, access: ProjectAccess, comment_id: UUID) -> None:
    """Delete a comment; that there was one stays to be seen. Deleting it again does nothing.

    Raises CommentNotFound, or NotYourComment unless it is the caller's or the project is.
    """
    comment = await _locked(uow, access, comment_id)
    if access.actor.user_id != comment.author_id and access.role != "owner":
        raise NotYourComment
    if comment.deleted_at is not None:
        return
    comment.body = comment.body_html = ""
    comment.deleted_at = func.now()
    comment.deleted_by = access.actor.user_id
    comment.version += 1
    await uow.db.flush()
    await repository.strip(uow.db, comment.id)
    uow.emit(CommentRemoved(**_told(comment, access, await _title(uow, comment))))


async def _title(uow: Uow, comment: Comment) -> str:
    """Return what the thing is called that a comment is about; it may be gone by now."""
    kind: EntityType = comment.entity_type  # type: ignore[assignment]  # check constraint
    target = await targets.find(uow.db, comment.project_id, kind, comment.entity_id)
    return target.title if target is not None else ""


async def star(uow: Uow, access: ProjectAccess, comment_id: UUID, *, on: bool) -> None:
    """Put the caller's star on a comment or take it off. Raises CommentNotFound, CommentDeleted."""
    comment = await repository.get(uow.db, access.project_id, comment_id, stay=True)
    if comment is None:
        raise CommentNotFound
    if comment.deleted_at is not None:
        raise CommentDeleted
    change_star = repository.star if on else repository.unstar
    await change_star(uow.db, comment_id, access.actor.user_id)


async def _locked(uow: Uow, access: ProjectAccess, comment_id: UUID) -> Comment:
    comment = await repository.get(uow.db, access.project_id, comment_id, lock=True)
    if comment is None:
        raise CommentNotFound
    return comment
