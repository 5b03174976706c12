"""Labels over HTTP: a project's, and those a task wears."""

from fastapi import Response

from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page, whole
from taskyard.core.uow import UowDep
from taskyard.tasks import errors as refusals
from taskyard.tasks import schemas
from taskyard.tasks.access import CanRead, CanUpdate, LabelId, TaskId
from taskyard.tasks.service import labeling

labels = Router(prefix="/api/v1/projects/{project_id}/labels", tags=["tasks"])
worn = Router(prefix="/api/v1/projects/{project_id}/tasks/{task_id}/labels", tags=["tasks"])
#: Where the contract names them beside the tasks: the same labels.
beside = Router(prefix="/api/v1/projects/{project_id}/tasks/labels", tags=["tasks"])
ROUTERS = (labels, beside, worn)


@labels.get("")
async def list_labels(access: CanRead, uow: UowDep) -> Page[schemas.LabelRead]:
    """List a project's labels by name."""
    found = await labeling.labels(uow, access)
    return whole([schemas.LabelRead.model_validate(label) for label in found])


@labels.post(
    "",
    status_code=201,
    idempotent=True,
    audit="labels.changed",
    errors=(refusals.LabelNameTaken, refusals.ProjectLabelsFull),
)
async def create_label(
    access: CanUpdate, body: schemas.LabelCreate, uow: UowDep
) -> Item[schemas.LabelRead]:
    """Make a label for the project's tasks."""
    label = await labeling.create(uow, access, body)
    return Item(data=schemas.LabelRead.model_validate(label))


@labels.patch(
    "/{label_id}",
    idempotent=True,
    audit="labels.changed",
    errors=(refusals.LabelNotFound, refusals.LabelNameTaken),
)
async def update_label(
    access: CanUpdate, label_id: LabelId, body: schemas.LabelUpdate, uow: UowDep
) -> Item[schemas.LabelRead]:
    """Change a label's name or color, on every task that wears it."""
    label = await labeling.change(uow, access, label_id, body)
    return Item(data=schemas.LabelRead.model_validate(label))


@labels.delete(
    "/{label_id}", status_code=204, audit="labels.changed", errors=(refusals.LabelNotFound,)
)
async def delete_label(access: CanUpdate, label_id: LabelId, uow: UowDep) -> Response:
    """Delete a label, also from the tasks that wear it."""
    await labeling.delete(uow, access, label_id)
    return Response(status_code=204)


@beside.get("")
async def list_labels_of_tasks(access: CanRead, uow: UowDep) -> Page[schemas.LabelRead]:
    """List a project's labels by name, as below `/labels`."""
    return await list_labels(access, uow)


@beside.post(
    "",
    status_code=201,
    idempotent=True,
    audit="labels.changed",
    errors=(refusals.LabelNameTaken, refusals.ProjectLabelsFull),
)
async def create_label_of_tasks(
    access: CanUpdate, body: schemas.LabelCreate, uow: UowDep
) -> Item[schemas.LabelRead]:
    """Make a label for the project's tasks, as below `/labels`."""
    return await create_label(access, body, uow)


@beside.delete(
    "/{label_id}", status_code=204, audit="labels.changed", errors=(refusals.LabelNotFound,)
)
async def delete_label_of_tasks(access: CanUpdate, label_id: LabelId, uow: UowDep) -> Response:
    """Delete a label, also from the tasks that wear it, as below `/labels`."""
    return await delete_label(access, label_id, uow)


@worn.get("", errors=(refusals.TaskNotFound,))
async def list_task_labels(
    access: CanRead, task_id: TaskId, uow: UowDep
) -> Page[schemas.LabelRead]:
    """List the labels a task wears, by name."""
    return whole((await _worn(uow, access, task_id)).data)


@worn.post(
    "",
    idempotent=True,
    audit="task.changed",
    errors=(
        refusals.TaskNotFound,
        refusals.LabelNotFound,
        refusals.TooManyLabels,
        refusals.ProjectLabelsFull,
    ),
)
async def add_task_label(
    access: CanUpdate, task_id: TaskId, body: schemas.LabelChoice, uow: UowDep
) -> Item[list[schemas.LabelRead]]:
    """Have a task wear a label, by its id or its name; answers with all it wears."""
    await labeling.put_on(uow, access, task_id, body)
    return await _worn(uow, access, task_id)


@worn.delete(
    "/{label_id}",
    audit="task.changed",
    errors=(refusals.TaskNotFound, refusals.LabelNotFound),
)
async def remove_task_label(
    access: CanUpdate, task_id: TaskId, label_id: LabelId, uow: UowDep
) -> Item[list[schemas.LabelRead]]:
    """Have a task wear a label no longer; answers with all it wears."""
    await labeling.take_off(uow, access, task_id, label_id)
    return await _worn(uow, access, task_id)


async def _worn(uow: UowDep, access: CanRead, task_id: TaskId) -> Item[list[schemas.LabelRead]]:
    found = await labeling.worn(uow, access, task_id)
    return Item(data=[schemas.LabelRead.model_validate(label) for label in found])
