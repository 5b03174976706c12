"""Projects over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from taskyard.accounts.access import AccountsDep
from taskyard.core.access import Actor, Permission, permit
from taskyard.core.etag import IfMatch, PreconditionFailed
from taskyard.core.hot import Caller, Question, answered
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page, PaginationTooDeep
from taskyard.core.uow import Uow, UowDep
from taskyard.projects import errors as refusals
from taskyard.projects import hot, lifecycle, repository, service, tagging
from taskyard.projects.access import (
    CanAskOfProject,
    CanBringBack,
    CanChangeProject,
    CanOwnProject,
    CanReadProject,
    ProjectAccess,
    ProjectId,
)
from taskyard.projects.schemas import (
    DeleteQuery,
    ProjectCreate,
    ProjectQuery,
    ProjectRead,
    ProjectUpdate,
    TagCreate,
    TagRead,
    TagUse,
    Transfer,
    Undelete,
)
from taskyard.projects.types import MOST_TAGS

router = Router(prefix="/api/v1/projects", tags=["projects"])

CanList = Annotated[Caller, permit(Permission.PROJECT_READ)]
TagId = Annotated[UUID, Path(description="A tag of the project.")]
CanCreate = Annotated[Actor, permit(Permission.PROJECT_CREATE)]


@router.hot("", answers=Page[ProjectRead], errors=(PaginationTooDeep,))
def list_projects(caller: CanList, query: Annotated[ProjectQuery, Query()]) -> Question:  # noqa: ARG001 — declares the access
    """List the projects you are in, favorites first."""
    return hot.page(query)


@router.hot("/tags", answers=Item[list[TagUse]])
def list_my_tags(caller: CanList) -> Question:  # noqa: ARG001 — declares the access
    """List the tags of your projects, those on most of them first."""
    return hot.my_tags()


@router.post(
    "",
    response_model=Item[ProjectRead],
    status_code=201,
    idempotent=True,
    audit="project.created",
    errors=(
        refusals.ProjectNameTaken,
        refusals.ProjectKeyTaken,
        refusals.TierLimitExceeded,
    ),
)
async def create_project(actor: CanCreate, body: ProjectCreate, uow: UowDep) -> Response:
    """Make a project; you are its owner."""
    project = await service.create(uow, actor, body)
    response = await answered(uow, actor, hot.one(project.id), status=201)
    response.headers["Location"] = f"/api/v1/projects/{project.id}"
    return response


@router.hot("/{project_id}", answers=Item[ProjectRead])
def get_project(caller: CanAskOfProject, project_id: ProjectId) -> Question:  # noqa: ARG001
    """Return one project."""
    return hot.one(project_id)


@router.patch(
    "/{project_id}",
    response_model=Item[ProjectRead],
    idempotent=True,
    audit="project.changed",
    errors=(
        refusals.ProjectNameTaken,
        refusals.ProjectKeyTaken,
        PreconditionFailed,
    ),
)
async def update_project(
    access: CanChangeProject, body: ProjectUpdate, uow: UowDep, if_match: IfMatch = None
) -> Response:
    """Change a project's name, key, description or tags."""
    await service.change(uow, access, body, if_match=if_match)
    return await _as_it_is(uow, access)


async def _as_it_is(uow: Uow, access: ProjectAccess) -> Response:
    return await answered(uow, access.actor, hot.one(access.project_id))


@router.delete(
    "/{project_id}",
    status_code=204,
    audit="project.deleted",
    errors=(refusals.PersonalProjectStays, refusals.ReasonRequired),
)
async def delete_project(
    access: CanOwnProject, query: Annotated[DeleteQuery, Query()], uow: UowDep
) -> Response:
    """Delete a project. Owners only, and administrators who say why.

    It can be brought back for 30 days; what it still had to run is cancelled.
    """
    await service.delete(uow, access, reason=query.reason)
    return Response(status_code=204)


