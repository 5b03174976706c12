"""Giving a project its source, over HTTP."""

from typing import Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from taskyard.core import strictjson
from taskyard.core.access import CsrfFailed, Permission
from taskyard.core.admission import admission_of
from taskyard.core.limits import TierLimitExceeded, tier_limits
from taskyard.core.outgoing.errors import AddressForbidden
from taskyard.core.outgoing.rules import Rules
from taskyard.core.problems import PayloadTooLarge
from taskyard.core.routing import Router
from taskyard.core.schemas import Item
from taskyard.core.storage import StorageUnavailable
from taskyard.core.uow import Uow, unit_of_work
from taskyard.files import errors as refusals
from taskyard.files import multipart
from taskyard.files import service as files
from taskyard.files.access import CanUpload, Parts, PartsDep
from taskyard.files.routes import read
from taskyard.files.schemas import SnapshotRead
from taskyard.jobs.types import JobState
from taskyard.projects.access import ProjectAccess, readmit
from taskyard.projects.errors import ProjectArchived, ProjectNotFound
from taskyard.runners.source import service
from taskyard.runners.source.schemas import FetchRead, SourceCreate, body_schema

router = Router(prefix="/api/v1/projects", tags=["source"])
ROUTERS = (router,)

_JSON_BYTES: Final = 16 * 1024
_BODY: Final = multipart.described(
    "A .zip, .tar.gz, .tar.bz2, .tar.xz or .tar; what it is, is told by its content.",
    json=body_schema(),
)


@router.post(
    "/{project_id}/source",
    status_code=201,
    response_model=Item[SnapshotRead],
    bucket="upload",
    audit="source.snapshot_created",
    body_limit=service.ARCHIVE_BYTES_MAX + 1024 * 1024,
    openapi_extra=_BODY,
    responses={
        200: {"model": Item[SnapshotRead], "description": "The project had it already"},
        202: {"model": Item[FetchRead], "description": "A run will fetch the repository"},
    },
    errors=(
        ProjectArchived,
        ProjectNotFound,
        refusals.ArchiveUnsafe,
        refusals.ArchiveUnreadable,
        refusals.ArchiveTooLarge,
        refusals.UploadBrokenOff,
        AddressForbidden,
        TierLimitExceeded,
        StorageUnavailable,
        CsrfFailed,
    ),
)
async def give_source(
    access: CanUpload, request: Request, response: Response, parts: PartsDep
) -> Item[SnapshotRead] | Response:
    """Give a project its source: as an archive, or by the address of a Git repository.

    An archive is taken at once. Uploading equal source again answers 200 with the snapshot that
    is there, which is then the newest. A repository is fetched by a run, whose end makes the
    snapshot; asking for one that is under way answers with the run that is. So a repeated request
    needs no idempotency key.
    """
    if _is_json(request):
        return await _fetch(access, request, parts)
    tier = access.actor.tier
    limit = service.ARCHIVE_BYTES_MAX
    if not access.actor.is_admin:
        limit = tier_limits(tier).source_archive_bytes
    with parts.storage.scratch_file() as packed:
        try:
            name = await multipart.receive_file(request, packed, limit_bytes=limit)
        except multipart.TooLong:
            raise refusals.ArchiveTooLarge(limit_bytes=limit, tier=tier) from None
        packed.seek(0)
        async with unit_of_work(parts.database, reads=True) as uow:
            access = await _still(access, request, uow)
        taken = await files.take_archive(parts.database, parts.storage, access, packed, name=name)
    snapshot = taken.snapshot[0]
    response.status_code = 201 if taken.created else 200
    response.headers["Location"] = f"/api/v1/projects/{access.project_id}/source/{snapshot.id}"
    return Item(data=read(taken.snapshot))


async def _still(access: ProjectAccess, request: Request, uow: Uow) -> ProjectAccess:
    """Return the caller's access by now: what they sent took as long as they liked."""
    authenticator = request.app.state.platform.authenticator
    return await readmit(uow, authenticator, access, Permission.FILE_UPLOAD)


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


async def _fetch(access: ProjectAccess, request: Request, parts: Parts) -> Response:
    """Ask for a repository. The address is judged now, and by what it leads to when it is asked."""
    await admission_of(request).also("source_create")
    body = await _wish(request)
    Rules(parts.settings.outgoing_allow).check(service.address_of(body.git_url))
    async with unit_of_work(parts.database) as uow:
        job = await service.ask(uow, await _still(access, request, uow), body)
        asked = FetchRead(
            id=job.id,
            project_id=access.project_id,
            status=JobState(job.state),
            git_url=job.parameters["git_url"],
            ref=body.ref,
            source_id=None,
            files=None,
            size_bytes=None,
        )
    content = Item(data=asked).model_dump(mode="json")
    return JSONResponse(content, 202, headers={"Location": f"/api/v1/jobs/{asked.id}"})


async def _wish(request: Request) -> SourceCreate:
    """Return what the body asks for: the address takes archives, so JSON is bounded here."""
    body = bytearray()
    async for chunk in multipart.arriving(request):
        body += chunk
        if len(body) > _JSON_BYTES:
            raise PayloadTooLarge(limit_bytes=_JSON_BYTES)
    try:
        return SourceCreate.model_validate(strictjson.loads(bytes(body)))
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        placed = [{**item, "loc": ("body", *item["loc"])} for item in wrong]
        raise RequestValidationError(placed) from None
