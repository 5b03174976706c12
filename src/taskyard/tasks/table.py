"""Tasks as a table: CSV as people's other tools write it, and as theirs read it."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from taskyard.tasks.types import PRIORITIES, STATUSES, Priority, Status

#: Our columns, and what others call them.
_NAMES: Final = {
    "key": ("key", "id", "number", "issue_key"),
    "title": ("title", "name", "summary", "task", "subject"),
    "description": ("description", "body", "notes", "content"),
    "status": ("status", "state", "column"),
    "priority": ("priority",),
    "assignee": ("assignee", "assigned_to", "owner"),
    "labels": ("labels", "label", "tags"),
    "due_date": ("due_date", "due", "deadline"),
    "estimate": ("estimate", "points", "story_points"),
    "parent": ("parent", "parent_key", "parent_id"),
    "requires": ("requires",),
}
_STATUSES: Final[dict[str, Status]] = {
    **{status: status for status in STATUSES},
    "to_do": "todo",
    "open": "todo",
    "new": "todo",
    "pending": "todo",
    "doing": "in_progress",
    "started": "in_progress",
    "review": "in_review",
    "completed": "done",
    "closed": "done",
    "canceled": "cancelled",
}
_PRIORITIES: Final[dict[str, Priority]] = {
    **{priority: priority for priority in PRIORITIES},
    "lowest": "low",
    "normal": "medium",
    "none": "medium",
    "highest": "urgent",
    "critical": "urgent",
}
#: A cell that begins so would be a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


class NotATable(Exception):
    """The text cannot be read as a table with a title for every task; it says why."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by our names of columns, and the columns that mean nothing to us."""

    #: With the number of the line each ends on, as editors count.
    rows: list[tuple[int, dict[str, str]]]
    ignored: list[str]


def read(content: bytes) -> Table:
    """Read a table in UTF-8 whose first line names its columns. Raises NotATable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotATable("it is not UTF-8; save it as CSV UTF-8") from None
    if "\0" in text:
        raise NotATable("it holds a NUL, as no text does; save it as CSV UTF-8")
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        names = [_plain(name) for name in next(reader, [])]
        ours = [next((own for own, known in _NAMES.items() if one in known), None) for one in names]
        if "title" not in ours:
            raise NotATable("its first line names no column title")
        rows = [
            (reader.line_num, _row(ours, cells)) for cells in reader if any(map(str.strip, cells))
        ]
    except csv.Error as error:
        raise NotATable(f"line {reader.line_num}: {error}") from None
    return Table(rows, [name for name, own in zip(names, ours, strict=True) if own is None])


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _row(names: Sequence[str | None], cells: Sequence[str]) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        text = cell.strip()
        guarded = text.startswith("'") and text[1:].startswith(_FORMULA)
        if name is not None and text:
            row.setdefault(name, text[1:] if guarded else text)
    return row


def status_of(word: str) -> str:
    """Return the status a table means; another word as it stands, to be refused."""
    return _STATUSES.get(_plain(word), word)


def priority_of(word: str) -> str:
    """Return the priority a table means; another word as it stands, to be refused."""
    return _PRIORITIES.get(_plain(word), word)


def labels_of(cell: str) -> list[str]:
    """Return the labels that a cell lists by commas, semicolons or bars."""
    return list(dict.fromkeys(filter(None, (one.strip() for one in re.split("[,;|]", cell)))))


def requirements_of(cell: str) -> list[dict[str, str | None]]:
    """Return what a cell says has to be shown, as clients send it: `analysis_score 8.5, …`."""
    parted = (one.partition(" ") for one in labels_of(cell))
    return [{"kind": kind, "at_least": least.strip() or None} for kind, _, least in parted]


def requirement(one: Mapping[str, Any]) -> str:
    """Return how a cell says one thing that has to be shown."""
    return str(one["kind"]) if one["at_least"] is None else f"{one['kind']} {one['at_least']:g}"


def written(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield rows as CSV (RFC 4180); no cell is a formula to whoever opens it."""
    line = io.StringIO()
    writer = csv.writer(line)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()