@router.post(
    "/{project_id}/undelete",
    response_model=Item[ProjectRead],
    idempotent=True,
    audit="project.undeleted",
    errors=(
        refusals.NotDeleted,
        refusals.ProjectNameTaken,
        refusals.ProjectKeyTaken,
        refusals.TierLimitExceeded,
        refusals.NewOwnerUnfit,
    ),
)
async def undelete_project(
    access: CanBringBack, uow: UowDep, accounts: AccountsDep, body: Undelete | None = None
) -> Response:
    """Bring a deleted project back, with all that was in it; for 30 days."""
    await lifecycle.undelete(uow, accounts.settings, access, body or Undelete(name=None, key=None))
    return await _as_it_is(uow, access)


@router.post(
    "/{project_id}/archive",
    response_model=Item[ProjectRead],
    idempotent=True,
    audit="project.archived",
    errors=(refusals.PersonalProjectStays,),
)
async def archive_project(access: CanChangeProject, uow: UowDep) -> Response:
    """Let nothing in a project be written any more; everything stays readable."""
    await lifecycle.archive(uow, access)
    return await _as_it_is(uow, access)


@router.post(
    "/{project_id}/restore",
    response_model=Item[ProjectRead],
    idempotent=True,
    audit="project.restored",
)
async def restore_project(access: CanChangeProject, uow: UowDep) -> Response:
    """Let an archived project be worked in again."""
    await lifecycle.restore(uow, access)
    return await _as_it_is(uow, access)


@router.post(
    "/{project_id}/transfer",
    response_model=Item[ProjectRead],
    idempotent=True,
    audit="project.transferred",
    errors=(
        refusals.PersonalProjectStays,
        refusals.NewOwnerUnfit,
        refusals.NameTakenThere,
        refusals.KeyTakenThere,
    ),
)
async def transfer_project(
    access: CanOwnProject, body: Transfer, uow: UowDep, accounts: AccountsDep
) -> Response:
    """Give a project to one of its members; who had it stays as a member."""
    await lifecycle.transfer(uow, accounts.settings, access, body.user_id)
    return await _as_it_is(uow, access)


@router.post("/{project_id}/favorite", response_model=Item[ProjectRead], idempotent=True)
async def favor_project(access: CanReadProject, uow: UowDep) -> Response:
    """Find a project first in your lists from now on; that is yours alone."""
    await repository.favor(uow.db, access.actor.user_id, access.project_id)
    return await _as_it_is(uow, access)


@router.delete("/{project_id}/favorite", status_code=204)
async def disfavor_project(access: CanReadProject, uow: UowDep) -> Response:
    """Find a project among the others again."""
    await repository.disfavor(uow.db, access.actor.user_id, access.project_id)
    return Response(status_code=204)


@router.get("/{project_id}/tags")
async def list_project_tags(access: CanReadProject, uow: UowDep) -> Page[TagRead]:
    """List a project's tags by name; there are at most 20."""
    tags = await repository.tags_of(uow.db, access.project_id)
    items = [TagRead.model_validate(tag) for tag in tags]
    return Page(items=items, total=len(items), page=1, page_size=MOST_TAGS)


@router.post(
    "/{project_id}/tags",
    status_code=201,
    idempotent=True,
    audit="project.changed",
    errors=(refusals.TagTaken, refusals.TooManyTags),
)
async def add_project_tag(access: CanChangeProject, body: TagCreate, uow: UowDep) -> Item[TagRead]:
    """Put a tag on a project."""
    return Item(data=TagRead.model_validate(await tagging.add(uow, access, body)))


@router.delete(
    "/{project_id}/tags/{tag_id}",
    status_code=204,
    audit="project.changed",
    errors=(refusals.TagNotFound,),
)
async def remove_project_tag(access: CanChangeProject, tag_id: TagId, uow: UowDep) -> Response:
    """Take a tag off a project."""
    await tagging.remove(uow, access, tag_id)
    return Response(status_code=204)


ROUTERS = (router,)
