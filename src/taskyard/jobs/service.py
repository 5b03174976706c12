"""The verbs of jobs: ask for one, stop it, try it again."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy import func, text

from taskyard.core.access import Actor, Permission
from taskyard.core.limits import tier_limits
from taskyard.core.problems import ValidationFailed
from taskyard.core.schemas import In, Name
from taskyard.core.uow import Uow
from taskyard.jobs import kinds, policy, repository, work_items
from taskyard.jobs.access import JobAccess
from taskyard.jobs.errors import (
    JobHasEnded,
    JobNotFound,
    JobNotRetryable,
    ProjectRequired,
    TaskNotFound,
    TierLimitExceeded,
)
from taskyard.jobs.events import JobCancelled, JobCancelRequested, JobQueued
from taskyard.jobs.kinds import JobKind
from taskyard.jobs.models import Job
from taskyard.jobs.schemas import JobCreate
from taskyard.jobs.telling import tell
from taskyard.jobs.types import JobState
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.projects import access as projects
from taskyard.projects import service as project_service
from taskyard.projects.access import ProjectAccess
from taskyard.projects.errors import ProjectNotFound

#: Names the project of a job inside its parameters (contracts jobs and builds).
_PROJECT_NAMES = ("project_id", "project_name")
_TITLE_LENGTH = 200
#: The number of a job's first event.
_FIRST = 1


async def enqueue(
    uow: Uow, actor: Actor, body: JobCreate, *, place: ProjectAccess | None = None
) -> JobAccess:
    """Ask for a job: its row and its first event, in the caller's transaction.

    `place` is the caller's access to a project, where it was asked for already.

    Raises JobKindUnknown, ProjectRequired, ProjectNotFound, TaskNotFound, ValidationFailed,
    TierLimitExceeded, and whatever the kind's own check refuses.
    """
    kind = kinds.get(body.kind)
    if kind.queue == "system":
        raise kinds.unknown(body.kind)
    actor.require(kind.permission)
    given = dict(body.parameters)
    if body.task_id is not None:
        place = await _place_of_task(uow, actor, body, place)
    project_id = body.project_id or (place.project_id if place and body.task_id else None)
    project = await _project(uow, actor, kind, project_id, given, place)
    parameters = await kind.prepare(uow, project, _validated(kind, given))
    await _check_quota(uow, actor)
    job = Job(
        id=uuid7(),
        owner_id=actor.user_id,
        project_id=project.project_id if project else None,
        task_id=body.task_id,
        tier=actor.tier,
        priority=tier_limits(actor.tier).queue_priority,
        **_work(kind, parameters),
    )
    await _add(uow, kind, job, parameters)
    return JobAccess(job.id, actor, project)


async def enqueue_system(
    uow: Uow, name: str, parameters: BaseModel, *, project_id: UUID | None = None
) -> UUID:
    """Ask for a job of the platform's own: no owner, no quota, in nobody's list."""
    kind = kinds.get(name)
    job = Job(id=uuid7(), project_id=project_id, **_work(kind, parameters))
    await _add(uow, kind, job, parameters)
    return job.id


async def cancel(uow: Uow, access: JobAccess) -> None:
    """Stop a job: at once where it is not running, else its attempt is told. Raises JobHasEnded.

    Asking twice is fine. A job that finishes at the same moment ends as one of the two.
    """
    job = await _locked(uow, access.job_id)
    if not policy.may_cancel(job.state):
        raise JobHasEnded(status=job.state)
    _stop(uow, job, access.actor.user_id)


async def cancel_all(uow: Uow, project_id: UUID, by: UUID | None) -> int:
    """Stop whatever a project still has to do; return how many jobs that was."""
    stopped = 0
    for job_id in await repository.open_in(uow.db, project_id):
        job = await repository.locked(uow.db, job_id)
        if job is not None and policy.may_cancel(job.state):
            _stop(uow, job, by)
            stopped += 1
    return stopped


def _stop(uow: Uow, job: Job, by: UUID | None) -> None:
    if job.state == JobState.RUNNING:
        if not job.cancel_requested:
            job.cancel_requested = True
            tell(uow, job, JobCancelRequested, "job.cancelling", {"by": _name(by)}, by=by)
        return
    job.state = JobState.CANCELLED
    job.run_at = job.deadline_at = job.dispatched_at = None
    job.finished_at = func.clock_timestamp()
    tell(uow, job, JobCancelled, "job.cancelled", {"by": _name(by)}, by=by)


def _name(by: UUID | None) -> str | None:
    return None if by is None else str(by)


async def retry(uow: Uow, access: JobAccess, *, from_start: bool) -> None:
    """Try a job again, keeping the steps it finished. Raises JobNotRetryable."""
    job = await _locked(uow, access.job_id)
    if not policy.may_retry(job.state):
        raise JobNotRetryable(status=job.state)
    if from_start:
        await repository.forget_steps(uow.db, job.id)
        job.progress = 0
    job.state = JobState.QUEUED
    job.errors = job.lost = 0
    job.cancel_requested = False
    job.failure = job.result = job.finished_at = job.dispatched_at = job.run_at = None
    job.current_step = None
    _set_patience(job)
    by = access.actor.user_id
    facts = {"retry": True, "from_start": from_start, "by": str(by)}
    tell(uow, job, JobQueued, "job.queued", facts, by=by)


async def monthly_usage(uow: Uow, user_id: UUID) -> int:
    """Return how many jobs an account has asked for in this calendar month (UTC)."""
    month = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return await repository.count_since(uow.db, user_id, month)


async def _place_of_task(
    uow: Uow, actor: Actor, body: JobCreate, place: ProjectAccess | None
) -> ProjectAccess:
    """Return the caller's access to the project of the task a job is asked for.

    Raises TaskNotFound, also where it lies in another project than the job is asked for in.
    """
    assert body.task_id is not None
    project_id = await work_items.project_of(uow.db, body.task_id)
    if project_id is None or body.project_id not in {None, project_id}:
        raise TaskNotFound
    if place is None:
        try:
            place = await projects.load(uow, actor, project_id, Permission.JOB_READ)
        except ProjectNotFound:
            raise TaskNotFound from None
    place.require(Permission.TASK_READ)
    return place


async def _project(
    uow: Uow,
    actor: Actor,
    kind: JobKind[Any, Any],
    project_id: UUID | None,
    given: dict[str, Any],
    place: ProjectAccess | None,
) -> ProjectAccess | None:
    """Return the caller's access to the project a job names, in its body or its parameters."""
    inside = {name: given.pop(name, None) for name in _PROJECT_NAMES}
    named = _ProjectNames.checked(inside)
    if project_id is None and named.project_name is not None:
        project_id = (await project_service.find_or_create(uow, actor, named.project_name)).id
    elif named.project_id not in {None, project_id}:
        if project_id is not None:
            raise _wrong("project_id", "differs from the project the job is asked for in")
        project_id = named.project_id
    if project_id is None:
        if kind.needs_project:
            raise ProjectRequired(given=kind.name)
        return None
    access = place
    if access is None or access.project_id != project_id:
        access = await projects.load(uow, actor, project_id, Permission.JOB_READ)
    access.require(Permission.JOB_CREATE)
    access.require(kind.permission)
    return access


