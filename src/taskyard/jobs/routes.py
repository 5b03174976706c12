"""Jobs over HTTP."""

from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from taskyard.core.access import Actor, CsrfFailed, Permission, permit, signed_in
from taskyard.core.admission import admission_of
from taskyard.core.downloads import download_headers
from taskyard.core.hot import Caller, Question, answered
from taskyard.core.limits import RATES
from taskyard.core.live.socket import TooManySockets
from taskyard.core.platform import Platform
from taskyard.core.routing import Router
from taskyard.core.schemas import (
    CursorInvalid,
    Item,
    Page,
    PaginationTooDeep,
    whole,
)
from taskyard.core.uow import Uow, UowDep
from taskyard.files.access import PartsDep
from taskyard.files.errors import NoSource
from taskyard.jobs import assets, hot, logs, reading, repository, schemas, service, streaming
from taskyard.jobs import errors as refusals
from taskyard.jobs.access import CanCancelJob, CanReadJob, CanRetryJob, JobGate, JobId
from taskyard.projects.access import ProjectAccess, ProjectId, gate
from taskyard.projects.errors import ProjectArchived, ProjectNotFound

jobs = Router(prefix="/api/v1/jobs", tags=["jobs"])
project_jobs = Router(prefix="/api/v1/projects", tags=["jobs"])
users = Router(prefix="/api/v1/users", tags=["profile"])
ROUTERS = (jobs, project_jobs, users)
LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        pattern=r"^[0-9]{1,15}$",
        description="What a browser sends when it returns to the stream.",
    ),
]
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events in their order.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {"description": "The job has ended, and nothing comes after the event you have."},
}
CanList = Annotated[Caller, permit(Permission.JOB_READ)]
CanAsk = Annotated[Actor, permit(Permission.JOB_CREATE)]
CanListProject = Annotated[Caller, Depends(gate(Permission.JOB_READ))]
CanAskOfJob = Annotated[Caller, Depends(JobGate(Permission.JOB_READ))]
CanAskProject = Annotated[ProjectAccess, Depends(gate(Permission.JOB_CREATE), scope="function")]

_PAGING = (PaginationTooDeep, CursorInvalid)
_ASKING = (
    refusals.JobKindUnknown,
    refusals.ProjectRequired,
    refusals.TaskNotFound,
    refusals.TierLimitExceeded,
    ProjectArchived,
    ProjectNotFound,
    NoSource,
    CsrfFailed,
)


@jobs.hot("", answers=Page[schemas.JobSummary], errors=_PAGING)
def list_jobs(caller: CanList, query: Annotated[schemas.JobQuery, Query()]) -> Question:
    """List the jobs you asked for, newest first."""
    return hot.mine(caller, query)


@jobs.post(
    "",
    status_code=202,
    response_model=Item[schemas.JobRead],
    idempotent=True,
    audit="job.queued",
    errors=_ASKING,
)
async def create_job(
    actor: CanAsk, body: schemas.JobCreate, request: Request, uow: UowDep
) -> Response:
    """Ask for a job. It runs when its turn comes; follow it at the Location."""
    await count_kind(request, body.kind)
    return await _asked(uow, actor, body)


@project_jobs.hot(
    "/{project_id}/jobs", answers=Page[schemas.JobSummary], errors=(ProjectNotFound, *_PAGING)
)
def list_project_jobs(
    caller: CanListProject,
    project_id: ProjectId,
    query: Annotated[schemas.ProjectJobQuery, Query()],
) -> Question:
    """List everybody's jobs in a project, newest first."""
    return hot.of_project(caller, project_id, query)


@project_jobs.post(
    "/{project_id}/jobs",
    status_code=202,
    response_model=Item[schemas.JobRead],
    idempotent=True,
    audit="job.queued",
    errors=_ASKING,
)
async def create_project_job(
    project: CanAskProject, body: schemas.ProjectJobCreate, request: Request, uow: UowDep
) -> Response:
    """Ask for a job in a project."""
    await count_kind(request, body.kind)
    whole = schemas.JobCreate(
        kind=body.kind,
        parameters=body.parameters,
        task_id=body.task_id,
        project_id=project.project_id,
    )
    return await _asked(uow, project.actor, whole, place=project)


