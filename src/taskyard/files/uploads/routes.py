"""Uploads in parts over HTTP."""

import base64
import re
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Header, Path, Query, Request, Response

from taskyard.core.access import Actor, Permission, permit, permit_briefly
from taskyard.core.limits import TierLimitExceeded
from taskyard.core.problems import BadRequest, UnsupportedMediaType
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page, PaginationTooDeep
from taskyard.core.storage import PART_BYTES, StorageUnavailable
from taskyard.core.uow import Uow, UowDep, unit_of_work
from taskyard.files import errors as archives
from taskyard.files import multipart
from taskyard.files.access import PartsDep
from taskyard.files.library.errors import FileTooLarge
from taskyard.files.models import FileUpload, FileUploadPart
from taskyard.files.routes import read as read_snapshot
from taskyard.files.serving import OCTETS
from taskyard.files.uploads import completing, service
from taskyard.files.uploads import errors as refusals
from taskyard.files.uploads.schemas import (
    PartRead,
    RefusalRead,
    UploadCreate,
    UploadQuery,
    UploadRead,
)
from taskyard.files.uploads.service import NOTHING, Became
from taskyard.projects.errors import ProjectArchived, ProjectNotFound

router = Router(prefix="/api/v1/files/uploads", tags=["files"])

UploadId = Annotated[UUID, Path(description="An upload of yours.")]
#: Only uploads of one's own: a project's other members see what came of them.
Uploader = Annotated[Actor, permit(Permission.FILE_UPLOAD)]
BriefUploader = Annotated[Actor, permit_briefly(Permission.FILE_UPLOAD)]
_PART_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}},
    }
}
#: The one digest we compare (RFC 9530); others are passed over, as it asks.
_SHA256: Final = re.compile(r"(?:^|,)\s*sha-256=(:[A-Za-z0-9+/]{43}=:)?")


@router.post(
    "",
    status_code=201,
    bucket="upload",
    idempotent=True,
    errors=(
        ProjectArchived,
        ProjectNotFound,
        FileTooLarge,
        archives.ArchiveTooLarge,
        TierLimitExceeded,
        refusals.TooManyUploads,
    ),
)
async def create_upload(
    actor: Uploader, body: UploadCreate, response: Response, uow: UowDep
) -> Item[UploadRead]:
    """Announce a file or a source archive that comes in parts.

    Its size is taken from your storage at once. Then send each part, in any order and as often as
    you like, and complete it. It ends by itself a day after its latest part.
    """
    upload = await service.create(uow, actor, body)
    response.headers["Location"] = f"{router.prefix}/{upload.id}"
    return Item(data=_read(upload, []))


@router.get("", errors=(PaginationTooDeep,))
async def list_uploads(
    actor: Uploader, query: Annotated[UploadQuery, Query()], uow: UowDep
) -> Page[UploadRead]:
    """List your uploads that take parts, newest first."""
    found, total = await service.under_way(uow, actor, query)
    return Page(
        items=[_read(upload, here) for upload, here in found],
        total=total,
        page=query.page,
        page_size=query.page_size,
    )


@router.get("/{upload_id}", errors=(refusals.UploadNotFound,))
async def get_upload(actor: Uploader, upload_id: UploadId, uow: UowDep) -> Item[UploadRead]:
    """Say which parts of an upload are here, and what became of it once it has ended."""
    return Item(data=await _whole(uow, actor, upload_id))


