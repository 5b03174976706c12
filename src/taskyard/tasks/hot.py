"""The hot reads of tasks (`core.hot`): lists, and one task with what it hangs together with."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from asyncpg import Record

from taskyard.core.access import Actor
from taskyard.core.etag import etag
from taskyard.core.hot import Caller, Question, utc
from taskyard.core.schemas import PageQuery
from taskyard.projects.access import VISIBLE, look
from taskyard.projects.errors import ProjectNotFound
from taskyard.projects.events import AdminLooked
from taskyard.tasks.errors import TaskNotFound
from taskyard.tasks.policy import beginnings, numbered
from taskyard.tasks.schemas import MyTaskFilter, MyTaskQuery, TaskFilter, TaskQuery
from taskyard.tasks.types import CLOSED, PRIORITIES, several

#: Lists stop counting here: nobody reads a total beyond it.
COUNT_CAP: Final = 10_000
_CLOSED: Final = f"({', '.join(map(repr, sorted(CLOSED)))})"
#: A condition with a `{}` for each value, and the values.
Condition = tuple[str, tuple[Any, ...]]

_WAITING: Final = f"""SELECT {{}} FROM task_dependencies JOIN tasks other
            ON other.id = task_dependencies.depends_on_id
        WHERE task_dependencies.task_id = tasks.id AND other.deleted_at IS NULL
            AND other.status NOT IN {_CLOSED}"""  # noqa: S608 — constants
#: As a condition.
BLOCKED: Final = f"(tasks.status NOT IN {_CLOSED} AND EXISTS ({_WAITING.format('')}))"
#: The same as a column: asked of each row that is shown. An EXISTS may be planned as a table of
#: everything anybody waits for, since the planner does not know how few rows are.
_IS_BLOCKED: Final = f"""coalesce(tasks.status NOT IN {_CLOSED}
        AND ({_WAITING.format("true")} LIMIT 1), false)"""
_RELATED: Final = """json_build_object('id', other.id, 'key', projects.key || '-' || other.number,
    'title', other.title, 'status', other.status)"""
#: `projects` is the door (`VISIBLE`), or what each task is joined to.
_SUMMARY: Final = f"""
    tasks.id, tasks.project_id, projects.name AS project_name, tasks.number,
    projects.key || '-' || tasks.number AS key, tasks.title, tasks.status, tasks.priority,
    tasks.assignee_id, CASE WHEN tasks.assignee_id IS NOT NULL THEN json_build_object(
        'id', users.id, 'name', users.display_name, 'username', users.username) END AS assignee,
    NULL AS agent_id,
    coalesce((SELECT json_agg(json_build_object(
            'id', labels.id, 'name', labels.name, 'color', labels.color)
            ORDER BY lower(labels.name))
        FROM task_labels JOIN labels ON labels.id = task_labels.label_id
        WHERE task_labels.task_id = tasks.id), '[]') AS labels,
    {utc("tasks.due_date")}, tasks.estimate,
    (SELECT other.id FROM tasks other
        WHERE other.id = tasks.parent_id AND other.deleted_at IS NULL) AS parent_id,
    tasks.position, {_IS_BLOCKED} AS blocked, tasks.requires <> '[]' AS needs_evidence,
    (SELECT json_build_object('total', count(*),
            'closed', count(*) FILTER (WHERE part.status IN {_CLOSED}))
        FROM tasks part WHERE part.parent_id = tasks.id AND part.deleted_at IS NULL) AS subtasks,
    tasks.created_by, {utc("tasks.created_at")}, {utc("tasks.updated_at")},
    {utc("tasks.completed_at")}, tasks.version"""  # noqa: S608 — constants
#: What it is a part of, unless that was deleted: then it is shown as a part of none.
_WHOLE: Final = (
    "SELECT FROM tasks other WHERE other.id = tasks.parent_id AND other.deleted_at IS NULL"
)
_HERE: Final = "tasks LEFT JOIN users ON users.id = tasks.assignee_id"
_ANYWHERE: Final = f"{_HERE} JOIN projects ON projects.id = tasks.project_id"


def _others(which: str, mine: str) -> str:
    return f"""FROM task_dependencies JOIN tasks other ON other.id = task_dependencies.{which}
        WHERE task_dependencies.{mine} = tasks.id AND other.deleted_at IS NULL"""


_EACH: Final = f"json_agg({_RELATED} ORDER BY other.number)"
#: What it waits for is asked once, for the list and for whether it is blocked.
_ONE: Final = f"""
    SELECT coalesce(json_build_object('data', row_to_json(task))::text, '') AS body, task.version,
        projects.role AS place, $2::uuid AS project_id
    FROM ({VISIBLE.format(project_id="$2")}) projects LEFT JOIN LATERAL (
        SELECT {_SUMMARY.replace(_IS_BLOCKED, f"tasks.status NOT IN {_CLOSED} AND needed.open")},
            tasks.description, tasks.description_html, tasks.requires,
            (SELECT {_RELATED} FROM tasks other
                WHERE other.id = tasks.parent_id AND other.deleted_at IS NULL) AS parent,
            needed.list AS depends_on,
            coalesce((SELECT {_EACH} {_others("task_id", "depends_on_id")}), '[]') AS blocks,
            EXISTS (SELECT FROM task_watchers WHERE task_watchers.task_id = tasks.id
                AND task_watchers.user_id = caller.user_id) AS watching
        FROM {_HERE} CROSS JOIN LATERAL (
            SELECT coalesce({_EACH}, '[]') AS list,
                coalesce(bool_or(other.status NOT IN {_CLOSED}), false) AS open
            {_others("depends_on_id", "task_id")}
        ) needed
        WHERE tasks.id = $3 AND tasks.project_id = $2 AND tasks.deleted_at IS NULL
    ) task ON true"""  # noqa: S608 — constants
_SOME: Final = f"""
    SELECT json_build_object('data', coalesce((SELECT json_agg(task) FROM (
        SELECT {_SUMMARY} FROM {_HERE}
        WHERE tasks.project_id = $2 AND tasks.deleted_at IS NULL AND tasks.id = ANY($3::uuid[])
        ORDER BY array_position($3::uuid[], tasks.id)
    ) task), '[]'))::text AS body FROM ({VISIBLE.format(project_id="$2")}) projects"""  # noqa: S608
#: What a history shows: not that a card was put a place higher.
_HAPPENED: Final = """events WHERE events.subject_id = $3 AND events.name LIKE 'task.%'
    AND events.name <> 'task.reordered.v1'"""
_BEFORE: Final = "AND ($6::uuid IS NULL OR events.id < $6)"
_ACTIVITY: Final = f"""
    SELECT coalesce((SELECT json_agg(happened) FROM (
            SELECT events.id, regexp_replace(events.name, '\\.v[0-9]+$', '') AS event,
                {utc("events.at")}, CASE WHEN users.id IS NOT NULL THEN json_build_object(
                    'id', users.id, 'name', users.display_name, 'username', users.username)
                    END AS actor, events.payload - ARRAY['key', 'number', 'title'] AS data
            FROM (SELECT * FROM {_HAPPENED} {_BEFORE}
                ORDER BY events.id DESC OFFSET $5 LIMIT $4) events
            LEFT JOIN users ON users.id = events.actor_id ORDER BY events.id DESC
        ) happened)::text, '[]') AS body,
        ARRAY(SELECT events.id FROM {_HAPPENED} {_BEFORE}
            ORDER BY events.id DESC OFFSET $5::int + $4::int - 1 LIMIT 2) AS ends,
        (SELECT count(*) FROM (SELECT FROM {_HAPPENED} LIMIT {COUNT_CAP}) counted) AS total,
        EXISTS (SELECT FROM tasks WHERE tasks.id = $3 AND tasks.project_id = $2
            AND tasks.deleted_at IS NULL) AS there,
        door.role AS place, $2::uuid AS project_id
    FROM ({VISIBLE.format(project_id="$2")}) door"""  # noqa: S608 — constants
_RANK: Final = "array_position(ARRAY[{}], tasks.priority::text)".format(
    ", ".join(f"'{priority}'" for priority in PRIORITIES)
)
_ORDERS: Final = {
    "position": "tasks.position, tasks.number",
    "number": "tasks.number",
    "-number": "tasks.number DESC",
    "created_at": "tasks.id",
    "-created_at": "tasks.id DESC",
    "updated_at": "tasks.updated_at, tasks.id",
    "-updated_at": "tasks.updated_at DESC, tasks.id DESC",
    "due_date": "tasks.due_date NULLS LAST, tasks.id",
    "-due_date": "tasks.due_date DESC NULLS LAST, tasks.id DESC",
    "priority": f"{_RANK}, tasks.id",
    "-priority": f"{_RANK} DESC, tasks.id DESC",
    "title": "lower(tasks.title), tasks.id",
}
_MINE: Final = """tasks.assignee_id = caller.user_id AND projects.deleted_at IS NULL AND EXISTS (
    SELECT FROM memberships WHERE memberships.project_id = tasks.project_id
        AND memberships.user_id = caller.user_id)"""
_OPEN: Final = "SELECT 'any' AS role"


def one(project_id: UUID, task_id: UUID) -> Question:
    """Ask for one task."""
    return Question(
        _ONE,
        (project_id, task_id),
        absent=ProjectNotFound,
        text=_present,
        headers=_version,
        noted=_looked_into,
    )


def some(project_id: UUID, task_ids: Sequence[UUID]) -> Question:
    """Ask for these tasks of a project, in this order, as lists show them."""
    return Question(_SOME, (project_id, list(task_ids)), absent=ProjectNotFound)


def activity(caller: Caller, project_id: UUID, task_id: UUID, query: PageQuery) -> Question:
    """Ask for a page of what happened to a task, newest first. Raises paging refusals."""
    scope = f"task-activity:{task_id}"
    before = caller.cursor.open(scope, query.cursor)[1] if query.cursor is not None else None
    offset = 0 if before else query.offset

    def text(row: Record, actor: Actor) -> str:
        query.check_tier(actor.tier)
        if not row["there"]:
            raise TaskNotFound
        ends: list[UUID] = row["ends"]
        following = f'"{caller.cursor.seal(scope, 0, ends[0])}"' if ends[1:] else "null"
        return (
            f'{{"items":{row["body"]},"total":{row["total"]},"page":{query.page},'
            f'"page_size":{query.page_size},"next_cursor":{following}}}'
        )

    given = (project_id, task_id, query.page_size, offset, before)
    return Question(_ACTIVITY, given, ProjectNotFound, text, noted=_looked_into)


def _present(row: Record, _: Actor) -> str:
    body: str = row["body"]
    if not body.startswith('{"data" : {'):
        raise TaskNotFound
    return body


def _version(row: Record) -> Mapping[str, str]:
    return {"ETag": etag(row["version"])}


def _looked_into(row: Record, actor: Actor) -> AdminLooked | None:
    return look(actor, row["project_id"], row["place"])


def of_project(project_id: UUID, query: TaskQuery) -> Question:
    """Ask for a page of a project's tasks. Raises paging refusals."""
    return _page(query, narrowed(project_id, query), project_id)


