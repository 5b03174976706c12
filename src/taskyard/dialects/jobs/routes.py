"""The contract jobs over HTTP: each route translates, and calls what `/api/v1` calls."""

from typing import Annotated

from fastapi import Depends, Query, Request

from taskyard import __version__
from taskyard.api import health
from taskyard.core.access import Actor, Permission, permit, public, signed_in
from taskyard.core.routing import Router
from taskyard.core.storage import BlobMissing, StorageUnavailable
from taskyard.core.uow import Uow, UowDep
from taskyard.dialects import record
from taskyard.dialects.jobs import schemas
from taskyard.dialects.jobs.wording import SERVER, WEB
from taskyard.dialects.naming import OpaqueJobGate, whole
from taskyard.files.access import PartsDep
from taskyard.files.errors import NoSource
from taskyard.jobs import assets, kinds, reading, service
from taskyard.jobs import errors as refusals
from taskyard.jobs.access import JobAccess
from taskyard.jobs.routes import count_kind
from taskyard.jobs.schemas import JobCreate, Me
from taskyard.jobs.types import JobState
from taskyard.kit.clock import now
from taskyard.projects.errors import ProjectArchived, ProjectNotFound
from taskyard.runners.analysis.errors import AnalysisNotFound

server = Router(prefix="/api/v1", tags=["server"], form=SERVER)
web = Router(prefix="/api", tags=["web"], form=WEB)

Anyone = Annotated[None, public()]
CanAsk = Annotated[Actor, permit(Permission.JOB_CREATE)]
CanList = Annotated[Actor, permit(Permission.JOB_READ)]
CanRead = Annotated[JobAccess, Depends(OpaqueJobGate(Permission.JOB_READ), scope="function")]
_ASKING = (
    refusals.JobKindUnknown,
    refusals.ProjectRequired,
    refusals.TierLimitExceeded,
    ProjectArchived,
    ProjectNotFound,
    NoSource,
)
_READING = (refusals.JobNotFound, AnalysisNotFound, BlobMissing, StorageUnavailable)


@server.get("/health")
async def get_server_health(_: Anyone, request: Request) -> health.Health:
    """Say that the process answers."""
    return await health.get_health(_, request)


@server.get("/health/detailed")
async def get_server_health_in_detail(_: Anyone, request: Request) -> health.DetailedHealth:
    """Ask every dependency, each for at most two seconds."""
    return await health.get_detailed_health(_, request)


@server.post(
    "/jobs",
    response_model=schemas.JobTicket,
    idempotent=True,
    audit="job.queued",
    errors=_ASKING,
)
async def submit_job(
    actor: CanAsk, body: schemas.JobAsk, request: Request, uow: UowDep
) -> schemas.JobTicket:
    """Ask for a job. It runs when its turn comes; poll it by its id."""
    return await _asked(request, uow, actor, body)


@server.get("/jobs")
async def list_submitted_jobs(
    actor: CanList, query: Annotated[schemas.TypedJobsQuery, Query()], uow: UowDep
) -> schemas.JobLines:
    """List the jobs you asked for, newest first."""
    return await _listed(uow, actor, query, query.job_type)


@server.get("/jobs/{job_id}", errors=_READING)
async def poll_job(job: CanRead, request: Request, uow: UowDep) -> schemas.JobView:
    """Return one job, with its result once it has completed."""
    return await _seen(request, uow, job)


@server.get("/jobs/{job_id}/assets", errors=(refusals.JobNotFound,))
async def list_assets(
    job: CanRead, request: Request, parts: PartsDep, uow: UowDep
) -> schemas.AssetViews:
    """List the files a job made, each with a download link."""
    made = await assets.links(uow, job, parts)
    return schemas.AssetViews(
        assets=[
            schemas.AssetView(
                id=asset.id,
                url=whole(request, asset.url),
                asset_type=asset.name.partition(".")[0],
                file_size=asset.size_bytes,
            )
            for asset in made
        ]
    )


@server.get("/users/me")
async def get_me_with_usage(actor: Annotated[Actor, signed_in()], uow: UowDep) -> Me:
    """Return the caller with what they used this month."""
    return await reading.me(uow, actor)


@web.get("/health")
async def get_web_health(_: Anyone, request: Request) -> schemas.WebHealth:
    """Ask the database, for at most two seconds."""
    database = await health.database_state(request.app.state.platform)
    return schemas.WebHealth(
        status="healthy" if database == "ok" else "degraded",
        version=__version__,
        timestamp=now(),
        checks={"database": database},
    )


@web.post(
    "/jobs",
    response_model=schemas.WebJobTicket,
    idempotent=True,
    audit="job.queued",
    errors=_ASKING,
)
async def submit_web_job(
    actor: CanAsk, body: schemas.WebJobAsk, request: Request, uow: UowDep
) -> schemas.JobTicket:
    """Ask for a job. It runs when its turn comes; poll it by its id."""
    return await _asked(request, uow, actor, body)


@web.get("/jobs")
async def list_web_jobs(
    actor: CanList, query: Annotated[schemas.JobsQuery, Query()], uow: UowDep
) -> schemas.JobLines:
    """List the jobs you asked for, newest first."""
    return await _listed(uow, actor, query, None)


@web.get("/jobs/{job_id}", response_model=schemas.WebJobView, errors=_READING)
async def poll_web_job(job: CanRead, request: Request, uow: UowDep) -> schemas.JobView:
    """Return one job, with its result once it has completed."""
    return await _seen(request, uow, job)


async def _asked(
    request: Request, uow: Uow, actor: Actor, body: schemas.JobAsk
) -> schemas.JobTicket:
    kind = kinds.get(body.job_type).name
    await count_kind(request, kind)
    wanted = JobCreate(kind=kind, parameters=body.parameters, project_id=None, task_id=None)
    job = await service.enqueue(uow, actor, wanted)
    return schemas.JobTicket(job_id=job.job_id, status="queued")


async def _listed(
    uow: Uow, actor: Actor, query: schemas.JobsQuery, job_type: str | None
) -> schemas.JobLines:
    states = [state for state in JobState if _word(state) == query.status] or None
    found = await reading.part_of_mine(
        uow, actor, states=states, kind=job_type, offset=query.offset, limit=query.limit
    )
    lines = [
        schemas.JobLine(
            id=job.id,
            job_type=job.kind,
            status=_word(job.status),
            progress=job.progress,
            created_at=job.created_at,
        )
        for job in found
    ]
    return schemas.JobLines(jobs=lines, limit=query.limit, offset=query.offset)


async def _seen(request: Request, uow: Uow, access: JobAccess) -> schemas.JobView:
    job = await reading.one(uow, access)
    result = job.result
    if job.kind == record.KIND and result is not None:
        storage = request.app.state.platform.storage
        result = (await record.of(uow, storage, access, job)).model_dump(mode="json")
    return schemas.JobView(
        id=job.id,
        status=_word(job.status),
        progress=job.progress,
        error_message=job.failure.message if job.failure else None,
        result=result,
        created_at=job.created_at,
        completed_at=job.finished_at,
    )


def _word(state: str) -> schemas.Status:
    """Return a job's state in the contract's word: one that waits for its time is queued."""
    return "queued" if state == JobState.WAITING else state  # type: ignore[return-value]
