"""Source over HTTP: looking into it, taking it home. Giving it stands in `runners.source`."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from taskyard.core.access import public
from taskyard.core.downloads import (
    TOKEN_LENGTH,
    SignedUrlExpired,
    SignedUrlInvalid,
    download_headers,
)
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, NumberedPaging, Page, PaginationTooDeep
from taskyard.core.storage import Blob, BlobMissing, StorageUnavailable
from taskyard.core.uow import UowDep
from taskyard.files import errors as refusals
from taskyard.files import service
from taskyard.files.access import CanReadFiles, PartsDep
from taskyard.files.repository import SnapshotRow
from taskyard.files.schemas import (
    ContentRead,
    DownloadRead,
    EntryQuery,
    EntryRead,
    OriginRead,
    SkippedRead,
    SnapshotRead,
    SourcePath,
)
from taskyard.files.serving import blob_response
from taskyard.files.types import Origin
from taskyard.projects.errors import ProjectNotFound

router = Router(prefix="/api/v1/projects", tags=["source"])
downloads = Router(prefix="/api/v1/files", tags=["files"])
ROUTERS = (router, downloads)

SnapshotId = Annotated[UUID, Path(description="A snapshot of this project.")]
_NOT_FOUND = (ProjectNotFound, refusals.SnapshotNotFound)


def read(row: SnapshotRow) -> SnapshotRead:
    """Return a snapshot as clients see it."""
    snapshot, files, size_bytes = row
    return SnapshotRead(
        id=snapshot.id,
        project_id=snapshot.project_id,
        source_id=snapshot.source_id,
        files=files,
        size_bytes=size_bytes,
        origin=OriginRead.model_validate(Origin(**snapshot.origin)),
        stripped=snapshot.stripped,
        skipped=[SkippedRead(**item) for item in snapshot.skipped],
        created_by=snapshot.created_by,
        created_at=snapshot.created_at,
        uploaded_at=snapshot.uploaded_at,
    )


@router.get("/{project_id}/source", errors=(ProjectNotFound, PaginationTooDeep))
async def list_source_snapshots(
    access: CanReadFiles, query: NumberedPaging, uow: UowDep
) -> Page[SnapshotRead]:
    """List a project's source snapshots, newest first."""
    rows, total = await service.snapshots(uow, access, query)
    return Page(
        items=[read(row) for row in rows], total=total, page=query.page, page_size=query.page_size
    )


@router.get("/{project_id}/source/{snapshot_id}", errors=_NOT_FOUND)
async def get_source_snapshot(
    access: CanReadFiles, snapshot_id: SnapshotId, uow: UowDep
) -> Item[SnapshotRead]:
    """Return one source snapshot."""
    return Item(data=read(await service.snapshot(uow, access, snapshot_id)))


@router.get(
    "/{project_id}/source/{snapshot_id}/files",
    errors=(*_NOT_FOUND, refusals.SourceFileNotFound, PaginationTooDeep),
)
async def list_source_files(
    access: CanReadFiles,
    snapshot_id: SnapshotId,
    query: Annotated[EntryQuery, Query()],
    uow: UowDep,
) -> Page[EntryRead]:
    """List a folder of a snapshot: its folders, then its files; or all files below it."""
    snapshot, *_ = await service.snapshot(uow, access, snapshot_id)
    items, total = await service.entries(uow, access, snapshot.source_id, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.get(
    "/{project_id}/source/{snapshot_id}/files/content",
    errors=(*_NOT_FOUND, refusals.SourceFileNotFound, BlobMissing, StorageUnavailable),
)
async def get_source_file(
    access: CanReadFiles,
    snapshot_id: SnapshotId,
    path: Annotated[SourcePath, Query(description="The file's path in the source.")],
    parts: PartsDep,
    uow: UowDep,
) -> Item[ContentRead]:
    """Return one file of a snapshot as text: up to 1 MiB of it; a binary one says that it is."""
    snapshot, *_ = await service.snapshot(uow, access, snapshot_id)
    file = await service.file_at(uow, snapshot.source_id, path)
    content = await service.text_of(parts.storage, file)
    link = service.sign_download(
        parts,
        access.actor.user_id,
        f"source-file:{access.project_id}:{snapshot_id}:{file.path}",
        file.path.rpartition("/")[2],
    )
    return Item(
        data=ContentRead(
            path=file.path,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
            executable=file.executable,
            binary=content.text is None,
            encoding=content.encoding,
            text=content.text,
            truncated=content.truncated,
            download_url=link.url,
        )
    )


@router.get("/{project_id}/source/{snapshot_id}/archive", errors=_NOT_FOUND)
async def get_source_archive(
    access: CanReadFiles, snapshot_id: SnapshotId, parts: PartsDep, uow: UowDep
) -> Item[DownloadRead]:
    """Return a link to the whole snapshot as a zip, good for ten minutes."""
    snapshot, *_ = await service.snapshot(uow, access, snapshot_id)
    link = service.sign_download(
        parts,
        access.actor.user_id,
        f"source-archive:{access.project_id}:{snapshot_id}",
        f"source-{snapshot.source_id[:8]}.zip",
    )
    return Item(data=link)


@downloads.get(
    "/download/{token}",
    bucket="download",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        },
        206: {"description": "The part of it that `Range` asked for."},
    },
    errors=(
        SignedUrlInvalid,
        SignedUrlExpired,
        refusals.DownloadNotFound,
        BlobMissing,
        StorageUnavailable,
    ),
)
async def download_file(
    _: Annotated[None, public()],
    token: Annotated[
        str, Path(max_length=TOKEN_LENGTH, description="From a link this API gave out.")
    ],
    request: Request,
    parts: PartsDep,
) -> Response:
    """Return the file a link leads to, as an attachment.

    The link carries the right of the account that asked for it, which is checked again now.
    """
    found = await service.open_download(parts, token)
    headers = download_headers(found.name, disposition=found.disposition)
    if not isinstance(found.content, Blob):
        return StreamingResponse(
            found.content(parts.storage), headers=headers, media_type=found.media_type
        )
    return await blob_response(
        parts.storage, request, found.content, headers, media_type=found.media_type
    )
