"""The hot reads of the search (`core.hot`): what is found, best first and marked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson
from asyncpg import Record

from taskyard.core.access import Actor
from taskyard.core.hot import Question, utc
from taskyard.core.problems import ValidationFailed
from taskyard.search.candidates import MINE, MOST, Sought, candidates
from taskyard.search.schemas import SearchQuery
from taskyard.search.words import Wanted, wanted
from taskyard.tasks.hot import BLOCKED
from taskyard.tasks.types import CLOSED

_OPENS, _CLOSES = "\x02", "\x03"
#: Marks nobody can have typed stand around what was found; names and texts hold no such signs.
_MARKS: Final = f"StartSel={_OPENS}, StopSel={_CLOSES}"
_CLOSED: Final = ", ".join(f"'{status}'" for status in sorted(CLOSED))
_IS: Final = {
    "open": f"tasks.status NOT IN ({_CLOSED})",
    "closed": f"tasks.status IN ({_CLOSED})",
    "blocked": BLOCKED,
}
#: As questions of their own, which are asked once and not for every row.
_SIMPLE: Final = "(SELECT to_tsquery('simple', $5))"
_TASK_WORDS: Final = "(SELECT to_tsquery('simple', $5) || plainto_tsquery('english', $4))"

#: Says also of what type the parameter is. As a question of its own: where PostgreSQL knows while
#: it plans that nothing is found, it reads all tasks for those of five projects (measured: 60 ms).
_NEVER: Final = "(SELECT $4::text IS NULL)"
_PART: Final = "MaxWords=24, MinWords=12"


def _marked(text: str, query: str, options: str = "HighlightAll=true") -> str:
    return f"ts_headline('simple', {text}, {query}, '{_MARKS}, {options}')"


_LIKE_A_NAME: Final = "$4 <% p.name"
_PROJECTS: Final = f"""
    SELECT id, key, name FROM (
        SELECT p.id, p.key, p.name, p.updated_at, word_similarity($4, p.name)
            + (p.key = upper($4))::int + starts_with(lower(p.name), lower($4))::int AS rank
        FROM projects p WHERE p.id = ANY(ARRAY(SELECT id FROM ({MINE}) mine))
            AND ($4 = '' OR p.key = upper($4) OR {_LIKE_A_NAME}
                OR strpos(lower(p.name), lower($4)) > 0
                OR ($5 <> ''
                    AND to_tsvector('simple', p.name || ' ' || p.description) @@ {_SIMPLE}))
        LIMIT {MOST}
    ) found ORDER BY rank DESC, updated_at DESC, id"""  # noqa: S608 — constants
_SAID: Final = Sought(
    table="comments",
    live="comments.deleted_at IS NULL",
    exact=f"comments.search @@ {_SIMPLE}",
    alike="$4 <% comments.body",
    few=500,
    narrowed=(
        """comments.entity_type <> 'task' OR EXISTS (SELECT FROM tasks t
            WHERE t.id = comments.entity_id AND t.deleted_at IS NULL)""",
    ),
)
_COMMENTS: Final = f"""
    SELECT found.id, c.project_id, p.name AS project_name, c.entity_type, c.entity_id,
        author.display_name AS author_name, {utc("c.created_at")}, c.body AS source
    FROM found, LATERAL (SELECT * FROM comments WHERE comments.id = found.id LIMIT 1) c
        JOIN projects p ON p.id = c.project_id
        JOIN users author ON author.id = c.author_id
    ORDER BY ts_rank(c.search, {_SIMPLE}) DESC, c.id DESC"""  # noqa: S608 — constants
_TASK_RANK: Final = f"""ts_rank(t.search, {_TASK_WORDS}) + word_similarity($4, t.title)
        + coalesce((t.number = $7 AND ($8::text IS NULL OR p.key = $8))::int * 10, 0) DESC,"""


def _ranked_tasks(rank: str) -> str:
    return f"""
    SELECT found.id, t.project_id, p.name AS project_name, p.key || '-' || t.number AS key,
        t.title, t.status, t.description AS source
    FROM found, LATERAL (SELECT * FROM tasks WHERE tasks.id = found.id LIMIT 1) t
        JOIN projects p ON p.id = t.project_id
    ORDER BY {rank} t.updated_at DESC, t.id"""  # noqa: S608 — constants


def _tasks(conditions: Sequence[str]) -> Sought:
    return Sought(
        table="tasks",
        live="tasks.deleted_at IS NULL",
        exact=f"tasks.search @@ {_TASK_WORDS}",
        alike="$4 <% tasks.title",
        narrowed=conditions,
        numbered="tasks.number = $7 AND ($8::text IS NULL OR mine.key = $8)",
    )


def _page(
    found: str,
    marks: str,
    query: SearchQuery,
    asked: Wanted,
    more: tuple[Any, ...] = (),
    *,
    among: str = "",
) -> Question:
    """Ask for a page of what a statement finds `among` candidates; what is on it is marked."""
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
    WITH {among}
    hits AS MATERIALIZED (SELECT row_number() OVER () AS place, hit.* FROM ({found}) hit)
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
    asked = wanted(query.q)
    found = _PROJECTS if asked.forgiving else _PROJECTS.replace(_LIKE_A_NAME, "false")
    return _page(found, f"{_marked('name', _SIMPLE)} AS marked", query, asked)


def comments(query: SearchQuery) -> Question:
    """Ask for comments. Raises paging refusals."""
    asked = wanted(query.q)
    marks = f"{_marked('source', _SIMPLE, _PART)} AS excerpt"
    among = candidates(_as_given(_SAID, asked))
    return _page(_COMMENTS, marks, query, asked, among=among)


def tasks(query: SearchQuery) -> Question:
    """Ask for tasks. Raises paging refusals, and ValidationFailed of a filter nobody knows."""
    asked = wanted(query.q, filters=True)
    conditions: list[str] = []
    values: list[str] = []
    for name, value in asked.filters:
        conditions.append(_condition(name, value, f"${9 + len(values)}"))
        if conditions[-1].count("$"):
            values.append(value)
    given = (asked.number, asked.key, *values)
    marks = f"""{_marked("title", _TASK_WORDS)} AS marked,
        {_marked("source", _TASK_WORDS, _PART)} AS excerpt"""
    sought = _tasks(conditions)
    if not asked.text:
        # Whatever passes the filters, newest first: there is nothing to rank by.
        among = candidates(replace(sought, exact="true", alike="false"))
        return _page(_ranked_tasks(""), marks, query, asked, given, among=among)
    among = candidates(_as_given(sought, asked))
    return _page(_ranked_tasks(_TASK_RANK), marks, query, asked, given, among=among)


def _as_given(sought: Sought, asked: Wanted) -> Sought:
    """Look for no words where none are given, and for nothing like what is too short."""
    exact = sought.exact if asked.words else "false"
    return replace(sought, exact=exact, alike=sought.alike if asked.forgiving else _NEVER)


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
