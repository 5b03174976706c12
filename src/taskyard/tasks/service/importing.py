"""Making tasks of a table."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from taskyard.core.uow import Uow
from taskyard.kit.ids import uuid7
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import repository, table
from taskyard.tasks.errors import TableInvalid
from taskyard.tasks.schemas import TaskCreate
from taskyard.tasks.service.adding import named_labels
from taskyard.tasks.service.creating import Draft, create_all

MOST_ROWS: Final = 5_000
#: So many are made before others have a turn.
_AT_ONCE: Final = 100
_MOST_PROBLEMS: Final = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a table."""

    created: int
    ignored_columns: list[str]


@dataclass(slots=True)
class _Reading:
    """What the rows name, and what is wrong with them."""

    people: dict[str, UUID]
    labels: dict[str, UUID]
    #: The draft of each key the table gives, by its lower case.
    keys: dict[str, UUID]
    problems: list[dict[str, Any]]

    def refuse(self, line: int, column: str, message: str) -> None:
        self.problems.append({"line": line, "column": column, "message": message})


async def take(uow: Uow, access: ProjectAccess, content: bytes) -> Imported:
    """Make a task of every row, all or none; labels that are missing are made.

    A parent is named by its key in the table. Raises TableInvalid.
    """
    try:
        found = table.read(content)
    except table.NotATable as error:
        raise TableInvalid(reason=str(error), problems=[]) from None
    if not found.rows or len(found.rows) > MOST_ROWS:
        raise TableInvalid(reason=f"send 1 to {MOST_ROWS} rows", problems=[])
    names = {row["assignee"].lower() for _, row in found.rows if "assignee" in row}
    labels = [name for _, row in found.rows for name in table.labels_of(row.get("labels", ""))]
    ids = [uuid7() for _ in found.rows]
    reading = _Reading(
        people=await repository.members_named(uow.db, access.project_id, names),
        labels=await named_labels(uow, access, labels),
        keys={
            row["key"].lower(): one
            for one, (_, row) in zip(ids, found.rows, strict=True)
            if "key" in row
        },
        problems=[],
    )
    drafts = _drafts(reading, ids, found.rows)
    if reading.problems:
        first = reading.problems[0]
        reason = f"line {first['line']}, {first['column']}: {first['message']}"
        raise TableInvalid(reason=reason, problems=reading.problems[:_MOST_PROBLEMS])
    for start in range(0, len(drafts), _AT_ONCE):
        await create_all(uow, access, drafts[start : start + _AT_ONCE])
    return Imported(len(drafts), found.ignored)


def _drafts(
    reading: _Reading, ids: list[UUID], rows: list[tuple[int, dict[str, str]]]
) -> list[Draft]:
    """Return what the rows say, parents before their parts."""
    drafts: dict[UUID, Draft] = {}
    lines: dict[UUID, int] = {}
    for one, (line, row) in zip(ids, rows, strict=True):
        lines[one] = line
        body = _body(reading, line, row)
        if body is not None:
            drafts[one] = Draft(one, body)
    placed: dict[UUID, Draft] = {}
    for one in drafts:
        way: list[UUID] = []
        here: UUID | None = one
        while here is not None and here not in placed and here in drafts:
            if here in way:
                reading.refuse(lines[one], "parent", "it is a part of itself")
                return []
            way.append(here)
            here = drafts[here].body.parent_id
        placed.update({above: drafts[above] for above in reversed(way)})
    return list(placed.values())


def _body(reading: _Reading, line: int, row: dict[str, str]) -> TaskCreate | None:
    given: dict[str, Any] = {
        name: row[name] for name in ("title", "description", "due_date", "estimate") if name in row
    }
    if "status" in row:
        given["status"] = table.status_of(row["status"])
    if "priority" in row:
        given["priority"] = table.priority_of(row["priority"])
    names = table.labels_of(row.get("labels", ""))
    given["label_ids"] = [reading.labels[name[:60].lower()] for name in names]
    for column, field, known in (
        ("assignee", "assignee_id", reading.people),
        ("parent", "parent_id", reading.keys),
    ):
        if column in row:
            given[field] = known.get(row[column].lower())
            if given[field] is None:
                what = "nobody in the team" if column == "assignee" else "no key in this table"
                reading.refuse(line, column, f"{row[column][:100]} is {what}")
    try:
        return TaskCreate.model_validate(given)
    except ValidationError as error:
        for problem in error.errors():
            reading.refuse(line, str(problem["loc"][0]), problem["msg"])
        return None
