"""The hot reads of the search (`core.hot`).

Of more than `MOST` matches an arbitrary `MOST` are ranked: whoever typed so little goes on typing.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
from asyncpg import Record

from taskyard.core.access import Actor
from taskyard.core.hot import Question, utc
from taskyard.core.problems import ValidationFailed
from taskyard.search.schemas import SearchQuery
from taskyard.search.words import Wanted, wanted
from taskyard.tasks.hot import BLOCKED
from taskyard.tasks.types import CLOSED

MOST: Final = 1_000
_OPENS, _CLOSES = "\x02", "\x03"
#: Marks nobody can have typed stand around what was found; names and texts hold no such signs.
_MARKS: Final = f"StartSel={_OPENS}, StopSel={_CLOSES}"
_CLOSED: Final = ", ".join(f"'{status}'" for status in sorted(CLOSED))
#: The projects of the caller: `$6` alone, where it is given.
_MINE: Final = """ANY(ARRAY(SELECT m.project_id FROM memberships m
    JOIN projects mine ON mine.id = m.project_id AND mine.deleted_at IS NULL
    WHERE m.user_id = caller.user_id AND ($6::uuid IS NULL OR m.project_id = $6)))"""
_IS: Final = {
    "open": f"tasks.status NOT IN ({_CLOSED})",
    "closed": f"tasks.status IN ({_CLOSED})",
    "blocked": BLOCKED,
}
_SIMPLE: Final = "to_tsquery('simple', $5)"
_TASK_WORDS: Final = f"({_SIMPLE} || plainto_tsquery('english', $4))"

_PART: Final = "MaxWords=24, MinWords=12"


def _marked(text: str, query: str, options: str = "HighlightAll=true") -> str:
    return f"ts_headline('simple', {text}, {query}, '{_MARKS}, {options}')"


_PROJECTS: Final = f"""
    SELECT id, key, name FROM (
        SELECT p.id, p.key, p.name, p.updated_at, word_similarity($4, p.name)
            + (p.key = upper($4))::int + starts_with(lower(p.name), lower($4))::int AS rank
        FROM projects p WHERE p.id = {_MINE} AND ($4 = '' OR p.key = upper($4) OR $4 <% p.name
            OR strpos(lower(p.name), lower($4)) > 0
            OR ($5 <> '' AND to_tsvector('simple', p.name || ' ' || p.description) @@ {_SIMPLE}))
        LIMIT {MOST}
    ) found ORDER BY rank DESC, updated_at DESC, id"""  # noqa: S608 — constants
_COMMENTS: Final = f"""
    SELECT found.id, found.project_id, p.name AS project_name, found.entity_type, found.entity_id,
        author.display_name AS author_name, {utc("found.created_at")}, found.body AS source
    FROM (
        SELECT c.*, ts_rank(to_tsvector('simple'::regconfig, c.body), {_SIMPLE})
            + word_similarity($4, c.body) AS rank
        FROM comments c WHERE c.project_id = {_MINE} AND c.deleted_at IS NULL AND $4 <> ''
            AND (($5 <> '' AND to_tsvector('simple'::regconfig, c.body) @@ {_SIMPLE})
                OR $4 <% c.body)
            AND (c.entity_type <> 'task' OR EXISTS (SELECT FROM tasks t
                WHERE t.id = c.entity_id AND t.deleted_at IS NULL))
        LIMIT {MOST}
    ) found JOIN projects p ON p.id = found.project_id JOIN users author
        ON author.id = found.author_id ORDER BY found.rank DESC, found.id DESC"""  # noqa: S608


def _tasks(conditions: Sequence[str]) -> str:
    narrowed = "".join(f" AND {condition}" for condition in conditions)
    return f"""
    SELECT found.id, found.project_id, p.name AS project_name,
        p.key || '-' || found.number AS key, found.title, found.status,
        found.description AS source
    FROM (
        SELECT tasks.id, tasks.project_id, tasks.number, tasks.title, tasks.status,
            tasks.description, tasks.updated_at, ts_rank(tasks.search, {_TASK_WORDS})
                + word_similarity($4, tasks.title)
                + coalesce((tasks.number = $7)::int * 10, 0) AS rank
        FROM tasks WHERE tasks.project_id = {_MINE} AND tasks.deleted_at IS NULL
            AND ($4 = '' OR tasks.number = $7 OR $4 <% tasks.title
                OR ($5 <> '' AND tasks.search @@ {_TASK_WORDS})){narrowed}
        LIMIT {MOST}
    ) found JOIN projects p ON p.id = found.project_id
    ORDER BY found.rank DESC, found.updated_at DESC, found.id"""  # noqa: S608 — constants


def _page(
    found: str, marks: str, query: SearchQuery, asked: Wanted, more: tuple[Any, ...] = ()
) -> Question:
    """Ask for a page of what a statement finds; what is on it is marked, in pieces."""
    offset = query.offset

    def text(row: Record, actor: Actor) -> str:
        query.check_tier(actor.tier)
        items = [_pieces(item) for item in orjson.loads(row["body"])]
        page = {
            "items": items,
            "total": row["total"],
            "page": query.page,
            "page_size": query.page_size,
            "next_cursor": None,
        }
        return orjson.dumps(page).decode()

    sql = f"""
    WITH hits AS MATERIALIZED (SELECT row_number() OVER () AS place, hit.* FROM ({found}) hit)
    SELECT coalesce((SELECT json_agg(to_jsonb(one) - 'place' - 'source' ORDER BY place) FROM (
            SELECT hits.*, {marks} FROM hits
            WHERE place > $3 AND place <= $3::int + $2::int) one)::text, '[]') AS body,
        (SELECT count(*) FROM hits) AS total"""  # noqa: S608 — constants
    given = (query.page_size, offset, asked.text, asked.words, query.project_id, *more)
    return Question(sql, given, text=text)


def _pieces(item: dict[str, Any]) -> dict[str, Any]:
    for name in ("marked", "excerpt"):
        if name in item:
            parts = list(_parted(item[name]))
            found = name == "marked" or any(part["hit"] for part in parts) or "author_name" in item
            item[name] = parts if found else []
    return item


def _parted(text: str) -> Iterator[dict[str, Any]]:
    for number, part in enumerate(text.replace(_CLOSES, _OPENS).split(_OPENS)):
        if part:
            yield {"text": part, "hit": bool(number % 2)}


def projects(query: SearchQuery) -> Question:
    """Ask for projects. Raises paging refusals."""
    return _page(_PROJECTS, f"{_marked('name', _SIMPLE)} AS marked", query, wanted(query.q))


def comments(query: SearchQuery) -> Question:
    """Ask for comments. Raises paging refusals."""
    return _page(
        _COMMENTS, f"{_marked('source', _SIMPLE, _PART)} AS excerpt", query, wanted(query.q)
    )


def tasks(query: SearchQuery) -> Question:
    """Ask for tasks. Raises paging refusals, and ValidationFailed of a filter nobody knows."""
    asked = wanted(query.q, filters=True)
    conditions: list[str] = []
    values: list[str] = []
    for name, value in asked.filters:
        conditions.append(_condition(name, value, f"${8 + len(values)}"))
        if conditions[-1].count("$"):
            values.append(value)
    marks = f"""{_marked("title", _TASK_WORDS)} AS marked,
        {_marked("source", _TASK_WORDS, _PART)} AS excerpt"""
    return _page(_tasks(conditions), marks, query, asked, (asked.number, *values))


def _condition(name: str, value: str, place: str) -> str:
    """Return what a filter asks of a task; its value stands at a place, where it needs one."""
    if name == "label":
        return f"""EXISTS (SELECT FROM task_labels JOIN labels ON labels.id = task_labels.label_id
            WHERE task_labels.task_id = tasks.id AND lower(labels.name) = lower({place}::text))"""
    if name == "assignee" and value == "me":
        return "tasks.assignee_id = caller.user_id"
    if name == "assignee" and value == "none":
        return "tasks.assignee_id IS NULL"
    if name == "assignee":
        return f"""tasks.assignee_id = (
            SELECT id FROM users WHERE lower(username) = lower({place}::text))"""  # noqa: S608
    if value.lower() not in _IS:
        message = f"`is:` takes {', '.join(sorted(_IS))}"
        raise ValidationFailed(
            fields=[{"field": "query.q", "type": "unknown_filter", "message": message}]
        )
    return _IS[value.lower()]