@router.put(
    "/{upload_id}/parts/{number}",
    body_limit=PART_BYTES,
    openapi_extra=_PART_BODY,
    errors=(
        refusals.UploadNotFound,
        refusals.UploadEnded,
        refusals.UploadCompleting,
        refusals.PartWrong,
        refusals.PartDamaged,
        archives.UploadBrokenOff,
        StorageUnavailable,
    ),
)
async def put_upload_part(
    actor: BriefUploader,
    upload_id: UploadId,
    number: Annotated[int, Path(ge=1, le=100_000, description="From 1.")],
    request: Request,
    parts: PartsDep,
    content_digest: Annotated[
        str | None,
        Header(
            alias="Content-Digest",
            max_length=1000,
            description="`sha-256=:<base64>:` of the part (RFC 9530); one that came damaged is "
            "then refused.",
        ),
    ] = None,
) -> Item[PartRead]:
    """Send a part. Once this answers it is safe; the same number again replaces it."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType(
            expected="bodies that are not compressed", given=request.headers["content-encoding"]
        )
    part = await service.take_part(
        parts,
        actor,
        upload_id,
        number,
        multipart.arriving(request),
        sha256=_announced(content_digest),
    )
    return Item(data=PartRead.model_validate(part))


@router.post(
    "/{upload_id}/complete",
    bucket="upload",
    audit="file.uploaded",
    status_code=201,
    responses={200: {"model": Item[UploadRead], "description": "It was completed before"}},
    errors=(
        refusals.UploadNotFound,
        refusals.UploadEnded,
        refusals.UploadCompleting,
        refusals.PartsMissing,
        refusals.HashMismatch,
        ProjectArchived,
        ProjectNotFound,
        TierLimitExceeded,
        archives.ArchiveUnsafe,
        archives.ArchiveUnreadable,
        StorageUnavailable,
    ),
)
async def complete_upload(
    actor: BriefUploader, upload_id: UploadId, response: Response, parts: PartsDep
) -> Item[UploadRead]:
    """Put the parts together: to a file, or to a source snapshot. A repeat does nothing."""
    is_new = await completing.complete(parts, actor, upload_id)
    response.status_code = 201 if is_new else 200
    async with unit_of_work(parts.database) as uow:
        done = await _whole(uow, actor, upload_id)
    if done.file is not None:
        response.headers["Location"] = f"/api/v1/files/{done.file.id}"
    elif done.snapshot is not None:
        project = f"/api/v1/projects/{done.snapshot.project_id}"
        response.headers["Location"] = f"{project}/source/{done.snapshot.id}"
    return Item(data=done)


@router.delete(
    "/{upload_id}",
    status_code=204,
    errors=(refusals.UploadNotFound, refusals.UploadCompleting, StorageUnavailable),
)
async def abort_upload(actor: BriefUploader, upload_id: UploadId, parts: PartsDep) -> Response:
    """End an upload without taking it; what came is removed. One that has ended stays so."""
    await service.abort(parts, actor, upload_id)
    return Response(status_code=204)


def _announced(content_digest: str | None) -> str | None:
    """Return the SHA-256 a sender announced, in hex. Raises BadRequest."""
    match = _SHA256.search(content_digest or "")
    if match is None:
        return None
    if match[1] is None:
        raise BadRequest(reason="its Content-Digest is none: write sha-256=:<base64>:")
    return base64.b64decode(match[1].strip(":")).hex()


async def _whole(uow: Uow, actor: Actor, upload_id: UUID) -> UploadRead:
    """Return an upload with what became of it. Raises UploadNotFound."""
    upload, is_over, _ = await service.own(uow, actor, upload_id)
    here = await service.parts_of(uow, upload)
    became = await service.became(uow, actor, upload)
    read = _read(upload, here, became)
    is_expired = is_over and upload.state == "open"
    return read.model_copy(update={"state": "expired"}) if is_expired else read


def _read(upload: FileUpload, here: list[FileUploadPart], became: Became = NOTHING) -> UploadRead:
    is_whole = upload.state == "completed"
    return UploadRead(
        id=upload.id,
        purpose=upload.purpose,
        project_id=upload.project_id,
        name=upload.name,
        size_bytes=upload.size_bytes,
        sha256=upload.sha256,
        modified_at=upload.modified_at,
        part_size_bytes=upload.part_bytes,
        parts_expected=service.plan_of(upload).count,
        parts=[] if is_whole else [PartRead.model_validate(part) for part in here],
        received_bytes=upload.size_bytes if is_whole else sum(part.size_bytes for part in here),
        state=upload.state,
        created_at=upload.created_at,
        expires_at=upload.expires_at,
        file=became.file,
        snapshot=None if became.snapshot is None else read_snapshot(became.snapshot),
        refusal=None if upload.refusal is None else RefusalRead(**upload.refusal),
    )


ROUTERS = (router,)
