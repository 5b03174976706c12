"""The sample project: something real to try the platform on, before one has brought anything."""

from typing import Annotated

from fastapi import Request, Response

from taskyard.core.access import Actor, CsrfFailed, Permission, permit_briefly
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
from taskyard.projects.routes import read
from taskyard.projects.schemas import ProjectRead
from taskyard.projects.service import find_or_create

router = Router(prefix="/api/v1/projects", tags=["projects"])
ROUTERS = (router,)

PROJECT_NAME = "Bookshop (sample)"


@router.post(
    "/sample",
    status_code=201,
    audit="project.created",
    errors=(TierLimitExceeded, StorageUnavailable, CsrfFailed),
)
async def create_sample_project(
    actor: Annotated[Actor, permit_briefly(Permission.PROJECT_CREATE)],
    request: Request,
    response: Response,
) -> Item[ProjectRead]:
    """Make a project with bundled source to try things on; asking again gives the same one."""
    platform: Platform = request.app.state.platform
    async with unit_of_work(platform.database) as uow:
        project = await find_or_create(uow, actor, PROJECT_NAME)
        access = await projects.load(uow, actor, project.id, Permission.FILE_UPLOAD)
    await take_files(
        platform.database, platform.storage, access, sample_files(), origin=Origin("sample", NAME)
    )
    response.headers["Location"] = f"/api/v1/projects/{project.id}"
    return Item(data=read(project, actor, access.role))
