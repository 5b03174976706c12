"""Tasks as files, over HTTP: a table in, a table or JSON out."""

import io
from typing import Annotated, Final

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from taskyard.core.access import Permission
from taskyard.core.downloads import download_headers
from taskyard.core.platform import Platform
from taskyard.core.problems import PayloadTooLarge
from taskyard.core.routing import Router
from taskyard.core.schemas import Item
from taskyard.core.uow import unit_of_work
from taskyard.files import multipart
from taskyard.files.errors import UploadBrokenOff
from taskyard.projects.access import BriefProjectGate, ProjectAccess, readmit
from taskyard.tasks import exporting, schemas
from taskyard.tasks.errors import ProjectLabelsFull, TableInvalid
from taskyard.tasks.service import importing

router = Router(prefix="/api/v1/projects/{project_id}/tasks", tags=["tasks"])
ROUTERS = (router,)

MiB: Final = 1024 * 1024
_LARGEST_BYTES: Final = 5 * MiB
CanExport = Annotated[ProjectAccess, Depends(BriefProjectGate(Permission.TASK_READ))]
CanImport = Annotated[ProjectAccess, Depends(BriefProjectGate(Permission.TASK_CREATE))]


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The tasks by their numbers.",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/json": {"schema": {"type": "object"}},
            },
        }
    },
)
async def export_tasks(
    access: CanExport, request: Request, query: Annotated[schemas.ExportQuery, Query()]
) -> StreamingResponse:
    """Return the tasks of a project as one file: all, or those that are asked for."""
    platform: Platform = request.app.state.platform
    kind = "text/csv; charset=utf-8" if query.form == "csv" else "application/json"
    return StreamingResponse(
        await exporting.exported(platform.database, access, query, query.form),
        media_type=kind,
        headers=download_headers(f"tasks.{query.form}"),
    )


@router.post(
    "/import",
    status_code=201,
    bucket="upload",
    audit="task.created",
    body_limit=_LARGEST_BYTES + MiB,
    openapi_extra=multipart.described(),
    responses={
        200: {"model": Item[schemas.ImportRead], "description": "A dry run: nothing was made"}
    },
    errors=(TableInvalid, ProjectLabelsFull, UploadBrokenOff, PayloadTooLarge),
)
async def import_tasks(
    access: CanImport,
    request: Request,
    response: Response,
    dry_run: Annotated[
        bool, Query(description="Say line by line what would be made, and make nothing.")
    ] = False,
) -> Item[schemas.ImportRead]:
    """Make a task of every row of a CSV file, all or none.

    Columns: title, description, status, priority, assignee (user name or e-mail), labels, due_date,
    estimate, requires, and parent, which names the key of another row. Names that other tools use
    are known.
    """
    platform: Platform = request.app.state.platform
    content = io.BytesIO()
    try:
        await multipart.receive_file(
            request, content, limit_bytes=_LARGEST_BYTES, unnamed="tasks.csv"
        )
    except multipart.TooLong:
        raise PayloadTooLarge(limit_bytes=_LARGEST_BYTES) from None
    found = importing.read(content.getvalue())
    html = {} if dry_run else await importing.rendered(found)
    async with unit_of_work(platform.database) as uow:
        # The file took as long as its sender liked, and its texts theirs.
        access = await readmit(uow, platform.authenticator, access, Permission.TASK_CREATE)
        if dry_run:
            response.status_code = 200
            return Item(data=await importing.plan(uow, access, found))
        return Item(data=await importing.take(uow, access, found, html))
