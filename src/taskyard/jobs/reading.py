"""Jobs as their readers see them: from rows to answers."""

from collections.abc import Collection
from typing import Any

from taskyard.accounts.service import profiles
from taskyard.core.access import Actor, Permission
from taskyard.core.schemas import Page
from taskyard.core.uow import Uow
from taskyard.jobs import policy, repository
from taskyard.jobs.access import JobAccess
from taskyard.jobs.errors import JobNotFound
from taskyard.jobs.models import Job, JobStep
from taskyard.jobs.repository import Glance
from taskyard.jobs.schemas import (
    AskedBy,
    EventsQuery,
    JobEventRead,
    JobRead,
    JobSummary,
    Me,
    StepRead,
)
from taskyard.jobs.service import monthly_usage
from taskyard.jobs.types import JobState
from taskyard.projects.types import ROLE_ALLOWS

_PLAIN = (
    "id",
    "kind",
    "title",
    "project_id",
    "project_name",
    "task_id",
    "current_step",
    "attempt",
    "created_at",
    "started_at",
    "finished_at",
    "deadline_at",
    "failure",
)


async def part_of_mine(
    uow: Uow,
    actor: Actor,
    *,
    states: Collection[JobState] | None,
    kind: str | None,
    offset: int,
    limit: int,
) -> list[JobSummary]:
    """Return so many of the jobs an account asked for, newest first, after the first `offset`."""
    select = repository.asked_by(actor.user_id)
    if states is not None:
        select = select.where(Job.state.in_(states))
    if kind is not None:
        select = select.where(Job.kind == kind)
    rows = await repository.part(uow.db, select, offset=offset, limit=limit)
    return [_own(actor, row) for row in rows]


def _own(actor: Actor, row: Glance) -> JobSummary:
    """Return a job of the actor's own, with what their role in its project lets them do."""
    allowed = ROLE_ALLOWS.get(row.role, frozenset()) if row.project_id else actor.permissions
    return JobSummary(
        **_fields(
            row,
            may_cancel=actor.may(Permission.JOB_CANCEL)
            and (actor.is_admin or Permission.JOB_CANCEL in allowed),
            may_retry=actor.may(Permission.JOB_CREATE) and Permission.JOB_CREATE in allowed,
        )
    )


async def one(uow: Uow, access: JobAccess) -> JobRead:
    """Return one job. Raises JobNotFound."""
    await uow.db.flush()
    row = await repository.whole(uow.db, access.job_id)
    if row is None:
        raise JobNotFound
    steps = await repository.steps(uow.db, access.job_id)
    return JobRead(
        **_fields(row, **_rights(access)),
        parameters=row.parameters,
        result=row.result,
        reused_from=row.reused_from,
        steps=[_step(step) for step in steps],
    )


def _rights(access: JobAccess) -> dict[str, bool]:
    return {
        "may_cancel": access.may(Permission.JOB_CANCEL),
        "may_retry": access.may(Permission.JOB_CREATE),
    }


def _fields(row: Glance, *, may_cancel: bool, may_retry: bool) -> dict[str, Any]:
    owner = row.owner_id
    return {
        **{name: getattr(row, name) for name in _PLAIN},
        "status": row.state,
        "progress": policy.percent(row.progress),
        "asked_by": AskedBy(id=owner, name=row.owner_name) if owner else None,
        "queue_position": row.position,
        "can_cancel": may_cancel and policy.may_cancel(row.state),
        "can_retry": may_retry and policy.may_retry(row.state),
        "version": row.next_seq - 1,
    }


def _step(step: JobStep) -> StepRead:
    took = (step.finished_at - step.started_at).total_seconds() if step.finished_at else None
    return StepRead(
        name=step.name,
        title=step.title,
        status=step.status,
        started_at=step.started_at,
        seconds=round(took, 3) if took is not None else None,
    )


async def me(uow: Uow, actor: Actor) -> Me:
    """Return an account with what it used this month."""
    user = await profiles.me(uow, actor)
    return Me(
        id=actor.user_id,
        email=actor.email,
        name=user.display_name,
        subscription_tier=actor.tier,
        subscription_status="none",
        monthly_usage=await monthly_usage(uow, actor.user_id),
    )


async def events(uow: Uow, access: JobAccess, query: EventsQuery) -> Page[JobEventRead]:
    """Return a job's events after a number."""
    found = await repository.events(uow.db, access.job_id, after=query.after, limit=query.limit + 1)
    newest = await repository.newest_seq(uow.db, [access.job_id])
    shown = found[: query.limit]
    return Page(
        items=[JobEventRead.model_validate(event) for event in shown],
        total=newest.get(access.job_id, 0),
        page=1,
        page_size=query.limit,
        next_cursor=str(shown[-1].seq) if len(found) > query.limit else None,
    )
