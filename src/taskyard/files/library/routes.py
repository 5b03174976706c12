"""Files over HTTP: giving, finding, taking home, deleting, bringing back."""

import asyncio
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Path, Query, Request, Response

from taskyard.accounts.access import DeviceDep
from taskyard.core import idempotency
from taskyard.core.access import Actor, Permission, as_of_now, permit, permit_briefly, public
from taskyard.core.downloads import (
    TOKEN_LENGTH,
    SignedUrlExpired,
    SignedUrlInvalid,
    download_headers,
)
from taskyard.core.index import wants_content
from taskyard.core.limits import TierLimitExceeded, tier_limits
from taskyard.core.routing import Router
from taskyard.core.schemas import CursorDep, CursorInvalid, Item, Page, PaginationTooDeep, Paging
from taskyard.core.storage import Blob, BlobMissing, StorageUnavailable
from taskyard.core.uow import UowDep, unit_of_work
from taskyard.files import multipart
from taskyard.files.access import PartsDep
from taskyard.files.errors import UploadBrokenOff
from taskyard.files.library import links, service
from taskyard.files.library.access import (
    CanDeleteFile,
    CanReadFile,
    CanRestoreFile,
    CanShareFile,
)
from taskyard.files.library.errors import FileNotDeleted, FileNotFound, FileTooLarge
from taskyard.files.library.repository import AccessRow
from taskyard.files.library.schemas import AccessRead, FileQuery, FileRead, StorageRead, UploadedBy
from taskyard.files.library.types import LARGEST_BYTES, largest_archive, largest_file
from taskyard.files.schemas import DownloadRead
from taskyard.files.serving import OCTETS, blob_response
from taskyard.projects.errors import ProjectArchived, ProjectNotFound

router = Router(prefix="/api/v1/files", tags=["files"])

_PAGING: Final = (PaginationTooDeep, CursorInvalid)
_MULTIPART_BYTES: Final = 1024 * 1024
CONTENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {OCTETS: {"schema": {"type": "string"}}},
    },
    206: {"description": "The part of it that `Range` asked for."},
}


@router.post(
    "",
    status_code=201,
    bucket="upload",
    audit="file.uploaded",
    body_limit=LARGEST_BYTES + _MULTIPART_BYTES,
    openapi_extra=multipart.described(),
    errors=(
        ProjectArchived,
        ProjectNotFound,
        FileTooLarge,
        UploadBrokenOff,
        TierLimitExceeded,
        StorageUnavailable,
        idempotency.IdempotencyKeyInvalid,
        idempotency.IdempotencyKeyReused,
    ),
)
async def upload_file(
    actor: Annotated[Actor, permit_briefly(Permission.FILE_UPLOAD)],
    request: Request,
    response: Response,
    parts: PartsDep,
    project_id: Annotated[
        UUID | None, Query(description="The project it is for; without one it is yours alone.")
    ] = None,
) -> Item[FileRead]:
    """Give a file in one request; a large one better comes in parts (`/files/uploads`).

    A repeat with the same `Idempotency-Key` and content gets the file that is there, for as long
    as it is kept.
    """
    key = service.request_key(idempotency.key_of(request.headers))
    limit = largest_file(actor)
    async with unit_of_work(parts.database) as uow:
        await service.may_give(uow, actor, project_id)
    with parts.storage.scratch_file() as file:
        try:
            name = await multipart.receive_file(request, file, limit_bytes=limit, unnamed="file")
        except multipart.TooLong:
            raise FileTooLarge(limit_bytes=limit, tier=actor.tier) from None
        given = await asyncio.to_thread(
            service.Given.of,
            file,
            project_id=project_id,
            name=name,
            request_key=key,
        )
        async with unit_of_work(parts.database, reads=True) as uow:
            # The file took as long as its sender liked.
            actor = await as_of_now(request.app.state.platform.authenticator, uow, actor)
            actor.require(Permission.FILE_UPLOAD)
        file_id, is_new = await service.keep(parts, actor, file, given)
    if not is_new:
        response.headers["Idempotency-Replayed"] = "true"
    response.headers["Location"] = f"/api/v1/files/{file_id}"
    async with unit_of_work(parts.database) as uow:
        return Item(data=await service.given_now(uow, actor, file_id))


