"""The sample project: something real to try the platform on, before one has brought anything."""

from typing import Annotated

from fastapi import Request, Response

from taskyard.core.access import Actor, CsrfFailed, Permission, permit_briefly
from taskyard.core.hot import answered
from taskyard.core.limits import TierLimitExceeded
from taskyard.core.platform import Platform
from taskyard.core.routing import Router
from taskyard.core.schemas import Item
from taskyard.core.storage import StorageUnavailable
from taskyard.core.uow import unit_of_work
from taskyard.files.sample import NAME, sample_files
from taskyard.files.service import take_files
from taskyard.files.types import Origin
from taskyard.projects import access as projects
from taskyard.projects import hot
from taskyard.projects.errors import ProjectArchived
from taskyard.projects.schemas import ProjectRead
from taskyard.projects.service import find_or_create

router = Router(prefix="/api/v1/projects", tags=["projects"])
ROUTERS = (router,)

PROJECT_NAME = "Bookshop (sample)"


@router.post(
    "/sample",
    response_model=Item[ProjectRead],
    status_code=201,
    audit="project.created",
    errors=(TierLimitExceeded, ProjectArchived, StorageUnavailable, CsrfFailed),
)
async def create_sample_project(
    actor: Annotated[Actor, permit_briefly(Permission.PROJECT_CREATE)], request: Request
) -> Response:
    """Make a project with bundled source to try things on; asking again gives the same one."""
    platform: Platform = request.app.state.platform
    async with unit_of_work(platform.database) as uow:
        project = await find_or_create(uow, actor, PROJECT_NAME)
        access = await projects.load(uow, actor, project.id, Permission.FILE_UPLOAD)
    await take_files(
        platform.database, platform.storage, access, sample_files(), origin=Origin("sample", NAME)
    )
    async with unit_of_work(platform.database) as uow:
        response = await answered(uow, actor, hot.one(project.id), status=201)
    response.headers["Location"] = f"/api/v1/projects/{project.id}"
    return response