def narrowed(project_id: UUID, query: TaskFilter) -> list[Condition]:
    """Return the conditions of a project's tasks that are asked for; they may name `caller`."""
    return [*_asked_of_project(project_id, query), *_asked(query)]


def mine(query: MyTaskQuery) -> Question:
    """Ask for a page of what is assigned to the caller, wherever. Raises paging refusals."""
    return _page(query, [(_MINE, ()), *_asked(query)], None)


def _page(
    query: MyTaskQuery | TaskQuery, conditions: list[Condition], project_id: UUID | None
) -> Question:
    given = [value for _, values in conditions for value in values]

    def text(row: Record, actor: Actor) -> str:
        query.check_tier(actor.tier)
        return (
            f'{{"items":{row["body"]},"total":{row["total"]},"page":{query.page},'
            f'"page_size":{query.page_size},"next_cursor":null}}'
        )

    guarded = project_id is not None
    return Question(
        _list(
            tuple(text for text, _ in conditions),
            query.sort,
            query.page_size,
            query.offset,
            guarded,
        ),
        tuple(given),
        ProjectNotFound if guarded else None,
        text,
        noted=_looked_into if guarded else None,
    )


def _asked_of_project(project_id: UUID, query: TaskFilter) -> Iterator[Condition]:
    yield "tasks.project_id = {}", (project_id,)
    if query.number is not None:
        yield "tasks.number = {}", (query.number,)
    if query.assignee_id == "me":
        yield "tasks.assignee_id = caller.user_id", ()
    elif query.assignee_id == "none":
        yield "tasks.assignee_id IS NULL", ()
    elif query.assignee_id is not None:
        yield "tasks.assignee_id = {}", (query.assignee_id,)
    if query.parent_id == "none":
        yield f"NOT EXISTS ({_WHOLE})", ()
    elif query.parent_id is not None:
        yield "tasks.parent_id = {}", (query.parent_id,)


