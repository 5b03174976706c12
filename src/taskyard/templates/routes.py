"""Templates over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from taskyard.core.access import Actor, Permission, permit
from taskyard.core.hot import answered
from taskyard.core.limits import TierLimitExceeded
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page, whole
from taskyard.core.uow import UowDep
from taskyard.projects import hot
from taskyard.projects.errors import ProjectKeyTaken, ProjectNameTaken, ProjectNotFound
from taskyard.projects.schemas import ProjectRead
from taskyard.templates import errors as refusals
from taskyard.templates import service
from taskyard.templates.schemas import FromTemplate, TemplateCreate, TemplateRead

router = Router(prefix="/api/v1/projects", tags=["projects"])
ROUTERS = (router,)

CanList = Annotated[Actor, permit(Permission.PROJECT_READ)]
CanCreate = Annotated[Actor, permit(Permission.PROJECT_CREATE)]
TemplateId = Annotated[UUID, Path(description="A template of your own.")]


@router.get("/templates")
async def list_templates(actor: CanList, uow: UowDep) -> Page[TemplateRead]:
    """List the built-in templates, then your own by name."""
    return whole(await service.listed(uow, actor))


@router.post(
    "/templates",
    status_code=201,
    idempotent=True,
    audit="template.created",
    errors=(
        ProjectNotFound,
        refusals.TemplateNameTaken,
        refusals.TooManyTemplates,
        refusals.TooLargeForTemplate,
    ),
)
async def create_template(
    actor: CanCreate, body: TemplateCreate, uow: UowDep
) -> Item[TemplateRead]:
    """Make a template of your own from a project: its tags, labels, and tasks not called off."""
    return Item(data=service.read(await service.create(uow, actor, body)))


@router.delete(
    "/templates/{template_id}",
    status_code=204,
    audit="template.deleted",
    errors=(refusals.TemplateNotFound,),
)
async def delete_template(actor: CanCreate, template_id: TemplateId, uow: UowDep) -> Response:
    """Delete a template of your own; projects made from it stay."""
    await service.delete(uow, actor, template_id)
    return Response(status_code=204)


@router.post(
    "/from-template",
    response_model=Item[ProjectRead],
    status_code=201,
    idempotent=True,
    audit="project.created",
    errors=(refusals.TemplateNotFound, ProjectNameTaken, ProjectKeyTaken, TierLimitExceeded),
)
async def create_project_from_template(
    actor: CanCreate, body: FromTemplate, uow: UowDep
) -> Response:
    """Make a project that begins with a template's tags, labels and tasks; you are its owner."""
    project_id = await service.make_project(uow, actor, body)
    response = await answered(uow, actor, hot.one(project_id), status=201)
    response.headers["Location"] = f"/api/v1/projects/{project_id}"
    return response
