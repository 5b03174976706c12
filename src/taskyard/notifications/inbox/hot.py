"""The hot reads of the inbox (`core.hot`): a page of it, and how much of it is unread."""

from functools import lru_cache
from typing import Final
from uuid import UUID

from asyncpg import Record

from taskyard.core.access import Actor
from taskyard.core.hot import Caller, Question, utc
from taskyard.notifications.inbox.schemas import NotificationQuery, State
from taskyard.projects.repository import COUNT_CAP

#: What a person may (still) see of what they were told.
_VISIBLE: Final = """
    FROM notifications n
    LEFT JOIN projects p ON p.id = n.project_id
    LEFT JOIN users a ON a.id = n.actor_id
    WHERE n.user_id = {user} AND CASE WHEN n.entity_type = 'invitation'
        THEN EXISTS (SELECT 1 FROM invitations i WHERE i.id = n.entity_id
            AND i.state = 'pending' AND i.expires_at > now()) AND p.deleted_at IS NULL
        WHEN n.entity_type = 'team' THEN EXISTS (
            SELECT 1 FROM team_invitations i WHERE i.id = n.entity_id AND i.expires_at > now())
        ELSE n.project_id IS NULL OR (p.deleted_at IS NULL AND EXISTS (
            SELECT 1 FROM memberships m
            WHERE m.project_id = n.project_id AND m.user_id = n.user_id)) END
        AND (n.entity_type <> 'task' OR EXISTS (
            SELECT 1 FROM tasks t WHERE t.id = n.entity_id AND t.deleted_at IS NULL))"""
#: The same of whoever `:user_id` is.
VISIBLE_TO: Final = _VISIBLE.format(user=":user_id")
_STATES: Final[dict[State, str]] = {
    "inbox": "n.archived_at IS NULL AND n.surfaced_at <= now()",
    "unread": "n.archived_at IS NULL AND n.surfaced_at <= now() AND n.read_at IS NULL",
    "snoozed": "n.archived_at IS NULL AND n.surfaced_at > now()",
    "archived": "n.archived_at IS NOT NULL",
}
#: Unread ones, counted to a thousand.
UNREAD: Final = f"SELECT 1 {_VISIBLE} AND n.in_app AND {_STATES['unread']} LIMIT 1000"
_MINE: Final = _VISIBLE.format(user="caller.user_id") + " AND n.in_app"
_COUNT: Final = f"(SELECT count(*) FROM ({UNREAD.format(user='caller.user_id')}) counted)"  # noqa: S608
_ONE: Final = rf"""
    n.id, n.type, CASE WHEN a.id IS NOT NULL THEN json_build_object(
        'id', a.id, 'username', a.username, 'name', a.display_name) END AS actor,
    CASE WHEN p.id IS NOT NULL THEN json_build_object(
        'id', p.id, 'name', p.name, 'key', p.key) END AS project,
    json_build_object(
        'type', n.entity_type, 'id', n.entity_id, 'title', n.title, 'key', n.key) AS about,
    n.comment_id, (SELECT left(regexp_replace(c.body, '\s+', ' ', 'g'), 200) FROM comments c
        WHERE c.id = n.comment_id AND c.deleted_at IS NULL) AS excerpt,
    {utc("n.created_at")}, {utc("n.read_at")}, {utc("n.archived_at")},
    CASE WHEN n.surfaced_at > now() THEN
        to_char(n.surfaced_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END AS snoozed_until"""  # noqa: S608
_FILTERS: Final = {
    "type": "n.type = ${0}",
    "project": "n.project_id = ${0}",
    "moment": "(n.surfaced_at, n.id) < ('epoch'::timestamptz + ${0} * interval '1 microsecond',",
    "before": " ${0})",
}


def unread() -> Question:
    """Ask how many notifications of the caller's wait to be read."""
    return Question(
        f"SELECT json_build_object('data', json_build_object('unread', {_COUNT}))::text AS body"
    )


def page(caller: Caller, query: NotificationQuery) -> Question:
    """Ask for a page of the caller's notifications, newest first. Raises paging refusals."""
    scope = f"notifications:{query.state}:{query.type}:{query.project_id}"
    place = caller.cursor.open(scope, query.cursor) if query.cursor is not None else (None, None)
    wanted = {
        "type": query.type,
        "project": query.project_id,
        "moment": place[0],
        "before": place[1],
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    offset = 0 if query.cursor is not None else query.offset

    def text(row: Record, actor: Actor) -> str:
        query.check_tier(actor.tier)
        ends: list[UUID] = row["ids"]
        more = bool(ends[1:])
        following = f'"{caller.cursor.seal(scope, row["last_at"], ends[0])}"' if more else "null"
        return (
            f'{{"items":{row["body"]},"total":{row["total"]},"page":{query.page},'
            f'"page_size":{query.page_size},"next_cursor":{following},"unread":{row["unread"]}}}'
        )

    sql = _list(query.state, tuple(given))
    return Question(sql, (query.page_size, offset, *given.values()), text=text)


@lru_cache(maxsize=64)
def _list(state: State, given: tuple[str, ...]) -> str:
    """Return the statement of a list: `$2` rows after `$3`, and what is asked for from `$4` on."""
    source = f"{_MINE} AND {_STATES[state]}"
    asked = {name: _FILTERS[name].format(place) for place, name in enumerate(given, 4)}
    plain = "".join(f" AND {asked[name]}" for name in ("type", "project") if name in asked)
    after = f" AND {asked['moment']}{asked['before']}" if "before" in asked else ""
    found = f"{source}{plain}{after} ORDER BY n.surfaced_at DESC, n.id DESC"
    return f"""
    SELECT coalesce((SELECT json_agg(one) FROM (
            SELECT {_ONE} {found} OFFSET $3 LIMIT $2
        ) one)::text, '[]') AS body, ends.ids,
        (SELECT n.surfaced_at FROM notifications n WHERE n.id = ends.ids[1]) AS last_at,
        (SELECT count(*) FROM (SELECT 1 {source}{plain} LIMIT {COUNT_CAP}) counted) AS total,
        {_COUNT} AS unread
    FROM (SELECT ARRAY(SELECT n.id {found} OFFSET $3::int + $2::int - 1 LIMIT 2) AS ids) ends
    """  # noqa: S608 — constants above
