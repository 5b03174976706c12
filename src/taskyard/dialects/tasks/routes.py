"""The contract tasks over HTTP: each route translates, and calls what `/api/v1` calls."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Request

from taskyard import __version__
from taskyard.core.access import Actor, Permission, permit, public
from taskyard.core.platform import Platform
from taskyard.core.routing import Router
from taskyard.core.uow import UowDep
from taskyard.dialects.naming import OpaqueId, id_of
from taskyard.dialects.tasks import schemas
from taskyard.dialects.tasks.wording import FORM
from taskyard.kit.clock import now
from taskyard.projects.errors import ProjectRoleTooLow
from taskyard.tasks import own
from taskyard.tasks.errors import EvidenceMissing, TaskNotFound
from taskyard.tasks.own import OwnTask
from taskyard.tasks.schemas import TaskCreate, TaskUpdate
from taskyard.tasks.service import changing, creating, deleting

tasks = Router(prefix="/api/tasks", tags=["tasks"], form=FORM)
health = Router(prefix="", tags=["health"], form=FORM)

CanRead = Annotated[Actor, permit(Permission.TASK_READ)]
CanCreate = Annotated[Actor, permit(Permission.TASK_CREATE)]
CanUpdate = Annotated[Actor, permit(Permission.TASK_UPDATE)]
CanDelete = Annotated[Actor, permit(Permission.TASK_DELETE)]


@tasks.get("")
async def list_own_tasks(
    actor: CanRead, query: Annotated[schemas.ListQuery, Query()], uow: UowDep
) -> schemas.Listed:
    """List your tasks, newest first."""
    found, total = await own.page(
        uow,
        actor,
        statuses=schemas.OURS[query.status] if query.status else (),
        priority=query.priority,
        sort=query.sort,
        offset=(query.page - 1) * query.page_size,
        limit=query.page_size,
    )
    return _listed(actor, found, total, query)


@tasks.post("", status_code=201, idempotent=True, audit="task.created")
async def make_own_task(
    actor: CanCreate, body: schemas.TaskBody, uow: UowDep
) -> schemas.Done[schemas.TaskView]:
    """Make a task."""
    home = await own.home(uow, actor, Permission.TASK_CREATE)
    given = body.model_dump() | {
        "description": body.description or "",
        "status": schemas.OURS[body.status][0],
    }
    task_id = await creating.create(uow, home, TaskCreate.model_validate(given))
    return schemas.Done(data=_view(actor, await own.one(uow, actor, task_id)), message="Task made")


@tasks.get("/search", bucket="search")
async def search_own_tasks(
    actor: CanRead, query: Annotated[schemas.SearchQuery, Query()], uow: UowDep
) -> schemas.Listed:
    """Find your tasks by words of title or description, newest first."""
    offset = (query.page - 1) * query.page_size
    found, total = await own.page(uow, actor, q=query.q, offset=offset, limit=query.page_size)
    return _listed(actor, found, total, query)


@tasks.get("/{task_id}", errors=(TaskNotFound,))
async def get_own_task(
    actor: CanRead, task_id: OpaqueId, uow: UowDep
) -> schemas.Done[schemas.TaskView]:
    """Return one of your tasks."""
    return schemas.Done(
        data=_view(actor, await own.one(uow, actor, id_of(task_id))), message="Task found"
    )


@tasks.put(
    "/{task_id}",
    idempotent=True,
    audit="task.changed",
    errors=(TaskNotFound, ProjectRoleTooLow, EvidenceMissing),
)
async def change_own_task(
    actor: CanUpdate, task_id: OpaqueId, body: schemas.TaskChange, uow: UowDep
) -> schemas.Done[schemas.TaskView]:
    """Change the parts of a task that are given."""
    task = await own.one(uow, actor, id_of(task_id))
    access = await own.place_of(uow, actor, task.id, Permission.TASK_UPDATE)
    await changing.change(uow, access, task.id, _update(body, task), if_match=None)
    after = await own.one(uow, actor, task.id)
    return schemas.Done(data=_view(actor, after), message="Task changed")


@tasks.delete("/{task_id}", audit="task.deleted", errors=(TaskNotFound, ProjectRoleTooLow))
async def delete_own_task(actor: CanDelete, task_id: OpaqueId, uow: UowDep) -> schemas.Done[None]:
    """Delete a task."""
    access = await own.place_of(uow, actor, id_of(task_id), Permission.TASK_DELETE)
    await deleting.delete(uow, access, id_of(task_id))
    return schemas.Done(data=None, message="Task deleted")


@health.get("/health")
async def get_health_of_tasks(_: Annotated[None, public()], request: Request) -> schemas.HealthView:
    """Say that the process answers."""
    platform: Platform = request.app.state.platform
    return schemas.HealthView(
        status="healthy",
        version=__version__,
        environment=platform.settings.environment,
        timestamp=now(),
    )


def _update(body: schemas.TaskChange, task: OwnTask) -> TaskUpdate:
    """Return a change in our words; a task that stands there by the contract's stays."""
    given: dict[str, Any] = body.model_dump(exclude_unset=True)
    if "description" in given:
        given["description"] = body.description or ""
    if body.status is not None and task.status in schemas.OURS[body.status]:
        del given["status"]
    elif body.status is not None:
        given["status"] = schemas.OURS[body.status][0]
    return TaskUpdate.model_validate(given)


def _listed(
    actor: Actor, found: Sequence[OwnTask], total: int, query: schemas.Paging
) -> schemas.Listed:
    return schemas.Listed(
        data=[_view(actor, task) for task in found],
        message="Tasks found",
        meta=schemas.PageMeta(
            total=total,
            page=query.page,
            page_size=query.page_size,
            pages=-(-total // query.page_size),
        ),
    )


def _view(actor: Actor, task: OwnTask) -> schemas.TaskView:
    return schemas.TaskView(
        id=task.id,
        title=task.title,
        description=task.description,
        status=next(word for word, ours in schemas.OURS.items() if task.status in ours),
        priority=task.priority,
        due_date=task.due_date,
        user_id=actor.user_id,
        created_at=task.created_at,
        updated_at=task.updated_at,
    )
