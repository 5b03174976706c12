"""Analyses over HTTP."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from taskyard.core.access import CsrfFailed, Permission
from taskyard.core.downloads import download_headers
from taskyard.core.limits import TierLimitExceeded
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, NumberedPaging, Page, PaginationTooDeep
from taskyard.core.storage import BlobMissing, StorageUnavailable
from taskyard.core.uow import UowDep
from taskyard.files.errors import NoSource
from taskyard.jobs import service as jobs
from taskyard.jobs.errors import TaskNotFound
from taskyard.jobs.schemas import JobCreate
from taskyard.projects.access import ProjectAccess, gate
from taskyard.projects.errors import ProjectNotFound
from taskyard.runners.analysis import errors as refusals
from taskyard.runners.analysis import exports, repository, service
from taskyard.runners.analysis.schemas import (
    SEVERITIES,
    AnalysisCreate,
    AnalysisRead,
    FindingQuery,
    FindingRead,
    ReportRead,
)
from taskyard.runners.analysis.tracking import service as tracking

router = Router(prefix="/api/v1/projects/{project_id}/analyses", tags=["analyses"])
ROUTERS = (router,)

CanRead = Annotated[ProjectAccess, Depends(gate(Permission.ANALYSIS_READ), scope="function")]
CanAnalyse = Annotated[ProjectAccess, Depends(gate(Permission.ANALYSIS_CREATE), scope="function")]
AnalysisId = Annotated[UUID, Path(description="An analysis of this project.")]
_NOT_FOUND = (ProjectNotFound, refusals.AnalysisNotFound)
EXPORTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The report as a file.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/sarif+json": {"schema": {"type": "object"}},
            "text/html": {"schema": {"type": "string"}},
        },
    }
}
_REPORT = (*_NOT_FOUND, refusals.AnalysisNotReady, BlobMissing, StorageUnavailable)


@router.post(
    "",
    status_code=202,
    bucket="analysis_create",
    idempotent=True,
    audit="job.queued",
    errors=(ProjectNotFound, TaskNotFound, NoSource, TierLimitExceeded, CsrfFailed),
)
async def create_analysis(
    access: CanAnalyse, body: AnalysisCreate, response: Response, uow: UowDep
) -> Item[AnalysisRead]:
    """Start an analysis; follow it as the job of the same id."""
    job = await jobs.enqueue(
        uow,
        access.actor,
        JobCreate(
            kind="analysis",
            project_id=access.project_id,
            parameters=body.model_dump(mode="json", exclude_none=True, exclude={"task_id"}),
            task_id=body.task_id,
        ),
    )
    response.headers["Location"] = f"/api/v1/projects/{access.project_id}/analyses/{job.job_id}"
    return Item(data=service.read(*await service.find(uow, access, job.job_id)))


@router.get("", errors=(ProjectNotFound, PaginationTooDeep))
async def list_analyses(access: CanRead, query: NumberedPaging, uow: UowDep) -> Page[AnalysisRead]:
    """List a project's analyses, the newest first; their scores in order are the trend."""
    query.check_tier(access.actor.tier)
    rows, total = await repository.list_for(
        uow.db, access.project_id, offset=query.offset, limit=query.page_size
    )
    ids = [row[0].previous_id for row in rows if row[0].previous_id]
    before = await repository.by_ids(uow.db, ids)
    items = [
        service.read(a, job, before.get(a.previous_id) if a.previous_id else None)
        for a, job in rows
    ]
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.get("/{analysis_id}", errors=_NOT_FOUND)
async def get_analysis(access: CanRead, analysis_id: AnalysisId, uow: UowDep) -> Item[AnalysisRead]:
    """Return one analysis in figures."""
    return Item(data=service.read(*await service.find(uow, access, analysis_id)))


@router.get("/{analysis_id}/report", errors=_REPORT)
async def get_analysis_report(
    access: CanRead, analysis_id: AnalysisId, uow: UowDep, request: Request
) -> Item[ReportRead]:
    """Return the report; its findings come by the page from /findings."""
    analysis, job, _ = await service.find(uow, access, analysis_id)
    report = await service.report_of(request.app.state.platform.storage, analysis, job)
    return Item(data=ReportRead.model_validate(report))


@router.get("/{analysis_id}/findings", errors=(*_NOT_FOUND, PaginationTooDeep))
async def list_findings(
    access: CanRead,
    analysis_id: AnalysisId,
    query: Annotated[FindingQuery, Query()],
    uow: UowDep,
) -> Page[FindingRead]:
    """List what an analysis found, the worst first."""
    query.check_tier(access.actor.tier)
    analysis, _, _ = await service.find(uow, access, analysis_id)
    wanted = repository.FindingFilter(
        state=query.state,
        severities=[SEVERITIES.index(name) for name in query.severity],
        kinds=query.kind,
        file=query.file,
        q=query.q,
    )
    rows, total = await repository.findings(
        uow.db, analysis, wanted, offset=query.offset, limit=query.page_size
    )
    tasks = await tracking.tasks_of(uow, access, [row.fingerprint for row in rows])
    gone = query.state == "gone"
    items = [service.read_finding(row, tasks.get(row.fingerprint), gone=gone) for row in rows]
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.get(
    "/{analysis_id}/export/{format}",
    errors=_REPORT,
    response_class=Response,
    responses=EXPORTED,
)
async def export_analysis(
    access: CanRead,
    analysis_id: AnalysisId,
    format: Annotated[exports.Format, Path()],  # noqa: A002 — the path's own word
    uow: UowDep,
    request: Request,
) -> Response:
    """Return the whole report as JSON, SARIF 2.1.0 or a printable page."""
    analysis, job, previous = await service.find(uow, access, analysis_id)
    storage = request.app.state.platform.storage
    material = await exports.gather(uow, storage, analysis, job, previous, format)
    file = await exports.render(material)
    headers = download_headers(file.name, disposition="attachment")
    return Response(file.content, headers=headers, media_type=file.media_type)