class _ProjectNames(In):
    project_id: UUID | None
    project_name: Name | None

    @classmethod
    def checked(cls, given: dict[str, Any]) -> "_ProjectNames":
        """Return the names given. Raises ValidationFailed."""
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise _refusal(error) from None


def _validated(kind: JobKind[Any, Any], given: dict[str, Any]) -> BaseModel:
    try:
        parameters: BaseModel = kind.parameters.model_validate(given)
    except ValidationError as error:
        raise _refusal(error) from None
    return parameters


def _refusal(error: ValidationError) -> ValidationFailed:
    """Return what is wrong with parameters, field by field."""
    return ValidationFailed(
        fields=[
            {
                "field": ".".join(["body", "parameters", *map(str, item["loc"])]),
                "type": item["type"],
                "message": item["msg"],
            }
            for item in error.errors(include_url=False, include_input=False)[:50]
        ]
    )


def _wrong(field: str, message: str) -> ValidationFailed:
    name = f"body.parameters.{field}"
    return ValidationFailed(fields=[{"field": name, "type": "value_error", "message": message}])


async def _check_quota(uow: Uow, actor: Actor) -> None:
    """Refuse a job beyond the tier's month. One at a time per person, so that none slips by."""
    limit = tier_limits(actor.tier).jobs_per_month
    if limit is None or actor.is_admin:
        return
    await uow.db.execute(
        text("SELECT pg_advisory_xact_lock(1952543597, hashtext(:owner))"),
        {"owner": str(actor.user_id)},
    )
    used = await monthly_usage(uow, actor.user_id)
    if used >= limit:
        raise TierLimitExceeded(
            limit_type="jobs_per_month",
            limit=limit,
            used=used,
            tier=actor.tier,
            upgrade_url="/app/settings",
        )


def _work(kind: JobKind[Any, Any], parameters: BaseModel) -> dict[str, Any]:
    """Return the columns that say what is to be done."""
    return {
        "kind": kind.name,
        "queue": kind.queue,
        "title": kind.title(parameters)[:_TITLE_LENGTH],
        "parameters": parameters.model_dump(mode="json"),
        "cache_key": kind.cache_key(parameters),
        "state": JobState.QUEUED,
    }


async def _add(uow: Uow, kind: JobKind[Any, Any], job: Job, parameters: BaseModel) -> None:
    _set_patience(job)
    # The row is written once, with its first event counted.
    job.next_seq = _FIRST + 1
    uow.db.add(job)
    await uow.db.flush()
    await kind.on_enqueued(uow, job, parameters)
    tell(uow, job, JobQueued, "job.queued", {}, by=job.owner_id, seq=_FIRST)


def _set_patience(job: Job) -> None:
    job.deadline_at = func.clock_timestamp() + policy.QUEUE_PATIENCE


async def _locked(uow: Uow, job_id: UUID) -> Job:
    job = await repository.locked(uow.db, job_id)
    if job is None:
        raise JobNotFound
    return job
