"""Projects over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from taskyard.core.access import Actor, Permission, permit
from taskyard.core.etag import IfMatch, PreconditionFailed, set_etag
from taskyard.core.hot import Question
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page, PaginationTooDeep
from taskyard.core.uow import UowDep
from taskyard.projects import errors as refusals
from taskyard.projects import hot, repository, service
from taskyard.projects.access import (
    CanAskOfProject,
    CanChangeProject,
    CanOwnProject,
    ProjectId,
    rights,
)
from taskyard.projects.models import Project
from taskyard.projects.schemas import (
    DeleteQuery,
    ProjectCreate,
    ProjectQuery,
    ProjectRead,
    ProjectUpdate,
)

router = Router(prefix="/api/v1/projects", tags=["projects"])

CanList = Annotated[Actor, permit(Permission.PROJECT_READ)]
CanCreate = Annotated[Actor, permit(Permission.PROJECT_CREATE)]


def read(project: Project, actor: Actor, role: str) -> ProjectRead:
    """Return a project as its caller sees it."""
    columns = ProjectRead.model_fields.keys() - {"role", "permissions"}
    allowed = rights(actor, role)  # type: ignore[arg-type]  # the table's check constraint
    return ProjectRead.model_validate(
        {name: getattr(project, name) for name in columns}
        | {"role": role, "permissions": sorted(allowed)}
    )


@router.get("", errors=(PaginationTooDeep,))
async def list_projects(
    actor: CanList, query: Annotated[ProjectQuery, Query()], uow: UowDep
) -> Page[ProjectRead]:
    """List the projects you are in."""
    query.check_tier(actor.tier)
    await service.ensure_personal(uow, actor.user_id)
    rows, total = await repository.list_for(
        uow.db,
        actor.user_id,
        q=query.q,
        sort=query.sort,
        offset=query.offset,
        limit=query.page_size,
    )
    items = [read(project, actor, role) for project, role in rows]
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.post(
    "",
    status_code=201,
    idempotent=True,
    audit="project.created",
    errors=(
        refusals.ProjectNameTaken,
        refusals.ProjectKeyTaken,
        refusals.TierLimitExceeded,
    ),
)
async def create_project(
    actor: CanCreate, body: ProjectCreate, response: Response, uow: UowDep
) -> Item[ProjectRead]:
    """Make a project; you are its owner."""
    project = await service.create(uow, actor, body)
    response.headers["Location"] = f"/api/v1/projects/{project.id}"
    set_etag(response, project.version)
    return Item(data=read(project, actor, "owner"))


@router.hot("/{project_id}", answers=Item[ProjectRead])
def get_project(caller: CanAskOfProject, project_id: ProjectId) -> Question:  # noqa: ARG001
    """Return one project."""
    return hot.one(project_id)


@router.patch(
    "/{project_id}",
    idempotent=True,
    audit="project.changed",
    errors=(
        refusals.ProjectNameTaken,
        refusals.ProjectKeyTaken,
        PreconditionFailed,
    ),
)
async def update_project(
    access: CanChangeProject,
    body: ProjectUpdate,
    response: Response,
    uow: UowDep,
    if_match: IfMatch = None,
) -> Item[ProjectRead]:
    """Change a project's name, key or description."""
    project = await service.change(uow, access, body, if_match=if_match)
    set_etag(response, project.version)
    return Item(data=read(project, access.actor, access.role))


@router.delete(
    "/{project_id}",
    status_code=204,
    audit="project.deleted",
    errors=(refusals.PersonalProjectStays, refusals.ReasonRequired),
)
async def delete_project(
    access: CanOwnProject, query: Annotated[DeleteQuery, Query()], uow: UowDep
) -> Response:
    """Delete a project. Owners only, and administrators who say why."""
    await service.delete(uow, access, reason=query.reason)
    return Response(status_code=204)


ROUTERS = (router,)
