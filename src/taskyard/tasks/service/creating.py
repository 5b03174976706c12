"""Making tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from taskyard.core.markdown import rendered
from taskyard.core.uow import Uow
from taskyard.kit import clock
from taskyard.kit.ids import uuid7
from taskyard.tasks import label_repository, ordering, repository
from taskyard.tasks.acting import Author
from taskyard.tasks.events import TaskAssigned, TaskCreated
from taskyard.tasks.models import Task
from taskyard.tasks.schemas import TaskCreate
from taskyard.tasks.service import checking, placing, proving
from taskyard.tasks.service.telling import tell


@dataclass(frozen=True, slots=True)
class Draft:
    """A task that is to be made. Its parent may be a draft that comes before it."""

    id: UUID
    body: TaskCreate
    #: Its description, where that is rendered already.
    html: str | None = None


async def create(uow: Uow, access: Author, body: TaskCreate) -> UUID:
    """Make a task.

    Raises AssigneeNotMember, LabelNotFound, ParentNotFound, PlaceGone or EvidenceMissing.
    """
    draft = Draft(uuid7(), body)
    await create_all(uow, access, [draft])
    return draft.id


async def create_all(uow: Uow, access: Author, drafts: Sequence[Draft]) -> Sequence[Task]:
    """Make tasks with numbers in their order, all or none. Raises what `create` raises."""
    bodies = [draft.body for draft in drafts]
    project_id, ids = access.project_id, {draft.id for draft in drafts}
    assignees = {body.assignee_id for body in bodies if body.assignee_id}
    names = await checking.people(uow, project_id, assignees)
    html = [
        await rendered(draft.body.description) if draft.html is None else draft.html
        for draft in drafts
    ]
    # From here on no other task of the project is made, moved or tied.
    last, key = await repository.hold_book(uow.db, project_id, take=len(drafts))
    await checking.labels(uow, project_id, {one for body in bodies for one in body.label_ids})
    wanted = {body.parent_id for body in bodies if body.parent_id and body.parent_id not in ids}
    await checking.parents(uow, project_id, wanted)
    await _check_evidence(uow, access, drafts, key, last)
    positions = await _positions(uow, project_id, drafts)
    done = any(body.status == "done" for body in bodies)
    at = await repository.moment(uow.db) if done else None
    tasks = [
        _task(access, draft, number, position, text, at)
        for number, draft, position, text in zip(
            range(last - len(drafts) + 1, last + 1), drafts, positions, html, strict=True
        )
    ]
    uow.db.add_all(tasks)
    await uow.db.flush()
    await _tie(uow, access, drafts)
    for task in tasks:
        tell(uow, access, TaskCreated, task, key, status=task.status, parent_id=task.parent_id)
        if task.assignee_id is not None:
            given = {"new_id": task.assignee_id, "new": names[task.assignee_id]}
            tell(uow, access, TaskAssigned, task, key, old_id=None, old=None, **given)
    return tasks


async def _check_evidence(
    uow: Uow, access: Author, drafts: Sequence[Draft], key: str, last: int
) -> None:
    """Raise EvidenceMissing where one would be done from the start and lacks what it requires."""
    numbered = enumerate(drafts, last - len(drafts) + 1)
    claims = [
        proving.Claim(draft.id, f"{key}-{number}", draft.body.model_dump()["requires"], clock.now())
        for number, draft in numbered
        if draft.body.status == "done" and draft.body.requires
    ]
    await proving.check(uow.db, access.project_id, claims)


def _task(
    access: Author,
    draft: Draft,
    number: int,
    position: str,
    html: str,
    at: datetime | None,
) -> Task:
    body = draft.body
    columns = body.model_dump(exclude={"agent_id", "label_ids", "position"})
    return Task(
        **columns,
        id=draft.id,
        project_id=access.project_id,
        number=number,
        version=1,
        position=position,
        description_html=html,
        created_by=access.by,
        completed_at=at if body.status == "done" else None,
    )


async def _positions(uow: Uow, project_id: UUID, drafts: Sequence[Draft]) -> list[str]:
    """Return a place for each: the one asked for, else the bottom of its column, in order."""
    if len(drafts) == 1:
        [draft] = drafts
        place = draft.body.position or placing.BOTTOM
        return [await placing.find(uow, project_id, draft.id, draft.body.status, place)]
    last = await placing.last_places(uow, project_id, {draft.body.status for draft in drafts})
    positions = []
    for draft in drafts:
        status = draft.body.status
        last[status] = ordering.between(last[status], None)
        positions.append(last[status] or "")
    return positions


async def _tie(uow: Uow, access: Author, drafts: Sequence[Draft]) -> None:
    """Have the new tasks wear their labels, and those watch them whom they concern."""
    worn = {(draft.id, label_id) for draft in drafts for label_id in draft.body.label_ids}
    await label_repository.wear(uow.db, worn)
    people = {(draft.id, access.by) for draft in drafts}
    people |= {
        (draft.id, draft.body.assignee_id) for draft in drafts if draft.body.assignee_id is not None
    }
    await repository.watch(uow.db, people)
