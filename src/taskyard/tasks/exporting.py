"""A project's tasks as a file, page by page, so that no reader holds a connection."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, Literal
from uuid import UUID

import orjson
from sqlalchemy import text

from taskyard.core.db import Database
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import hot, table
from taskyard.tasks.hot import Condition
from taskyard.tasks.schemas import TaskFilter

_PAGE: Final = 500
COLUMNS: Final = (
    "key", "title", "status", "priority", "assignee", "labels", "due_date", "estimate", "parent",
    "depends_on", "requires", "description", "created_at", "updated_at", "completed_at",
)  # fmt: skip
_SELECT: Final = """
    SELECT tasks.number, projects.key || '-' || tasks.number AS key, title, status, priority,
        (SELECT username FROM users WHERE users.id = assignee_id) AS assignee,
        ARRAY(SELECT labels.name FROM task_labels JOIN labels ON labels.id = label_id
            WHERE task_id = tasks.id ORDER BY lower(labels.name)) AS labels,
        to_char(due_date, 'YYYY-MM-DD"T"HH24\\:MI\\:SS"Z"') AS due_date,
        estimate::float8 AS estimate,
        (SELECT projects.key || '-' || other.number FROM tasks other
            WHERE other.id = tasks.parent_id AND other.deleted_at IS NULL) AS parent,
        ARRAY(SELECT projects.key || '-' || other.number FROM task_dependencies
            JOIN tasks other ON other.id = depends_on_id AND other.deleted_at IS NULL
            WHERE task_id = tasks.id ORDER BY other.number) AS depends_on,
        tasks.requires, tasks.description,
        to_char(tasks.created_at, 'YYYY-MM-DD"T"HH24\\:MI\\:SS"Z"') AS created_at,
        to_char(tasks.updated_at, 'YYYY-MM-DD"T"HH24\\:MI\\:SS"Z"') AS updated_at,
        to_char(completed_at, 'YYYY-MM-DD"T"HH24\\:MI\\:SS"Z"') AS completed_at
    FROM tasks JOIN projects ON projects.id = tasks.project_id
        CROSS JOIN (SELECT CAST(:caller AS uuid) AS user_id) caller
    WHERE tasks.deleted_at IS NULL AND tasks.number > :after"""


async def exported(
    database: Database, access: ProjectAccess, asked: TaskFilter, form: Literal["csv", "json"]
) -> AsyncIterator[str]:
    """Return what the project's tasks that are asked for are written as, by their numbers.

    CSV, or one JSON object. The first of them are read by then: once an answer has begun, it can be
    broken off, and no longer refused.
    """
    pages = _pages(database, access.actor.user_id, hot.narrowed(access.project_id, asked))
    return _written(await anext(pages, []), pages, form)


async def _written(
    rows: list[dict[str, Any]],
    following: AsyncIterator[list[dict[str, Any]]],
    form: Literal["csv", "json"],
) -> AsyncIterator[str]:
    between = ""
    yield "".join(table.written([COLUMNS])) if form == "csv" else '{"items":['
    while rows:
        if form == "csv":
            yield "".join(table.written([_cells(row) for row in rows]))
        else:
            yield between + ",".join(orjson.dumps(row).decode() for row in rows)
            between = ","
        rows = await anext(following, [])
    if form == "json":
        yield "]}"


async def _pages(
    database: Database, caller: UUID, conditions: Sequence[Condition]
) -> AsyncIterator[list[dict[str, Any]]]:
    values = [value for _, given in conditions for value in given]
    wanted = " AND ".join(condition for condition, _ in conditions)
    wanted = wanted.format(*(f":given{n}" for n in range(len(values))))
    statement = text(f"{_SELECT} AND {wanted} ORDER BY tasks.number LIMIT :limit")
    given = {f"given{n}": value for n, value in enumerate(values)}
    given |= {"caller": caller, "limit": _PAGE, "after": 0}
    while True:
        async with database.session() as db:
            rows = (await db.execute(statement, given)).mappings().all()
        if rows:
            yield [{name: row[name] for name in COLUMNS} for row in rows]
        if len(rows) < _PAGE:
            return
        given["after"] = rows[-1]["number"]


def _cells(row: Mapping[str, Any]) -> list[str]:
    required = [table.requirement(one) for one in row["requires"]]
    return [_cell(required if name == "requires" else row[name]) for name in COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, list) else str(value)
