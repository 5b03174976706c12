"""Findings as tasks over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Response

from taskyard.core.access import Permission
from taskyard.core.hot import answered
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page, whole
from taskyard.core.uow import UowDep
from taskyard.projects.access import CanChangeProject, ProjectAccess, gate
from taskyard.runners.analysis.errors import AnalysisNotFound
from taskyard.runners.analysis.tracking import service
from taskyard.runners.analysis.tracking.errors import FindingNotFound
from taskyard.runners.analysis.tracking.schemas import RuleRead, RuleUpdate, TaskFindingRead
from taskyard.tasks import hot
from taskyard.tasks.access import CanCreate, CanRead, TaskId
from taskyard.tasks.errors import TaskNotFound
from taskyard.tasks.schemas import TaskRead

router = Router(prefix="/api/v1/projects/{project_id}", tags=["analyses"])
ROUTERS = (router,)

CanSee = Annotated[ProjectAccess, Depends(gate(Permission.ANALYSIS_READ), scope="function")]
Fingerprint = Annotated[str, Path(max_length=64, description="A finding of the analysis.")]


@router.post(
    "/analyses/{analysis_id}/findings/{fingerprint}/task",
    status_code=201,
    response_model=Item[TaskRead],
    responses={200: {"model": Item[TaskRead], "description": "It has this task already."}},
    idempotent=True,
    audit="task.created",
    errors=(AnalysisNotFound, FindingNotFound),
)
async def make_finding_task(
    access: CanCreate,
    analysis_id: Annotated[UUID, Path(description="An analysis of this project.")],
    fingerprint: Fingerprint,
    uow: UowDep,
) -> Response:
    """Make a task of a finding. One that has a task is answered with it: it never gets a second.

    A task that was deleted is brought back. Once a later analysis lacks the finding, it is done.
    """
    task_id, made = await service.track(uow, access, analysis_id, fingerprint)
    question = hot.one(access.project_id, task_id)
    answer = await answered(uow, access.actor, question, status=201 if made else 200)
    answer.headers["Location"] = f"/api/v1/projects/{access.project_id}/tasks/{task_id}"
    return answer


@router.get("/tasks/{task_id}/findings", errors=(TaskNotFound,))
async def list_task_findings(
    access: CanRead, task_id: TaskId, uow: UowDep
) -> Page[TaskFindingRead]:
    """Return the finding a task was made of; an empty list for any other task."""
    return whole(await service.findings_of(uow, access, task_id))


@router.get("/finding-rule")
async def get_finding_rule(access: CanSee, uow: UowDep) -> Item[RuleRead]:
    """Return from which severity on every finding becomes a task."""
    return Item(data=RuleRead(severity=await service.rule(uow, access)))


@router.put("/finding-rule", idempotent=True, audit="finding_rule.changed")
async def set_finding_rule(
    access: CanChangeProject, body: RuleUpdate, uow: UowDep
) -> Item[RuleRead]:
    """Have every finding of a severity and those above become a task, from the next analysis on."""
    await service.set_rule(uow, access, body.severity)
    return Item(data=RuleRead(severity=body.severity))