@router.get("", errors=(ProjectNotFound, *_PAGING))
async def list_files(
    actor: Annotated[Actor, permit(Permission.FILE_READ)],
    query: Annotated[FileQuery, Query()],
    cursor: CursorDep,
    uow: UowDep,
) -> Page[FileRead]:
    """List files, newest first: your own and those of your projects, or one project's."""
    items, total, following = await service.found(uow, actor, query, cursor)
    return Page(
        items=items,
        total=total,
        page=query.page,
        page_size=query.page_size,
        next_cursor=following,
    )


@router.get("/storage")
async def get_storage(
    actor: Annotated[Actor, permit(Permission.FILE_READ)], uow: UowDep
) -> Item[StorageRead]:
    """Say how much of the caller's storage is taken, and by what."""
    use = await service.storage(uow, actor)
    return Item(
        data=StorageRead(
            used_bytes=use.total,
            limit_bytes=None if actor.is_admin else tier_limits(actor.tier).storage_bytes,
            sources_bytes=use.sources,
            files_bytes=use.files,
            uploads_bytes=use.uploads,
            largest_file_bytes=largest_file(actor),
            largest_archive_bytes=largest_archive(actor),
        )
    )


@router.get(
    "/content/{token}",
    bucket="download",
    response_class=Response,
    responses=CONTENT,
    errors=(SignedUrlInvalid, SignedUrlExpired, FileNotFound, BlobMissing, StorageUnavailable),
)
async def get_file_content(
    _: Annotated[None, public()],
    token: Annotated[
        str, Path(max_length=TOKEN_LENGTH, description="From a link this API gave out.")
    ],
    request: Request,
    parts: PartsDep,
    device: DeviceDep,
) -> Response:
    """Return the file a link leads to, as an attachment.

    The link carries the right of the account that asked for it, which is checked again now.
    """
    file = await links.follow(parts, token, device, wants_content=wants_content(request))
    blob = Blob(file.sha256, file.size_bytes)
    return await blob_response(parts.storage, request, blob, download_headers(file.name))


@router.get("/{file_id}", errors=(FileNotFound,))
async def get_file(access: CanReadFile, uow: UowDep) -> Item[FileRead]:
    """Return what there is to know of a file."""
    return Item(data=await service.one(uow, access))


@router.get("/{file_id}/link", errors=(FileNotFound,))
async def get_file_link(access: CanReadFile, parts: PartsDep) -> Item[DownloadRead]:
    """Return a link to the file's content, good for ten minutes."""
    return Item(data=links.link(parts, access))


@router.delete("/{file_id}", status_code=204, audit="file.deleted", errors=(FileNotFound,))
async def delete_file(access: CanDeleteFile, uow: UowDep) -> Response:
    """Delete a file; for a day it can be restored. Links to it stop working at once."""
    await service.delete(uow, access)
    return Response(status_code=204)


@router.post(
    "/{file_id}/restore",
    idempotent=True,
    audit="file.restored",
    errors=(FileNotFound, FileNotDeleted, TierLimitExceeded),
)
async def restore_file(access: CanRestoreFile, uow: UowDep) -> Item[FileRead]:
    """Bring a file back that was deleted less than a day ago, with its links."""
    return Item(data=await service.restore(uow, access))


@router.get("/{file_id}/access-log", errors=(FileNotFound, *_PAGING))
async def list_file_accesses(
    access: CanShareFile, query: Paging, cursor: CursorDep, uow: UowDep
) -> Page[AccessRead]:
    """List who came for a file, newest first."""
    rows, total, following = await service.access_log(uow, access, query, cursor)
    return Page(
        items=[_read_access(row) for row in rows],
        total=total,
        page=query.page,
        page_size=query.page_size,
        next_cursor=following,
    )


def _read_access(row: AccessRow) -> AccessRead:
    record, name = row
    by = None if record.user_id is None else UploadedBy(id=record.user_id, name=name or "")
    return AccessRead(
        id=record.id,
        at=record.at,
        action=record.action,
        by=by,
        share_id=record.share_id,
        address=record.address,
        user_agent=record.user_agent,
    )


ROUTERS = (router,)
