"""The contract builds over HTTP: each route translates, and calls what `/api/v1` calls."""

import asyncio
from typing import Annotated

from fastapi import Request

from taskyard import __version__
from taskyard.accounts import errors as accounts
from taskyard.accounts.access import AccountsDep, DeviceDep
from taskyard.accounts.schemas import Login
from taskyard.accounts.service import signing_in
from taskyard.api import health as checks
from taskyard.core.access import Actor, Permission, permit, public
from taskyard.core.admission import EXEMPT, admission_of
from taskyard.core.limits import TierLimitExceeded
from taskyard.core.platform import Platform
from taskyard.core.routing import Router
from taskyard.core.storage import BlobMissing, StorageUnavailable
from taskyard.core.uow import UowDep, unit_of_work
from taskyard.dialects import record
from taskyard.dialects.builds import access, schemas
from taskyard.dialects.builds.wording import FORM
from taskyard.dialects.errors import (
    AnalysisOfAnother,
    AnalysisUnknown,
    NothingToAnalyse,
    NotReady,
)
from taskyard.dialects.naming import OpaqueId, whole
from taskyard.files.errors import NoSource
from taskyard.jobs import reading, service
from taskyard.jobs.schemas import JobCreate
from taskyard.kit.clock import now

auth = Router(prefix="/auth", tags=["auth"], form=FORM)
analyses = Router(prefix="/api/analysis", tags=["analyses"], form=FORM)
health = Router(prefix="/api/health", tags=["health"], form=FORM)

Anyone = Annotated[None, public()]
CanAnalyse = Annotated[Actor, permit(Permission.ANALYSIS_CREATE)]
CanRead = Annotated[Actor, permit(Permission.ANALYSIS_READ)]


@auth.post(
    "/login",
    bucket="login",
    errors=(accounts.InvalidCredentials, accounts.LoginAttemptsExceeded),
)
async def sign_in_by_name(
    _: Anyone,
    request: Request,
    body: schemas.SignIn,
    parts: AccountsDep,
    device: DeviceDep,
) -> schemas.TokenPair:
    """Sign in by username or e-mail."""
    platform: Platform = request.app.state.platform
    named = Login(username=body.username, password=body.password)
    user = await signing_in.check_credentials(
        platform.database, admission_of(request), parts.passwords, named, device
    )
    async with unit_of_work(platform.database) as uow:
        started = await signing_in.start_session(uow, user, device, browser=False)
    return schemas.TokenPair(
        access_token=parts.tokens.sign(user, started.session.id),
        token_type="bearer",  # noqa: S106 — the scheme's name
        refresh_token=started.secret,
        expires_in=int(parts.tokens.life.total_seconds()),
    )


@analyses.post(
    "/",
    status_code=202,
    response_model=record.AnalysisRecord,
    bucket="analysis_create",
    idempotent=True,
    audit="job.queued",
    errors=(NothingToAnalyse, TierLimitExceeded),
)
async def submit_analysis(
    actor: CanAnalyse, body: schemas.AnalysisAsk, request: Request, uow: UowDep
) -> record.AnalysisRecord:
    """Ask for an analysis of a project's newest source; follow it at the socket."""
    parameters = {"project_name": body.project_name, "analysis_types": body.analysis_types}
    wanted = JobCreate(kind=record.KIND, parameters=parameters, project_id=None, task_id=None)
    try:
        job = await service.enqueue(uow, actor, wanted)
    except NoSource as error:
        upload_to = whole(request, f"/api/v1/projects/{error.fields['project_id']}/source")
        raise NothingToAnalyse(project_name=body.project_name, upload_to=upload_to) from error
    storage = request.app.state.platform.storage
    return await record.of(uow, storage, job, await reading.one(uow, job))


@analyses.get(
    "/{analysis_id}",
    errors=(AnalysisUnknown, AnalysisOfAnother, BlobMissing, StorageUnavailable),
)
async def read_analysis(
    actor: CanRead, analysis_id: OpaqueId, request: Request, uow: UowDep
) -> record.AnalysisRecord:
    """Return the record of an analysis; its figures are null until it has run."""
    found, job = await access.load(uow, actor, analysis_id)
    return await record.of(uow, request.app.state.platform.storage, found, job)


@health.get("/", bucket=EXEMPT)
async def get_builds_health(_: Anyone) -> schemas.Healthy:
    """Say that the server answers."""
    return schemas.Healthy(status="healthy", timestamp=now(), version=__version__)


@health.get("/ready", bucket=EXEMPT, errors=(NotReady,))
async def get_readiness(_: Anyone, request: Request) -> schemas.Ready:
    """Say whether database, broker and migrations are in order."""
    platform: Platform = request.app.state.platform
    names = ("the database", "the broker", "the database's revision")
    states = await asyncio.gather(
        checks.database_state(platform),
        checks.broker_state(platform),
        checks.migrations_state(platform),
    )
    missing = [
        f"{name} is {'not configured' if state == 'disabled' else 'not in order'}"
        for name, state in zip(names, states, strict=True)
        if state != "ok"
    ]
    if missing:
        raise NotReady(reason=", ".join(missing))
    return schemas.Ready(status="ready", timestamp=now())


@health.get("/live", bucket=EXEMPT)
async def get_liveness(_: Anyone) -> schemas.Alive:
    """Say that the process answers."""
    return schemas.Alive(status="alive", timestamp=now())


@health.get("/status", bucket=EXEMPT)
async def get_status(_: Anyone, request: Request) -> schemas.StatusRead:
    """Say how the server and what it stands on are, with figures it measured."""
    platform: Platform = request.app.state.platform
    database, cache = await asyncio.gather(
        checks.database_state(platform), checks.valkey_state(platform)
    )
    components = schemas.Components(
        api="operational",
        database=_working(database),
        cache=_working(cache),
        security="operational" if platform.throttle.on else "disabled",
    )
    pulse = platform.pulse
    return schemas.StatusRead(
        status="degraded" if "down" in vars(components).values() else "operational",
        timestamp=now(),
        version=__version__,
        components=components,
        metrics=schemas.Metrics(
            uptime_seconds=pulse.uptime_seconds,
            requests_total=pulse.requests,
            requests_per_second=pulse.requests_per_second,
            memory_percent=pulse.memory_percent,
            cpu_percent=pulse.cpu_percent,
        ),
    )


def _working(state: checks.State) -> schemas.Working:
    words: dict[checks.State, schemas.Working] = {"ok": "operational", "error": "down"}
    return words.get(state, "disabled")
