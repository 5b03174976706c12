"""Labels: the project's own, and one at a time on a task."""

from collections.abc import Collection, Sequence
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.kit.ids import uuid7
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import label_repository, naming, repository
from taskyard.tasks.errors import (
    LabelNameTaken,
    LabelNotFound,
    ProjectLabelsFull,
    TaskNotFound,
    TooManyLabels,
)
from taskyard.tasks.events import LabelsChanged, TaskChanged
from taskyard.tasks.models import Label, Task
from taskyard.tasks.schemas import LabelChoice, LabelCreate, LabelUpdate
from taskyard.tasks.service import checking
from taskyard.tasks.service.telling import tell
from taskyard.tasks.types import MOST_LABELS, MOST_LABELS_OF_PROJECT


async def labels(uow: Uow, access: ProjectAccess) -> Sequence[Label]:
    """Return the project's labels by name."""
    return await label_repository.labels_of(uow.db, access.project_id)


async def create(uow: Uow, access: ProjectAccess, body: LabelCreate) -> Label:
    """Make a label. Raises LabelNameTaken or ProjectLabelsFull."""
    await repository.hold_book(uow.db, access.project_id)
    await _check_name(uow, access, body.name)
    [label] = await _add(uow, access, [body])
    return label


async def named(uow: Uow, access: ProjectAccess, names: Collection[str]) -> dict[str, UUID]:
    """Return the labels of these names by their lower case; those that are missing are made.

    Raises ProjectLabelsFull.
    """
    if not names:
        return {}
    check_many(len({name.lower() for name in names}))
    await repository.hold_book(uow.db, access.project_id)
    known = await naming.labels_named(uow.db, access.project_id, names)
    missing: dict[str, str] = {}
    for name in names:
        lower, label_id = known[name]
        if label_id is None:
            missing.setdefault(lower, name)
    bodies = [LabelCreate.model_validate({"name": name}) for name in missing.values()]
    made = await _add(uow, access, bodies)
    new = dict(zip(missing, (label.id for label in made), strict=True))
    return {name.lower(): label_id or new[lower] for name, (lower, label_id) in known.items()}


def check_many(count: int) -> None:
    """Raise ProjectLabelsFull where a project cannot have that many labels."""
    if count > MOST_LABELS_OF_PROJECT:
        raise ProjectLabelsFull(limit=MOST_LABELS_OF_PROJECT)


async def _add(uow: Uow, access: ProjectAccess, bodies: Sequence[LabelCreate]) -> Sequence[Label]:
    """Add labels under names that are free; the project's book is held."""
    if not bodies:
        return []
    check_many(await label_repository.count_labels(uow.db, access.project_id) + len(bodies))
    labels = [
        Label(id=uuid7(), project_id=access.project_id, name=body.name, color=body.color)
        for body in bodies
    ]
    uow.db.add_all(labels)
    for label in labels:
        _told(uow, access, label)
    await uow.db.flush()
    return labels


async def change(uow: Uow, access: ProjectAccess, label_id: UUID, body: LabelUpdate) -> Label:
    """Change a label, on every task that wears it. Raises LabelNotFound or LabelNameTaken."""
    await repository.hold_book(uow.db, access.project_id)
    label = await _label(uow, access, label_id, lock=True)
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    if "name" in changes:
        await _check_name(uow, access, changes["name"], but=label.id)
    if any(getattr(label, name) != new for name, new in changes.items()):
        for name, new in changes.items():
            setattr(label, name, new)
        _told(uow, access, label)
    await uow.db.flush()
    return label


async def delete(uow: Uow, access: ProjectAccess, label_id: UUID) -> None:
    """Delete a label, also from the tasks that wear it. Raises LabelNotFound."""
    await repository.hold_book(uow.db, access.project_id)
    # The tasks first: whoever labels one holds it, and then asks for the label.
    await repository.touch(uow.db, await label_repository.wearers(uow.db, label_id))
    label = await _label(uow, access, label_id, lock=True)
    await uow.db.delete(label)
    _told(uow, access, label)


