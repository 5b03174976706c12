"""Jobs as their readers see them: from rows to answers."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from taskyard.accounts.service import profiles
from taskyard.core.access import Actor, Permission
from taskyard.core.schemas import Cursor, Page
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
    JobQuery,
    JobRead,
    JobSummary,
    Me,
    ProjectJobQuery,
    StepRead,
)
from taskyard.jobs.service import monthly_usage
from taskyard.jobs.types import JobState
from taskyard.projects.access import ProjectAccess
from taskyard.projects.types import ROLE_ALLOWS

_PLAIN = (
    "id",
    "kind",
    "title",
    "project_id",
    "project_name",
    "current_step",
    "attempt",
    "created_at",
    "started_at",
    "finished_at",
    "deadline_at",
    "failure",
)


async def mine(uow: Uow, actor: Actor, query: JobQuery, cursor: Cursor) -> Page[JobSummary]:
    """Return a page of the jobs an account asked for. Raises paging refusals."""
    query.check_tier(actor.tier)
    select = repository.asked_by(actor.user_id)
    if query.project_id is not None:
        select = select.where(Job.project_id == query.project_id)
    scope = f"jobs:{actor.user_id}:{query.project_id}"
    rows, total, following = await _page(uow, select, query, cursor, scope)
    return Page(
        items=[_own(actor, row) for row in rows],
        total=total,
        page=query.page,
        page_size=query.page_size,
        next_cursor=following,
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


async def of_project(
    uow: Uow, project: ProjectAccess, query: ProjectJobQuery, cursor: Cursor
) -> Page[JobSummary]:
    """Return a page of a project's jobs. Raises paging refusals."""
    query.check_tier(project.actor.tier)
    select = repository.of_project(project.project_id)
    scope = f"project-jobs:{project.project_id}"
    rows, total, following = await _page(uow, select, query, cursor, scope)
    rights = _rights(JobAccess(project.project_id, project.actor, project))
    return Page(
        items=[JobSummary(**_fields(row, **rights)) for row in rows],
        total=total,
        page=query.page,
        page_size=query.page_size,
        next_cursor=following,
    )


async def _page(
    uow: Uow, select: Any, query: ProjectJobQuery, cursor: Cursor, scope: str
) -> tuple[list[Glance], int, str | None]:
    """Return rows, how many there are in all, and the cursor of what follows."""
    if query.status is not None:
        select = select.where(Job.state == query.status)
    if query.kind is not None:
        select = select.where(Job.kind == query.kind)
    scope = f"{scope}:{query.status}:{query.kind}"
    before: UUID | None = None
    if query.cursor is not None:
        _, before = cursor.open(scope, query.cursor)
    rows, total = await repository.page(
        uow.db,
        select,
        before=before,
        offset=0 if before else query.offset,
        limit=query.page_size + 1,
    )
    shown = list(rows[: query.page_size])
    more = len(rows) > query.page_size
    return shown, total, cursor.seal(scope, 0, shown[-1].id) if more else None


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
