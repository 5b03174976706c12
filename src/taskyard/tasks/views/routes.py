"""Saved views over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page, whole
from taskyard.core.uow import UowDep
from taskyard.projects.errors import ProjectArchived
from taskyard.tasks import errors as refusals
from taskyard.tasks.access import CanRead
from taskyard.tasks.views import schemas, service

router = Router(prefix="/api/v1/projects/{project_id}/views", tags=["tasks"])
ROUTERS = (router,)

ViewId = Annotated[UUID, Path(description="A view of the project that you see.")]
_PLACE = (refusals.ViewNameTaken, refusals.TooManyViews, ProjectArchived)


@router.get("")
async def list_views(access: CanRead, uow: UowDep) -> Page[schemas.ViewRead]:
    """List the saved views you see: the project's, then your own."""
    return whole(await service.listed(uow, access))


@router.post("", status_code=201, idempotent=True, audit="views.changed", errors=_PLACE)
async def create_view(
    access: CanRead, body: schemas.ViewCreate, uow: UowDep
) -> Item[schemas.ViewRead]:
    """Save a view, for yourself or for all who see the project, which its members may."""
    return Item(data=await service.create(uow, access, body))


@router.patch(
    "/{view_id}",
    idempotent=True,
    audit="views.changed",
    errors=(refusals.ViewNotFound, refusals.ViewNotYours, *_PLACE),
)
async def update_view(
    access: CanRead, view_id: ViewId, body: schemas.ViewUpdate, uow: UowDep
) -> Item[schemas.ViewRead]:
    """Change a view: your own, or a shared one as its maker or an owner of the project."""
    return Item(data=await service.change(uow, access, view_id, body))


@router.delete(
    "/{view_id}",
    status_code=204,
    audit="views.changed",
    errors=(refusals.ViewNotFound, refusals.ViewNotYours, ProjectArchived),
)
async def delete_view(access: CanRead, view_id: ViewId, uow: UowDep) -> Response:
    """Delete a view; the tasks stay as they are."""
    await service.delete(uow, access, view_id)
    return Response(status_code=204)
