"""The hot reads of comments (`core.hot`): a thing's threads, one comment, whom to mention."""

from functools import lru_cache
from typing import Final
from uuid import UUID

from asyncpg import Record

from taskyard.comments.errors import CommentNotFound, CommentTargetNotFound
from taskyard.comments.schemas import CommentQuery
from taskyard.comments.targets import THERE
from taskyard.comments.types import EntityType
from taskyard.core.access import Actor, Permission
from taskyard.core.etag import etag
from taskyard.core.hot import Caller, Question, utc
from taskyard.projects.access import VISIBLE, look
from taskyard.projects.errors import ProjectNotFound
from taskyard.projects.events import AdminLooked
from taskyard.projects.repository import COUNT_CAP
from taskyard.projects.types import ROLE_ALLOWS

_WRITERS: Final = ", ".join(
    f"'{role}'" for role, held in sorted(ROLE_ALLOWS.items()) if Permission.COMMENT_CREATE in held
)
_MAY_WRITE: Final = (
    f"c.deleted_at IS NULL AND {Caller.may(Permission.COMMENT_CREATE)}"
    f" AND coalesce(door.role IN ({_WRITERS}), false)"
)


def _person(table: str) -> str:
    return (
        f"json_build_object('id', {table}.id, 'username', {table}.username,"
        f" 'name', {table}.display_name)"
    )


_COMMENT: Final = f"""
    c.id, c.project_id, c.entity_type, c.entity_id, c.parent_id, {_person("author")} AS author,
    c.body, c.body_html,
    (SELECT count(*) FROM comment_stars WHERE comment_id = c.id) AS stars,
    EXISTS (SELECT 1 FROM comment_stars
        WHERE comment_id = c.id AND user_id = caller.user_id) AS starred,
    {_MAY_WRITE} AND c.author_id = caller.user_id AS can_edit,
    {_MAY_WRITE} AND (c.author_id = caller.user_id OR door.role = 'owner') AS can_delete,
    {utc("c.created_at")}, {utc("c.edited_at")}, {utc("c.deleted_at")},
    CASE WHEN c.deleted_by IS NOT NULL THEN {_person("remover")} END AS deleted_by, c.version"""  # noqa: S608 — constants
_FROM: Final = """
    comments c JOIN users author ON author.id = c.author_id
    LEFT JOIN users remover ON remover.id = c.deleted_by"""
_ONE: Final = f"""
    SELECT coalesce((SELECT json_build_object('data', row_to_json(comment))::text FROM (
            SELECT {_COMMENT} FROM {_FROM} WHERE c.id = $3 AND c.project_id = $2
        ) comment), '') AS body,
        (SELECT version FROM comments WHERE id = $3 AND project_id = $2) AS version,
        door.role AS place, $2::uuid AS project_id
    FROM ({VISIBLE.format(project_id="$2")}) door"""  # noqa: S608 — constants
_PEOPLE: Final = f"""
    SELECT json_build_object('items', coalesce(json_agg(person)
            FILTER (WHERE person.id IS NOT NULL), '[]'), 'total', count(person.id),
        'page', 1, 'page_size', 8, 'next_cursor', NULL)::text AS body,
        door.role AS place, $2::uuid AS project_id
    FROM ({VISIBLE.format(project_id="$2")}) door LEFT JOIN LATERAL (
        SELECT users.id, users.username, users.display_name AS name
        FROM memberships JOIN users ON users.id = memberships.user_id
        WHERE memberships.project_id = $2 AND users.is_active
            AND (starts_with(lower(users.username), $3)
                OR starts_with(lower(users.display_name), $3)
                OR strpos(lower(users.display_name), ' ' || $3) > 0)
        ORDER BY starts_with(lower(users.username), $3) DESC, lower(users.username) LIMIT 8
    ) person ON true GROUP BY door.role"""  # noqa: S608 — constants


def one(project_id: UUID, comment_id: UUID) -> Question:
    """Ask for one comment. Raises CommentNotFound when it is answered."""
    return Question(
        _ONE,
        (project_id, comment_id),
        absent=ProjectNotFound,
        text=_present,
        headers=lambda row: {"ETag": etag(row["version"])},
        noted=_looked_into,
    )


def _present(row: Record, _: Actor) -> str:
    body: str = row["body"]
    if not body:
        raise CommentNotFound
    return body


def _looked_into(row: Record, actor: Actor) -> AdminLooked | None:
    return look(actor, row["project_id"], row["place"])


def people(project_id: UUID, q: str | None) -> Question:
    """Ask for up to eight members whose username or name begins so."""
    asked = (q or "").strip().lower()
    return Question(_PEOPLE, (project_id, asked), absent=ProjectNotFound, noted=_looked_into)


def about(caller: Caller, project_id: UUID, query: CommentQuery) -> Question:
    """Ask for a page of a thing's comments: threads by age, each with its replies after it."""
    thing = query.thing(project_id)
    scope = f"comments:{project_id}:{query.entity_type}:{thing}"
    after = caller.cursor.open(scope, query.cursor)[1] if query.cursor is not None else None
    offset = 0 if after else query.offset

    def text(row: Record, actor: Actor) -> str:
        query.check_tier(actor.tier)
        if not row["there"]:
            raise CommentTargetNotFound(entity_type=query.entity_type)
        ends: list[UUID] = row["ends"]
        following = f'"{caller.cursor.seal(scope, 0, ends[0])}"' if ends[1:] else "null"
        return (
            f'{{"items":{row["body"]},"total":{row["total"]},"page":{query.page},'
            f'"page_size":{query.page_size},"next_cursor":{following}}}'
        )

    given = (project_id, thing, query.page_size, offset, *([after] if after else []))
    sql = _list(query.entity_type, after=after is not None)
    return Question(sql, given, ProjectNotFound, text, noted=_looked_into)


@lru_cache(maxsize=16)
def _list(entity_type: EntityType, *, after: bool) -> str:
    """Return the statement of a list: `$4` rows after `$5`, where given after the comment `$6`."""
    source = f"c.entity_id = $3 AND c.entity_type = '{entity_type}' AND c.project_id = $2"
    place = "(c.thread_id, c.id) > (SELECT s.thread_id, s.id FROM comments s WHERE s.id = $6)"
    found = f"{source} AND {place}" if after else source
    return f"""
    SELECT coalesce((SELECT json_agg(comment) FROM (
            SELECT {_COMMENT} FROM {_FROM} WHERE {found}
            ORDER BY c.thread_id, c.id OFFSET $5 LIMIT $4
        ) comment)::text, '[]') AS body,
        ARRAY(SELECT c.id FROM comments c WHERE {found}
            ORDER BY c.thread_id, c.id OFFSET $5::int + $4::int - 1 LIMIT 2) AS ends,
        (SELECT count(*) FROM (
            SELECT 1 FROM comments c WHERE {source} LIMIT {COUNT_CAP}) counted) AS total,
        EXISTS ({THERE[entity_type]}) AS there, door.role AS place, $2::uuid AS project_id
    FROM ({VISIBLE.format(project_id="$2")}) door"""  # noqa: S608 — constants
