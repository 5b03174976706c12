"""Tasks over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from taskyard.core.etag import IfMatch, PreconditionFailed
from taskyard.core.hot import Question, answered
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page, PaginationTooDeep
from taskyard.core.uow import UowDep
from taskyard.projects.access import ProjectId
from taskyard.tasks import at_once, graph, hot, schemas
from taskyard.tasks import errors as refusals
from taskyard.tasks.access import (
    CanAsk,
    CanAskMine,
    CanCreate,
    CanDelete,
    CanUpdate,
    TaskId,
)
from taskyard.tasks.exchange import ROUTERS as EXCHANGE_ROUTERS
from taskyard.tasks.following import ROUTERS as FOLLOWING_ROUTERS
from taskyard.tasks.labels import ROUTERS as LABEL_ROUTERS
from taskyard.tasks.service import adding, changing, creating, deleting, linking

tasks = Router(prefix="/api/v1/projects/{project_id}/tasks", tags=["tasks"])
mine = Router(prefix="/api/v1/tasks", tags=["tasks"])

OtherId = Annotated[UUID, Path(description="Another task of the project.")]
_NAMED = (refusals.AssigneeNotMember, refusals.LabelNotFound, refusals.ParentNotFound)


@mine.hot("", answers=Page[schemas.TaskSummary], errors=(PaginationTooDeep,))
def list_my_tasks(
    caller: CanAskMine,  # noqa: ARG001 — the statement knows whose they are
    query: Annotated[schemas.MyTaskQuery, Query()],
) -> Question:
    """List the tasks that are yours to do, of every project you are in."""
    return hot.mine(query)


@tasks.hot("", answers=Page[schemas.TaskSummary], errors=(PaginationTooDeep,))
def list_tasks(
    caller: CanAsk,  # noqa: ARG001
    project_id: ProjectId,
    query: Annotated[schemas.TaskQuery, Query()],
) -> Question:
    """List the tasks of a project."""
    return hot.of_project(project_id, query)


@tasks.post(
    "",
    status_code=201,
    response_model=Item[schemas.TaskRead],
    idempotent=True,
    audit="task.created",
    errors=(*_NAMED, refusals.PlaceGone, refusals.EvidenceMissing),
    at_once=at_once.create,
)
async def create_task(access: CanCreate, body: schemas.TaskCreate, uow: UowDep) -> Response:
    """Make a task."""
    task_id = await creating.create(uow, access, body)
    question = hot.one(access.project_id, task_id)
    answer = await answered(uow, access.actor, question, status=201)
    answer.headers["Location"] = f"/api/v1/projects/{access.project_id}/tasks/{task_id}"
    return answer


@tasks.post(
    "/bulk",
    response_model=Item[list[schemas.TaskSummary]],
    idempotent=True,
    audit="task.changed",
    errors=(
        refusals.TaskNotFound,
        *_NAMED,
        refusals.ParentCycle,
        refusals.TooManyLabels,
        refusals.EvidenceMissing,
    ),
)
async def change_tasks(access: CanUpdate, body: schemas.TaskBulk, uow: UowDep) -> Response:
    """Make the same change to many tasks, all or none; answers with those that are left."""
    await changing.change_many(uow, access, body)
    return await answered(uow, access.actor, hot.some(access.project_id, body.task_ids))


@tasks.post(
    "/quick",
    status_code=201,
    response_model=Item[list[schemas.TaskSummary]],
    idempotent=True,
    audit="task.created",
    errors=(
        refusals.LineInvalid,
        refusals.TooManyLines,
        refusals.ParentNotFound,
        refusals.ProjectLabelsFull,
    ),
)
async def add_tasks(access: CanCreate, body: schemas.QuickAdd, uow: UowDep) -> Response:
    """Make tasks of lines of text: `Buy ssd *bug @ana !high ~2 tomorrow`, parts indented.

    `*label` (made where it is missing), `@member`, `!priority`, `~estimate`, and a day at the end:
    today, tomorrow, friday, in 3 days, next week, 2026-12-24.
    """
    made = await adding.add(uow, access, body)
    return await answered(uow, access.actor, hot.some(access.project_id, made), status=201)


@tasks.hot("/{task_id}", answers=Item[schemas.TaskRead], errors=(refusals.TaskNotFound,))
def get_task(caller: CanAsk, project_id: ProjectId, task_id: TaskId) -> Question:  # noqa: ARG001
    """Return one task."""
    return hot.one(project_id, task_id)


@tasks.patch(
    "/{task_id}",
    response_model=Item[schemas.TaskRead],
    idempotent=True,
    audit="task.changed",
    errors=(
        refusals.TaskNotFound,
        PreconditionFailed,
        *_NAMED,
        refusals.ParentCycle,
        refusals.PlaceGone,
        refusals.EvidenceMissing,
    ),
)
async def update_task(
    access: CanUpdate,
    task_id: TaskId,
    body: schemas.TaskUpdate,
    uow: UowDep,
    if_match: IfMatch = None,
) -> Response:
    """Change a task: its fields, its column, its place in it."""
    await changing.change(uow, access, task_id, body, if_match=if_match)
    return await answered(uow, access.actor, hot.one(access.project_id, task_id))


@tasks.hot("/{task_id}/graph", answers=Item[schemas.TaskGraph], errors=(refusals.TaskNotFound,))
def get_task_graph(
    caller: CanAsk,  # noqa: ARG001
    project_id: ProjectId,
    task_id: TaskId,
) -> Question:
    """Return what a task waits for and what waits for it, some steps far."""
    return graph.around(project_id, task_id)


@tasks.delete(
    "/{task_id}",
    status_code=204,
    audit="task.deleted",
    errors=(refusals.TaskNotFound, PreconditionFailed),
)
async def delete_task(
    access: CanDelete, task_id: TaskId, uow: UowDep, if_match: IfMatch = None
) -> Response:
    """Delete a task; it can be brought back."""
    await deleting.delete(uow, access, task_id, if_match=if_match)
    return Response(status_code=204)


@tasks.post(
    "/{task_id}/restore",
    response_model=Item[schemas.TaskRead],
    idempotent=True,
    audit="task.restored",
    errors=(refusals.TaskNotFound,),
)
async def restore_task(access: CanDelete, task_id: TaskId, uow: UowDep) -> Response:
    """Bring a deleted task back, at the bottom of its column."""
    await deleting.restore(uow, access, task_id)
    return await answered(uow, access.actor, hot.one(access.project_id, task_id))


@tasks.post(
    "/{task_id}/depends-on/{other}",
    response_model=Item[schemas.TaskRead],
    idempotent=True,
    audit="task.changed",
    errors=(refusals.TaskNotFound, refusals.DependencyCycle, refusals.TooManyDependencies),
)
async def add_dependency(
    access: CanUpdate, task_id: TaskId, other: OtherId, uow: UowDep
) -> Response:
    """Have a task wait for another. A cycle is refused, and named."""
    await linking.depend(uow, access, task_id, other)
    return await answered(uow, access.actor, hot.one(access.project_id, task_id))


@tasks.delete(
    "/{task_id}/depends-on/{other}",
    response_model=Item[schemas.TaskRead],
    audit="task.changed",
    errors=(refusals.TaskNotFound,),
)
async def remove_dependency(
    access: CanUpdate, task_id: TaskId, other: OtherId, uow: UowDep
) -> Response:
    """Have a task wait for another no longer."""
    await linking.release(uow, access, task_id, other)
    return await answered(uow, access.actor, hot.one(access.project_id, task_id))


ROUTERS = (mine, *LABEL_ROUTERS, *EXCHANGE_ROUTERS, tasks, *FOLLOWING_ROUTERS)