async def worn(uow: Uow, access: ProjectAccess, task_id: UUID) -> Sequence[Label]:
    """Return the labels a task wears, by name. Raises TaskNotFound."""
    if not await repository.named(uow.db, access.project_id, [task_id]):
        raise TaskNotFound
    ids = [label_id for label_id, _ in (await label_repository.worn(uow.db, [task_id]))[task_id]]
    return await label_repository.labels_of(uow.db, access.project_id, ids)


async def _chosen(uow: Uow, access: ProjectAccess, body: LabelChoice) -> UUID:
    """Return the label somebody chose; one of a new name is made. Raises ProjectLabelsFull."""
    if body.name is None:
        assert body.label_id is not None  # the body has one of the two
        return body.label_id
    await repository.hold_book(uow.db, access.project_id)
    _, found = (await naming.labels_named(uow.db, access.project_id, [body.name]))[body.name]
    if found is not None:
        return found
    given = {"color": body.color} if body.color else {}
    return (await create(uow, access, LabelCreate.model_validate({"name": body.name, **given}))).id


async def put_on(uow: Uow, access: ProjectAccess, task_id: UUID, body: LabelChoice) -> None:
    """Have a task wear a label.

    Raises TaskNotFound, LabelNotFound, TooManyLabels or ProjectLabelsFull.
    """
    # The book before the task, as everywhere.
    label_id = await _chosen(uow, access, body)
    task, before = await _wearing(uow, access, task_id)
    wanted = await checking.labels(uow, access.project_id, [label_id])
    if label_id in before:
        return
    if len(before) >= MOST_LABELS:
        raise TooManyLabels(limit=MOST_LABELS)
    await label_repository.wear(uow.db, [(task_id, label_id)])
    await _tell_worn(uow, access, task, before, {**before, **wanted})


async def take_off(uow: Uow, access: ProjectAccess, task_id: UUID, label_id: UUID) -> None:
    """Have a task wear a label no longer. Raises TaskNotFound or LabelNotFound."""
    task, before = await _wearing(uow, access, task_id)
    await checking.labels(uow, access.project_id, [label_id])
    if label_id not in before:
        return
    await label_repository.take_off(uow.db, {(task_id, label_id)})
    left = {one: name for one, name in before.items() if one != label_id}
    await _tell_worn(uow, access, task, before, left)


async def _wearing(uow: Uow, access: ProjectAccess, task_id: UUID) -> tuple[Task, dict[UUID, str]]:
    tasks = await repository.locked(uow.db, access.project_id, [task_id])
    if not tasks:
        raise TaskNotFound
    return tasks[0], dict((await label_repository.worn(uow.db, [task_id]))[task_id])


async def _tell_worn(
    uow: Uow, access: ProjectAccess, task: Task, old: dict[UUID, str], new: dict[UUID, str]
) -> None:
    await repository.touch(uow.db, [task.id])
    key = await repository.key_of(uow.db, access.project_id)
    change = {
        "old": sorted(old.values(), key=str.lower),
        "new": sorted(new.values(), key=str.lower),
    }
    tell(uow, access, TaskChanged, task, key, changes={"labels": change})


async def _label(uow: Uow, access: ProjectAccess, label_id: UUID, *, lock: bool = False) -> Label:
    label = await label_repository.label(uow.db, access.project_id, label_id, lock=lock)
    if label is None:
        raise LabelNotFound
    return label


async def _check_name(
    uow: Uow, access: ProjectAccess, name: str, *, but: UUID | None = None
) -> None:
    known = await naming.labels_named(uow.db, access.project_id, [name])
    if known[name][1] not in {None, but}:
        raise LabelNameTaken(name=name)


def _told(uow: Uow, access: ProjectAccess, label: Label) -> None:
    uow.emit(
        LabelsChanged(
            subject_id=label.id,
            project_id=access.project_id,
            actor_id=access.actor.user_id,
            title=label.name,
        )
    )