async def count_kind(request: Request, kind: str) -> None:
    """Count as the kind's own route would, so that none is a way around the other."""
    rate = f"{kind}_create"
    if rate in RATES:
        await admission_of(request).also(rate)


async def _asked(
    uow: Uow, actor: Actor, body: schemas.JobCreate, *, place: ProjectAccess | None = None
) -> Response:
    access = await service.enqueue(uow, actor, body, place=place)
    response = await answered(uow, actor, hot.one(access.job_id), status=202)
    response.headers["Location"] = f"/api/v1/jobs/{access.job_id}"
    return response


@jobs.hot("/{job_id}", answers=Item[schemas.JobRead], errors=(refusals.JobNotFound,))
def get_job(caller: CanAskOfJob, job_id: JobId) -> Question:  # noqa: ARG001 — declares the access
    """Return one job."""
    return hot.one(job_id)


@jobs.delete(
    "/{job_id}",
    response_model=Item[schemas.JobRead],
    audit="job.cancelled",
    errors=(refusals.JobNotFound, refusals.JobHasEnded, CsrfFailed),
)
async def cancel_job(job: CanCancelJob, uow: UowDep) -> Response:
    """Cancel a job. A running one stops within some seconds; watch its status."""
    await service.cancel(uow, job)
    return await answered(uow, job.actor, hot.one(job.job_id))


@jobs.post(
    "/{job_id}/retry",
    response_model=Item[schemas.JobRead],
    idempotent=True,
    audit="job.queued",
    errors=(refusals.JobNotFound, refusals.JobNotRetryable, CsrfFailed),
)
async def retry_job(
    job: CanRetryJob, query: Annotated[schemas.RetryQuery, Query()], uow: UowDep
) -> Response:
    """Try a failed or cancelled job again; steps that were finished are not done again."""
    await service.retry(uow, job, from_start=query.from_start)
    return await answered(uow, job.actor, hot.one(job.job_id))


@jobs.get(
    "/{job_id}/events",
    response_model=Page[schemas.JobEventRead],
    responses=_EVENTS,
    errors=(refusals.JobNotFound, TooManySockets),
)
async def list_job_events(
    job: CanReadJob,
    request: Request,
    query: Annotated[schemas.EventsQuery, Query()],
    uow: UowDep,
    last_event_id: LastEventId = None,
) -> Page[schemas.JobEventRead] | Response:
    """List a job's events after a number, or follow them as server-sent events.

    `next_cursor` is the `after` of what follows. Send `Accept: text/event-stream` to follow: the
    stream ends with the job, and 204 tells a browser that returns to it to come no more.
    """
    if "text/event-stream" not in request.headers.get("accept", ""):
        return await reading.events(uow, job, query)
    after = max(query.after, int(last_event_id or 0))
    if await repository.is_over(uow.db, job.job_id, after):
        return Response(status_code=204)
    return streaming.answer(request.app.state.platform, job.actor, job.job_id, after)


@jobs.get("/{job_id}/assets", errors=(refusals.JobNotFound,))
async def list_job_assets(job: CanReadJob, parts: PartsDep, uow: UowDep) -> Page[schemas.AssetRead]:
    """List the files a job made, each with a download link."""
    items = await assets.links(uow, job, parts)
    return whole(items)


@jobs.get(
    "/{job_id}/log",
    response_class=StreamingResponse,
    responses={200: {"description": "The whole log.", "content": {"text/plain": {}}}},
    errors=(refusals.JobNotFound,),
)
async def download_job_log(job: CanReadJob, request: Request) -> StreamingResponse:
    """Return a job's log as text, a line a line."""
    platform: Platform = request.app.state.platform
    return StreamingResponse(
        logs.text(platform.database, job.job_id),
        media_type="text/plain; charset=utf-8",
        headers=download_headers(f"job-{job.job_id}.log"),
    )


@users.get("/me")
async def get_usage(actor: Annotated[Actor, signed_in()], uow: UowDep) -> Item[schemas.Me]:
    """Return the caller with what they used this month (contract jobs)."""
    return Item(data=await reading.me(uow, actor))
