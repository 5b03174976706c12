"""A project's tasks as a file, page by page, so that no reader holds a connection."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Literal
from uuid import UUID

import orjson

from taskyard.core.db import Database
from taskyard.tasks import repository, table

_PAGE: Final = 500
COLUMNS: Final = (
    "key", "title", "status", "priority", "assignee", "labels", "due_date", "estimate", "parent",
    "depends_on", "description", "created_at", "updated_at", "completed_at",
)  # fmt: skip


async def exported(
    database: Database, project_id: UUID, form: Literal["csv", "json"]
) -> AsyncIterator[str]:
    """Yield a project's tasks by their numbers, as CSV or as one JSON object."""
    first = True
    yield "".join(table.written([COLUMNS])) if form == "csv" else '{"items":['
    async for rows in _pages(database, project_id):
        if form == "csv":
            yield "".join(table.written([_cells(row) for row in rows]))
        else:
            text = ",".join(orjson.dumps(dict(row)).decode() for row in rows)
            yield text if first else f",{text}"
        first = False
    if form == "json":
        yield "]}"


async def _pages(database: Database, project_id: UUID) -> AsyncIterator[list[dict[str, Any]]]:
    after = 0
    while True:
        async with database.session() as db:
            rows = await repository.export_page(db, project_id, after=after, limit=_PAGE)
        if rows:
            yield [{name: row[name] for name in COLUMNS} for row in rows]
        if len(rows) < _PAGE:
            return
        after = rows[-1]["number"]


def _cells(row: Mapping[str, Any]) -> list[str]:
    return [_cell(row[name]) for name in COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, list) else str(value)
