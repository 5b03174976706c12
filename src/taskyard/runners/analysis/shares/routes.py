"""Links to reports over HTTP: for those who share, and for whoever was sent one."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from taskyard.accounts.access import AccountsDep
from taskyard.core import sharing
from taskyard.core.access import Permission, public
from taskyard.core.admission import admission_of
from taskyard.core.downloads import (
    TOKEN_LENGTH,
    SignedUrlExpired,
    SignedUrlInvalid,
    download_headers,
)
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, NumberedPaging, Page, PaginationTooDeep
from taskyard.core.storage import BlobMissing, StorageUnavailable
from taskyard.core.uow import UowDep
from taskyard.files.access import PartsDep
from taskyard.projects.access import BriefProjectGate, ProjectAccess, gate
from taskyard.projects.errors import ProjectNotFound
from taskyard.runners.analysis import exports
from taskyard.runners.analysis.errors import AnalysisNotFound, AnalysisNotReady
from taskyard.runners.analysis.routes import EXPORTED, AnalysisId
from taskyard.runners.analysis.shares import service
from taskyard.runners.analysis.shares.schemas import (
    AnalysisShareCreate,
    AnalysisShareRead,
    SharedReportRead,
)

own = Router(
    prefix="/api/v1/projects/{project_id}/analyses/{analysis_id}/shares", tags=["analyses"]
)
shared = Router(prefix="/api/v1/analyses/shared", tags=["analyses"])
ROUTERS = (own, shared)

Anyone = Annotated[None, public()]
CanShare = Annotated[ProjectAccess, Depends(gate(Permission.ANALYSIS_SHARE), scope="function")]
CanShareBriefly = Annotated[ProjectAccess, Depends(BriefProjectGate(Permission.ANALYSIS_SHARE))]
_NOT_FOUND: Final = (ProjectNotFound, AnalysisNotFound)
_GONE: Final = (sharing.ShareNotFound, sharing.ShareEnded)
#: The page has its style within it, and needs nothing else.
_PAGE_CSP: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


@own.post(
    "",
    status_code=201,
    audit="analysis.shared",
    errors=(*_NOT_FOUND, AnalysisNotReady, sharing.TooManyShares),
)
async def create_analysis_share(
    access: CanShareBriefly,
    analysis_id: AnalysisId,
    body: AnalysisShareCreate,
    response: Response,
    parts: PartsDep,
    accounts: AccountsDep,
) -> Item[AnalysisShareRead]:
    """Make a link that shows the report to whoever holds it, without an account."""
    share = await service.create(parts, access, analysis_id, body, accounts.passwords)
    response.headers["Location"] = (
        f"/api/v1/projects/{access.project_id}/analyses/{analysis_id}/shares/{share.id}"
    )
    return Item(data=share)


@own.get("", errors=(*_NOT_FOUND, PaginationTooDeep))
async def list_analysis_shares(
    access: CanShare,
    analysis_id: AnalysisId,
    query: NumberedPaging,
    parts: PartsDep,
    uow: UowDep,
) -> Page[AnalysisShareRead]:
    """List the links to a report, newest first, also those that have ended."""
    items, total = await service.listed(uow, parts.settings, access, analysis_id, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@own.delete(
    "/{share_id}",
    status_code=204,
    audit="analysis.share_revoked",
    errors=(*_NOT_FOUND, sharing.ShareNotFound),
)
async def revoke_analysis_share(
    access: CanShare,
    analysis_id: AnalysisId,
    share_id: Annotated[UUID, Path(description="A link to this report.")],
    uow: UowDep,
) -> Response:
    """End a link at once."""
    await service.revoke(uow, access, analysis_id, share_id)
    return Response(status_code=204)


@shared.post(
    "/open",
    bucket="share",
    errors=(*_GONE, sharing.SharePasswordRequired, sharing.SharePasswordWrong),
)
async def open_shared_report(
    _: Anyone,
    body: sharing.ShareOpen,
    request: Request,
    parts: PartsDep,
    accounts: AccountsDep,
) -> Item[SharedReportRead]:
    """Say what a link to a report leads to, and give short-lived addresses of the report.

    Wrong passwords are counted for the address and for the link.
    """
    found = await service.open_share(
        parts,
        admission_of(request),
        accounts.passwords,
        token=body.token,
        password=body.password,
    )
    return Item(data=found)


@shared.get(
    "/report/{ticket}",
    bucket="download",
    response_class=Response,
    responses=EXPORTED,
    errors=(SignedUrlInvalid, SignedUrlExpired, *_GONE, BlobMissing, StorageUnavailable),
)
async def get_shared_report(
    _: Anyone,
    ticket: Annotated[str, Path(max_length=TOKEN_LENGTH, description="From opening a link.")],
    parts: PartsDep,
) -> Response:
    """Return the report behind a link that was opened: the page to look at, else a download."""
    file = await exports.render(await service.by_ticket(parts, ticket))
    headers: dict[str, Any] = download_headers(file.name)
    if file.media_type.startswith("text/html"):
        headers = download_headers(file.name, disposition="inline")
        headers["Content-Security-Policy"] = _PAGE_CSP
    return Response(file.content, headers=headers, media_type=file.media_type)
