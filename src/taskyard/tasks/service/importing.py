"""Making tasks of a table."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from taskyard.core.markdown import render
from taskyard.core.uow import Uow
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import repository, table
from taskyard.tasks.errors import EvidenceMissing, TableInvalid
from taskyard.tasks.naming import is_label
from taskyard.tasks.schemas import (
    ImportPlan,
    ImportProblem,
    ImportRead,
    PlannedTask,
    TaskCreate,
)
from taskyard.tasks.service import labeling, proving
from taskyard.tasks.service.creating import Draft, create_all
from taskyard.tasks.table import Table
from taskyard.tasks.types import LONGEST_DESCRIPTION

MOST_ROWS: Final = 5_000
#: So many are made before others have a turn.
_AT_ONCE: Final = 100
_MOST_PROBLEMS: Final = 20
#: Of a dry run.
_SHOWN: Final = 50
_SHOWN_PROBLEMS: Final = 100
#: What needs no look at anything else.
_AS_GIVEN: Final[Mapping[str, Callable[[str], Any]]] = {
    **dict.fromkeys(("title", "description", "due_date", "estimate"), str),
    "status": table.status_of,
    "priority": table.priority_of,
    "requires": table.requirements_of,
}


@dataclass(slots=True)
class _Reading:
    """What the rows name, and what is wrong with them."""

    people: dict[str, UUID]
    labels: Mapping[str, UUID]
    #: The draft of each key the table gives, by its lower case.
    keys: dict[str, UUID]
    #: Each row's id and line.
    lines: dict[UUID, int]
    problems: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, line: int, column: str, message: str) -> None:
        self.problems.append({"line": line, "column": column, "message": message})


def read(content: bytes) -> Table:
    """Return a table that may be imported. Raises TableInvalid where it is none, or too long."""
    try:
        found = table.read(content)
    except table.NotATable as error:
        raise TableInvalid(reason=str(error), problems=[]) from None
    if not found.rows or len(found.rows) > MOST_ROWS:
        raise TableInvalid(reason=f"send 1 to {MOST_ROWS} rows", problems=[])
    return found


async def rendered(found: Table) -> dict[str, str]:
    """Return the HTML of each description of a table that a task may have.

    Most of the work, which takes up to a minute: for this nothing is held, and no connection.
    """
    texts = {row.get("description", "") for _, row in found.rows}
    fit = [text for text in texts if len(text) <= LONGEST_DESCRIPTION]
    return await asyncio.to_thread(lambda: {text: render(text) for text in fit})


async def take(
    uow: Uow, access: ProjectAccess, found: Table, html: Mapping[str, str]
) -> ImportRead:
    """Make a task of every row, all or none; labels that are missing are made.

    A parent is named by its key in the table; `html` is what is `rendered` of it. Raises
    TableInvalid or ProjectLabelsFull.
    """
    labels = await labeling.named(uow, access, [name for name in _names(found) if is_label(name)])
    reading = await _reading(uow, access, found, labels)
    drafts = [
        replace(draft, html=html[draft.body.description]) for draft in _drafts(reading, found)
    ]
    await _check_evidence(uow, access, reading, drafts)
    if reading.problems:
        first = reading.problems[0]
        reason = f"line {first['line']}, {first['column']}: {first['message']}"
        raise TableInvalid(reason=reason, problems=reading.problems[:_MOST_PROBLEMS])
    for start in range(0, len(drafts), _AT_ONCE):
        await create_all(uow, access, drafts[start : start + _AT_ONCE])
    return ImportRead(created=len(drafts), ignored_columns=found.ignored, plan=None)


async def plan(uow: Uow, access: ProjectAccess, found: Table) -> ImportRead:
    """Say what `take` would make of a table and what it would refuse; nothing is made.

    Raises ProjectLabelsFull.
    """
    known = {label.name.lower(): label.id for label in await labeling.labels(uow, access)}
    missing: dict[str, str] = {}
    for name in filter(is_label, _names(found)):
        if name.lower() not in known:
            missing.setdefault(name.lower(), name)
    labeling.check_many(len(missing) and len(known) + len(missing))
    reading = await _reading(uow, access, found, known | {name: uuid7() for name in missing})
    drafted = _drafts(reading, found)
    await _check_evidence(uow, access, reading, drafted)
    drafts = {draft.id: draft.body for draft in drafted}
    refused = {problem["line"] for problem in reading.problems}
    rows = zip(reading.lines.items(), found.rows, strict=True)
    fine = [
        _planned(line, row, drafts[one])
        for (one, line), (_, row) in rows
        if one in drafts and line not in refused
    ]
    return ImportRead(
        created=0,
        ignored_columns=found.ignored,
        plan=ImportPlan(
            rows=len(found.rows),
            tasks=fine[:_SHOWN],
            new_labels=list(missing.values()),
            refused_rows=len(refused),
            problems=[ImportProblem(**one) for one in reading.problems[:_SHOWN_PROBLEMS]],
        ),
    )


async def _check_evidence(
    uow: Uow, access: ProjectAccess, reading: _Reading, drafts: Sequence[Draft]
) -> None:
    """Refuse rows that say a task is done which lacks what it requires."""
    claims = [
        proving.Claim(draft.id, "", draft.body.model_dump()["requires"], now())
        for draft in drafts
        if draft.body.status == "done" and draft.body.requires
    ]
    try:
        await proving.check(uow.db, access.project_id, claims)
    except EvidenceMissing as refusal:
        for task in refusal.fields["tasks"]:
            says = " ".join(one["says"] for one in task["missing"])
            line = reading.lines[UUID(task["task_id"])]
            reading.refuse(line, "requires", f"it cannot be done yet: {says}")


def _planned(line: int, row: Mapping[str, str], body: TaskCreate) -> PlannedTask:
    return PlannedTask(
        line=line,
        title=body.title,
        status=body.status,
        priority=body.priority,
        assignee=row.get("assignee"),
        labels=table.labels_of(row.get("labels", "")),
        due_date=body.due_date,
        estimate=None if body.estimate is None else float(body.estimate),
        parent=row.get("parent"),
    )


def _names(found: Table) -> Iterator[str]:
    for _, row in found.rows:
        yield from table.labels_of(row.get("labels", ""))


async def _reading(
    uow: Uow, access: ProjectAccess, found: Table, labels: Mapping[str, UUID]
) -> _Reading:
    names = {row["assignee"].lower() for _, row in found.rows if "assignee" in row}
    ids = [uuid7() for _ in found.rows]
    return _Reading(
        people=await repository.members_named(uow.db, access.project_id, names),
        labels=labels,
        keys={
            row["key"].lower(): one
            for one, (_, row) in zip(ids, found.rows, strict=True)
            if "key" in row
        },
        lines={one: line for one, (line, _) in zip(ids, found.rows, strict=True)},
    )


def _check_keys(reading: _Reading, found: Table) -> None:
    """Refuse rows whose key an earlier row has: nobody could say whose parts are whose."""
    first: dict[str, int] = {}
    for line, row in found.rows:
        if "key" in row:
            before = first.setdefault(row["key"].lower(), line)
            if before != line:
                reading.refuse(line, "key", f"{row['key'][:100]} is the key of line {before} too")


def _drafts(reading: _Reading, found: Table) -> list[Draft]:
    """Return what the rows say, parents before their parts."""
    _check_keys(reading, found)
    drafts: dict[UUID, Draft] = {}
    for (one, line), (_, row) in zip(reading.lines.items(), found.rows, strict=True):
        body = _body(reading, line, row)
        if body is not None:
            drafts[one] = Draft(one, body)
    placed: dict[UUID, Draft] = {}
    for one in drafts:
        way: dict[UUID, None] = {}
        here: UUID | None = one
        while here is not None and here not in placed and here in drafts:
            if here in way:
                reading.refuse(reading.lines[one], "parent", "it is a part of itself")
                break
            way[here] = None
            here = drafts[here].body.parent_id
        placed.update({above: drafts[above] for above in reversed(way)})
    return list(placed.values())


def _body(reading: _Reading, line: int, row: Mapping[str, str]) -> TaskCreate | None:
    given = {name: read(row[name]) for name, read in _AS_GIVEN.items() if name in row}
    names = table.labels_of(row.get("labels", ""))
    for name in names:
        if name.lower() not in reading.labels:
            reading.refuse(line, "labels", f"{name[:100]} is no name of 1 to 60 characters")
    known_labels = [reading.labels.get(name.lower()) for name in names]
    given["label_ids"] = [one for one in known_labels if one is not None]
    for column, field_name, known in (
        ("assignee", "assignee_id", reading.people),
        ("parent", "parent_id", reading.keys),
    ):
        if column in row:
            given[field_name] = known.get(row[column].lower())
            if given[field_name] is None:
                what = "nobody in the team" if column == "assignee" else "no key in this table"
                reading.refuse(line, column, f"{row[column][:100]} is {what}")
    try:
        return TaskCreate.model_validate(given)
    except ValidationError as error:
        for problem in error.errors():
            reading.refuse(line, str(problem["loc"][0]), problem["msg"])
        return None
