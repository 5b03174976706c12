"""Attachments over HTTP."""

import asyncio
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from taskyard.core.access import Permission
from taskyard.core.limits import TierLimitExceeded
from taskyard.core.routing import Router, StrictRequest
from taskyard.core.schemas import Item, Page, whole
from taskyard.core.storage import StorageUnavailable
from taskyard.core.strict import BODY_LIMIT_BYTES, limited
from taskyard.core.uow import Uow, UowDep, unit_of_work
from taskyard.files import multipart
from taskyard.files.access import Parts, PartsDep
from taskyard.files.errors import UploadBrokenOff
from taskyard.files.library import service as library
from taskyard.files.library.errors import FileNotFound, FileTooLarge
from taskyard.files.library.types import LARGEST_BYTES, largest_file
from taskyard.projects.access import BriefProjectGate, ProjectAccess, readmit
from taskyard.tasks.access import CanRead, CanUpdate, TaskId
from taskyard.tasks.attachments import schemas, service
from taskyard.tasks.errors import AttachmentNotFound, TaskNotFound, TooManyAttachments

router = Router(prefix="/api/v1/projects/{project_id}/tasks/{task_id}/attachments", tags=["tasks"])
ROUTERS = (router,)

_EXTRA_BYTES: Final = 1024 * 1024
CanAttach = Annotated[ProjectAccess, Depends(BriefProjectGate(Permission.TASK_UPDATE))]


@router.get("", errors=(TaskNotFound,))
async def list_attachments(
    access: CanRead, task_id: TaskId, parts: PartsDep, uow: UowDep
) -> Page[schemas.AttachmentRead]:
    """List the files and addresses that hang on a task, each with a link."""
    return whole(await service.listed(uow, access, task_id, parts))


@router.post(
    "",
    status_code=201,
    bucket="upload",
    audit="task.changed",
    body_limit=LARGEST_BYTES + _EXTRA_BYTES,
    openapi_extra=multipart.described(json=schemas.AttachmentGiven.model_json_schema()),
    errors=(
        TaskNotFound,
        TooManyAttachments,
        FileNotFound,
        FileTooLarge,
        UploadBrokenOff,
        TierLimitExceeded,
        StorageUnavailable,
    ),
)
async def add_attachment(
    access: CanAttach, task_id: TaskId, request: Request, parts: PartsDep
) -> Item[schemas.AttachmentRead]:
    """Hang a file (multipart field `file`) or an address (JSON `{url, name}`) on a task.

    A large file better comes in parts (`/files/uploads`), and is then hung by its id: `{file_id}`.
    One that hangs there already is not hung twice.
    """
    async with unit_of_work(parts.database) as uow:
        await service.check(uow, access, task_id)
        await service.check_room(uow, task_id)
    if request.headers.get("content-type", "").partition(";")[0].strip() == "application/json":
        given = await _given(request)
    else:
        given = schemas.AttachmentGiven(file_id=await _file(access, request, parts))
    async with unit_of_work(parts.database) as uow:
        access = await _still(access, request, uow)
        return Item(data=await service.hang(uow, access, task_id, parts, given))


@router.delete(
    "/{attachment_id}",
    status_code=204,
    audit="task.changed",
    errors=(TaskNotFound, AttachmentNotFound),
)
async def remove_attachment(
    access: CanUpdate,
    task_id: TaskId,
    attachment_id: Annotated[UUID, Path(description="Something that hangs on the task.")],
    uow: UowDep,
) -> Response:
    """Take a file or an address off a task."""
    await service.take_off(uow, access, task_id, attachment_id)
    return Response(status_code=204)


async def _given(request: Request) -> schemas.AttachmentGiven:
    try:
        # Up to here the route takes as much as the largest file.
        receive = limited(request, BODY_LIMIT_BYTES)
        body = await StrictRequest(request.scope, receive).json()
        return schemas.AttachmentGiven.model_validate(body)
    except ValidationError as error:
        problems = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(problems) from None


async def _file(access: ProjectAccess, request: Request, parts: Parts) -> UUID:
    """Keep the file that is sent as one of the project's; return its id."""
    actor = access.actor
    async with unit_of_work(parts.database) as uow:
        await library.may_give(uow, actor, access.project_id)
    with parts.storage.scratch_file() as file:
        try:
            name = await multipart.receive_file(
                request, file, limit_bytes=largest_file(actor), unnamed="file"
            )
        except multipart.TooLong:
            raise FileTooLarge(limit_bytes=largest_file(actor), tier=actor.tier) from None
        given = await asyncio.to_thread(
            library.Given.of, file, project_id=access.project_id, name=name
        )
        async with unit_of_work(parts.database, reads=True) as uow:
            actor = (await _still(access, request, uow)).actor
        file_id, _ = await library.keep(parts, actor, file, given)
    return file_id


async def _still(access: ProjectAccess, request: Request, uow: Uow) -> ProjectAccess:
    """Return the caller's access by now: what they sent took as long as they liked."""
    authenticator = request.app.state.platform.authenticator
    return await readmit(uow, authenticator, access, Permission.TASK_UPDATE)
