"""Comments over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Response

from taskyard.comments import errors as refusals
from taskyard.comments import hot, repository, service
from taskyard.comments.schemas import (
    CommentCreate,
    CommentQuery,
    CommentRead,
    CommentUpdate,
    PersonQuery,
    PersonRead,
    RevisionRead,
)
from taskyard.core.access import Permission
from taskyard.core.etag import IfMatch, PreconditionFailed
from taskyard.core.hot import Caller, Question, answered
from taskyard.core.routing import Router
from taskyard.core.schemas import CursorInvalid, Item, NumberedPaging, Page, PaginationTooDeep
from taskyard.core.uow import UowDep
from taskyard.projects.access import ProjectAccess, ProjectId, gate

router = Router(prefix="/api/v1/projects/{project_id}/comments", tags=["comments"])

CanAsk = Annotated[Caller, Depends(gate(Permission.COMMENT_READ))]
CanRead = Annotated[ProjectAccess, Depends(gate(Permission.COMMENT_READ), scope="function")]
CanWrite = Annotated[ProjectAccess, Depends(gate(Permission.COMMENT_CREATE), scope="function")]
CommentId = Annotated[UUID, Path(description="A comment of the project.")]


@router.hot(
    "",
    answers=Page[CommentRead],
    errors=(refusals.CommentTargetNotFound, PaginationTooDeep, CursorInvalid),
)
def list_comments(
    caller: CanAsk, project_id: ProjectId, query: Annotated[CommentQuery, Query()]
) -> Question:
    """List what was said about a thing: threads by age, each with its replies after it."""
    return hot.about(caller, project_id, query)


@router.post(
    "",
    status_code=201,
    idempotent=True,
    response_model=Item[CommentRead],
    errors=(
        refusals.CommentTargetNotFound,
        refusals.CommentNotFound,
        refusals.CommentDeleted,
        refusals.ReplyTooDeep,
    ),
)
async def create_comment(access: CanWrite, body: CommentCreate, uow: UowDep) -> Response:
    """Say something about a thing, or answer somebody."""
    comment_id = await service.create(uow, access, body)
    return await answered(uow, access.actor, hot.one(access.project_id, comment_id), status=201)


@router.hot("/people", answers=Page[PersonRead])
def list_people_to_mention(
    caller: CanAsk,  # noqa: ARG001
    project_id: ProjectId,
    query: Annotated[PersonQuery, Query()],
) -> Question:
    """List up to eight members whose username or name begins so, to be mentioned."""
    return hot.people(project_id, query.q)


@router.hot("/{comment_id}", answers=Item[CommentRead], errors=(refusals.CommentNotFound,))
def get_comment(
    caller: CanAsk,  # noqa: ARG001
    project_id: ProjectId,
    comment_id: CommentId,
) -> Question:
    """Return one comment."""
    return hot.one(project_id, comment_id)


@router.patch(
    "/{comment_id}",
    idempotent=True,
    response_model=Item[CommentRead],
    errors=(
        refusals.CommentNotFound,
        refusals.CommentDeleted,
        refusals.NotYourComment,
        PreconditionFailed,
    ),
)
async def update_comment(
    access: CanWrite,
    comment_id: CommentId,
    body: CommentUpdate,
    uow: UowDep,
    if_match: IfMatch = None,
) -> Response:
    """Change what you said; what it said before stays in its history."""
    await service.change(uow, access, comment_id, body, if_match=if_match)
    return await answered(uow, access.actor, hot.one(access.project_id, comment_id))


@router.delete(
    "/{comment_id}",
    status_code=204,
    errors=(refusals.CommentNotFound, refusals.NotYourComment),
)
async def delete_comment(access: CanWrite, comment_id: CommentId, uow: UowDep) -> Response:
    """Delete what you said, or, as an owner, what anybody did. That there was something stays."""
    await service.delete(uow, access, comment_id)
    return Response(status_code=204)


@router.get("/{comment_id}/history", errors=(refusals.CommentNotFound, PaginationTooDeep))
async def list_comment_history(
    access: CanRead, comment_id: CommentId, paging: NumberedPaging, uow: UowDep
) -> Page[RevisionRead]:
    """List what a comment said before it was changed, newest first."""
    paging.check_tier(access.actor.tier)
    if await repository.get(uow.db, access.project_id, comment_id) is None:
        raise refusals.CommentNotFound
    rows, total = await repository.history(
        uow.db, comment_id, offset=paging.offset, limit=paging.page_size
    )
    items = [RevisionRead.model_validate(row) for row in rows]
    return Page(items=items, total=total, page=paging.page, page_size=paging.page_size)


@router.post(
    "/{comment_id}/star",
    response_model=Item[CommentRead],
    idempotent=True,
    errors=(refusals.CommentNotFound, refusals.CommentDeleted),
)
async def star_comment(access: CanWrite, comment_id: CommentId, uow: UowDep) -> Response:
    """Put your star on a comment."""
    await service.star(uow, access, comment_id, on=True)
    return await answered(uow, access.actor, hot.one(access.project_id, comment_id))


@router.delete(
    "/{comment_id}/star",
    response_model=Item[CommentRead],
    errors=(refusals.CommentNotFound, refusals.CommentDeleted),
)
async def unstar_comment(access: CanWrite, comment_id: CommentId, uow: UowDep) -> Response:
    """Take your star off a comment."""
    await service.star(uow, access, comment_id, on=False)
    return await answered(uow, access.actor, hot.one(access.project_id, comment_id))


ROUTERS = (router,)