def _asked(query: MyTaskFilter) -> Iterator[Condition]:
    for column, words in (("status", several(query.status)), ("priority", several(query.priority))):
        if len(words) == 1:  # of one alone the index also gives the order
            yield f"tasks.{column} = {{}}", words
        elif words:
            yield f"tasks.{column} = ANY(CAST({{}} AS text[]))", (words,)
    if query.label_id is not None:
        worn = "SELECT FROM task_labels WHERE task_labels.task_id = tasks.id"
        yield f"EXISTS ({worn} AND task_labels.label_id = {{}})", (query.label_id,)
    if query.due_before is not None:
        yield "tasks.due_date < {}", (query.due_before,)
    if query.blocked is not None:
        yield BLOCKED if query.blocked else f"NOT {BLOCKED}", ()
    if query.q is not None and query.q.strip():
        yield _sought(query.q.strip())


def _sought(q: str) -> Condition:
    """Return the condition that a task is meant by these words, their beginnings, number or key."""
    words = beginnings(q)
    if words is None:
        pattern = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return "tasks.title ILIKE {}", (f"%{pattern}%",)
    query = "to_tsquery('simple', {}) || plainto_tsquery('english', {})"
    # Of a project, or of one person: so all that hold a word anywhere are not gone through, which
    # took ten times as long for words that many hold. The question is asked once, not for each row.
    found = f"(tasks.search @@ (SELECT {query})) IS TRUE"
    wanted: tuple[Any, ...] = (words, q)
    number, key = numbered(q)
    if number is None:
        return found, wanted
    if key is None:
        return f"({found} OR tasks.number = {{}})", (*wanted, number)
    there = "tasks.number = {} AND projects.key = {}"
    return f"({found} OR ({there}))", (*wanted, number, key)


@lru_cache(maxsize=256)
def _list(conditions: tuple[str, ...], sort: str, size: int, offset: int, guarded: bool) -> str:
    """Return the statement of a list, what is asked for from `$2` on.

    How many rows are wanted is written out: as parameters they had PostgreSQL plan it every time.
    """
    wanted = " AND ".join(conditions)
    wanted = wanted.format(*(f"${place}" for place in range(2, 2 + wanted.count("{}"))))
    source = f"FROM {_HERE if guarded else _ANYWHERE} WHERE tasks.deleted_at IS NULL AND {wanted}"
    door = VISIBLE.format(project_id="$2") if guarded else _OPEN
    return f"""
    SELECT coalesce((SELECT json_agg(task) FROM (
            SELECT {_SUMMARY} {source} ORDER BY {_ORDERS[sort]} OFFSET {offset} LIMIT {size}
        ) task)::text, '[]') AS body,
        (SELECT count(*) FROM (SELECT {source} LIMIT {COUNT_CAP}) counted) AS total,
        projects.role AS place, {"$2::uuid" if guarded else "NULL"} AS project_id
    FROM ({door}) projects"""  # noqa: S608 — constants above
