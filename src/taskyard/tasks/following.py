"""What happened to a task, what it still lacks, and who is told of it, over HTTP."""

from taskyard.core.hot import Question
from taskyard.core.routing import Router
from taskyard.core.schemas import CursorInvalid, Item, Page, PaginationTooDeep, Paging, whole
from taskyard.core.uow import UowDep
from taskyard.projects.access import ProjectId
from taskyard.tasks import errors as refusals
from taskyard.tasks import hot, schemas
from taskyard.tasks.access import CanAsk, CanRead, TaskId
from taskyard.tasks.requirements import EvidenceRead
from taskyard.tasks.service import proving, watching

router = Router(prefix="/api/v1/projects/{project_id}/tasks/{task_id}", tags=["tasks"])


@router.hot(
    "/activity",
    answers=Page[schemas.ActivityRead],
    errors=(refusals.TaskNotFound, PaginationTooDeep, CursorInvalid),
)
def list_task_activity(
    caller: CanAsk, project_id: ProjectId, task_id: TaskId, query: Paging
) -> Question:
    """List what happened to a task, newest first."""
    return hot.activity(caller, project_id, task_id, query)


@router.get("/evidence", errors=(refusals.TaskNotFound,))
async def list_task_evidence(access: CanRead, task_id: TaskId, uow: UowDep) -> Page[EvidenceRead]:
    """List what a task requires before it is done, and how each of it stands now."""
    found = await proving.evidence_of(uow, access, task_id)
    return whole(
        [
            EvidenceRead(
                kind=needed.kind,
                at_least=needed.at_least,
                met=reading.met,
                says=reading.says,
                remedy=reading.remedy,
                job_id=reading.job_id,
            )
            for needed, reading in found
        ]
    )


@router.get("/watchers", errors=(refusals.TaskNotFound,))
async def list_watchers(access: CanRead, task_id: TaskId, uow: UowDep) -> Page[schemas.Person]:
    """List who is told of what happens to a task."""
    return whole((await _watchers(uow, access, task_id)).data)


@router.post("/watchers", idempotent=True, errors=(refusals.TaskNotFound,))
async def watch_task(access: CanRead, task_id: TaskId, uow: UowDep) -> Item[list[schemas.Person]]:
    """Be told of what happens to a task; answers with all who are."""
    await watching.watch(uow, access, task_id)
    return await _watchers(uow, access, task_id)


@router.delete("/watchers", errors=(refusals.TaskNotFound,))
async def unwatch_task(access: CanRead, task_id: TaskId, uow: UowDep) -> Item[list[schemas.Person]]:
    """Be told of it no longer; answers with all who are."""
    await watching.unwatch(uow, access, task_id)
    return await _watchers(uow, access, task_id)


async def _watchers(uow: UowDep, access: CanRead, task_id: TaskId) -> Item[list[schemas.Person]]:
    found = await watching.watchers(uow, access, task_id)
    people = [schemas.Person(id=row[0], name=row[1], username=row[2]) for row in found]
    return Item(data=people)


ROUTERS = (router,)
