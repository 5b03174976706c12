"""Shared links over HTTP: for those who share, and for whoever was sent one."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path, Request, Response

from taskyard.accounts.access import AccountsDep, DeviceDep
from taskyard.accounts.types import Device
from taskyard.core import sharing
from taskyard.core.access import public
from taskyard.core.admission import admission_of
from taskyard.core.downloads import (
    TOKEN_LENGTH,
    SignedUrlExpired,
    SignedUrlInvalid,
    download_headers,
)
from taskyard.core.index import wants_content
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, NumberedPaging, Page, PaginationTooDeep
from taskyard.core.storage import Blob, BlobMissing, StorageUnavailable
from taskyard.core.uow import UowDep
from taskyard.files.access import Parts, PartsDep
from taskyard.files.library.access import CanShareFile, CanShareFileBriefly
from taskyard.files.library.errors import FileNotFound
from taskyard.files.library.routes import CONTENT
from taskyard.files.serving import blob_response
from taskyard.files.shares import service
from taskyard.files.shares.schemas import ShareCreate, SharedRead, ShareRead
from taskyard.files.shares.service import Fetch, Fetched, Opened

router = Router(prefix="/api/v1/files", tags=["files"])

Anyone = Annotated[None, public()]
_GONE: Final = (sharing.ShareNotFound, sharing.ShareEnded)
_STORE: Final = (BlobMissing, StorageUnavailable)


@router.post(
    "/{file_id}/shares",
    status_code=201,
    audit="file.shared",
    errors=(FileNotFound, sharing.TooManyShares),
)
async def create_share(
    access: CanShareFileBriefly,
    body: ShareCreate,
    response: Response,
    parts: PartsDep,
    accounts: AccountsDep,
) -> Item[ShareRead]:
    """Make a link that gives the file to whoever holds it, without an account."""
    share = await service.create(parts, access, body, accounts.passwords)
    response.headers["Location"] = f"{router.prefix}/{share.file_id}/shares/{share.id}"
    return Item(data=share)


@router.get("/{file_id}/shares", errors=(FileNotFound, PaginationTooDeep))
async def list_shares(
    access: CanShareFile,
    query: NumberedPaging,
    parts: PartsDep,
    uow: UowDep,
) -> Page[ShareRead]:
    """List a file's links, newest first, also those that have ended."""
    items, total = await service.listed(uow, parts.settings, access, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.delete(
    "/{file_id}/shares/{share_id}",
    status_code=204,
    audit="file.share_revoked",
    errors=(FileNotFound, sharing.ShareNotFound),
)
async def revoke_share(
    access: CanShareFile,
    share_id: Annotated[UUID, Path(description="A link to this file.")],
    uow: UowDep,
) -> Response:
    """End a link at once."""
    await service.revoke(uow, access, share_id)
    return Response(status_code=204)


@router.post(
    "/shared/open",
    bucket="share",
    errors=(*_GONE, sharing.SharePasswordRequired, sharing.SharePasswordWrong),
)
async def open_shared_file(
    _: Anyone,
    body: sharing.ShareOpen,
    request: Request,
    parts: PartsDep,
    accounts: AccountsDep,
    device: DeviceDep,
) -> Item[SharedRead]:
    """Say what a shared link leads to, and give a short-lived link to the content.

    This is no download yet. Wrong passwords are counted for the address and for the link.
    """
    opened = await service.open_share(
        parts,
        admission_of(request),
        accounts.passwords,
        device,
        token=body.token,
        password=body.password,
    )
    return Item(data=_shared(opened))


def _shared(opened: Opened) -> SharedRead:
    share, maker_name, _ = opened.row
    limit = share.max_downloads
    return SharedRead(
        name=opened.file.name,
        size_bytes=opened.file.size_bytes,
        content_type=opened.file.content_type,
        shared_by=maker_name,
        expires_at=share.expires_at,
        downloads_left=None if limit is None else limit - share.downloads,
        url=opened.link.url,
    )


@router.get(
    "/shared/content/{ticket}",
    bucket="download",
    response_class=Response,
    responses=CONTENT,
    errors=(SignedUrlInvalid, SignedUrlExpired, *_GONE, *_STORE),
)
async def get_shared_content(
    _: Anyone,
    ticket: Annotated[
        str, Path(max_length=TOKEN_LENGTH, description="From opening a shared link.")
    ],
    request: Request,
    parts: PartsDep,
    device: DeviceDep,
) -> Response:
    """Return the file behind a shared link that was opened, as an attachment."""
    fetched = await service.by_ticket(parts, ticket, _fetch_of(request, device))
    return await _answer(parts, request, fetched)


@router.get(
    "/shared/{token}",
    bucket="share",
    response_class=Response,
    responses=CONTENT,
    errors=(*_GONE, sharing.SharePasswordRequired, *_STORE),
)
async def get_shared_file(
    _: Anyone,
    token: Annotated[str, Path(max_length=200, description="What stands behind the # of a link.")],
    request: Request,
    parts: PartsDep,
    device: DeviceDep,
) -> Response:
    """Return the file behind a shared link without a password at once, for programs."""
    fetched = await service.by_token(parts, token, _fetch_of(request, device))
    return await _answer(parts, request, fetched)


def _fetch_of(request: Request, device: Device) -> Fetch:
    asked = request.headers.get("range", "")
    goes_on = asked.startswith("bytes=") and not asked.startswith("bytes=0-")
    return Fetch(device, wants_content(request), goes_on)


async def _answer(parts: Parts, request: Request, fetched: Fetched) -> Response:
    blob = Blob(fetched.file.sha256, fetched.file.size_bytes)
    headers = download_headers(fetched.file.name)
    try:
        return await blob_response(
            parts.storage, request, blob, headers, in_parts=not fetched.whole_only
        )
    except (BlobMissing, StorageUnavailable):
        await service.give_back(parts, fetched)
        raise


ROUTERS = (router,)
