"""Making tasks of lines of text."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from uuid import UUID

from pydantic import ValidationError

from taskyard.core.uow import Uow
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import quick, repository
from taskyard.tasks.errors import LineInvalid, TooManyLines
from taskyard.tasks.naming import is_label
from taskyard.tasks.quick import Line
from taskyard.tasks.schemas import QuickAdd, TaskCreate
from taskyard.tasks.service import labeling
from taskyard.tasks.service.creating import Draft, create_all
from taskyard.tasks.types import MOST_AT_ONCE


async def add(uow: Uow, access: ProjectAccess, body: QuickAdd) -> Sequence[UUID]:
    """Make a task of every line, all or none; labels that are missing are made.

    Raises LineInvalid, TooManyLines, ProjectLabelsFull or ParentNotFound.
    """
    lines = quick.parse(body.text, body.today or now().date())
    if not lines:
        raise LineInvalid(line=1, reason="write what there is to do")
    if len(lines) > MOST_AT_ONCE:
        raise TooManyLines(limit=MOST_AT_ONCE, given=len(lines))
    people = await repository.members_named(
        uow.db, access.project_id, {line.assignee.lower() for line in lines if line.assignee}
    )
    for line in lines:
        for name in line.labels:
            if not is_label(name):
                raise LineInvalid(line=line.number, reason=f"*{name} is no name of a label")
    labels = await labeling.named(uow, access, [name for line in lines for name in line.labels])
    drafts: list[Draft] = []
    for line in lines:
        parent = body.parent_id if line.parent is None else drafts[line.parent].id
        drafts.append(Draft(uuid7(), _body(line, body, parent, people, labels)))
    await create_all(uow, access, drafts)
    return [draft.id for draft in drafts]


def _body(
    line: Line,
    body: QuickAdd,
    parent_id: UUID | None,
    people: dict[str, UUID],
    labels: dict[str, UUID],
) -> TaskCreate:
    assignee = line.assignee.lower() if line.assignee else None
    if assignee is not None and assignee not in people:
        raise LineInvalid(line=line.number, reason=f"nobody called {line.assignee} is in the team")
    try:
        return TaskCreate.model_validate(
            {
                "title": line.title,
                "status": body.status,
                "priority": line.priority or "medium",
                "assignee_id": people[assignee] if assignee else None,
                "label_ids": [labels[name.lower()] for name in line.labels],
                "due_date": datetime.combine(line.due, time(), UTC) if line.due else None,
                "parent_id": parent_id,
                "estimate": line.estimate,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise LineInvalid(line=line.number, reason=f"{first['loc'][0]}: {first['msg']}") from None
