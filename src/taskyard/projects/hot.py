"""The hot reads of projects (`core.hot`): one, a page of one's own, and one's tags."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, get_args
from uuid import UUID

from asyncpg import Record

from taskyard.core.access import ROLE_PERMISSIONS, Actor
from taskyard.core.etag import etag
from taskyard.core.hot import Question, utc
from taskyard.core.uow import Uow
from taskyard.projects import repository
from taskyard.projects.access import VISIBLE, allowed_to, look
from taskyard.projects.errors import ProjectNotFound
from taskyard.projects.events import AdminLooked
from taskyard.projects.schemas import ProjectQuery
from taskyard.projects.service import ensure_personal
from taskyard.projects.types import ARCHIVED_ALLOWS, GRACE, MOST_TAGS, ProjectRole

_ROLE: Final = "coalesce(held, 'admin')"


def _permissions() -> str:
    """Return what each kind of account may do in each role, as the JSON it is answered with."""
    roles = []
    for role in (*get_args(ProjectRole), "admin"):
        accounts = []
        for account, held in ROLE_PERMISSIONS.items():
            whole = allowed_to(role) & held
            frozen = json.dumps(sorted(whole & ARCHIVED_ALLOWS))
            accounts.append(
                f"WHEN '{account}' THEN CASE WHEN archived_at IS NULL"
                f" THEN '{json.dumps(sorted(whole))}' ELSE '{frozen}' END"
            )
        roles.append(f"WHEN '{role}' THEN CASE caller.role {' '.join(accounts)} END")
    return f"CASE {_ROLE} {' '.join(roles)} END::json"


_TAGS: Final = f"""
    coalesce((SELECT json_agg(tag) FROM (
        SELECT id, name, color FROM project_tags
        WHERE project_id = projects.id ORDER BY lower(name) LIMIT {MOST_TAGS}
    ) tag), '[]')"""  # noqa: S608 — constants
#: A project as its caller sees it, before anything is made of it: what is written out, which takes
#: longer, is for those rows alone that are answered.
_SEEN: Final = "SELECT projects.*, place.role AS held, favorite.project_id IS NOT NULL AS liked"
_FAVORITES: Final = """LEFT JOIN project_favorites favorite
    ON favorite.project_id = projects.id AND favorite.user_id = caller.user_id"""
_COLUMNS: Final = f"""
    projects.id, name, slug, key, description, is_personal, {_ROLE} AS role,
    {_permissions()} AS permissions, liked AS is_favorite, {_TAGS} AS tags,
    (SELECT count(*) FROM memberships WHERE project_id = projects.id) AS members,
    {utc("archived_at")}, {utc("deleted_at")}, {utc("created_at")}, {utc("updated_at")},
    version"""  # noqa: S608 — constants
_ONE: Final = f"""
    SELECT json_build_object('data', row_to_json(project))::text AS body, project.version,
        project.id AS project_id, project.role AS place
    FROM (
        SELECT {_COLUMNS} FROM (
            {_SEEN} FROM ({VISIBLE.format(project_id="$2")}) place, projects {_FAVORITES}
            WHERE projects.id = $2
        ) projects
    ) project"""  # noqa: S608 — constants


def one(project_id: UUID) -> Question:
    """Ask for one project."""
    return Question(
        _ONE, (project_id,), absent=ProjectNotFound, headers=_version, noted=_looked_into
    )


def _version(row: Record) -> Mapping[str, str]:
    return {"ETag": etag(row["version"])}


def _looked_into(row: Record, actor: Actor) -> AdminLooked | None:
    return look(actor, row["project_id"], row["place"])


_ORDERS: Final = {
    "-updated_at": "projects.updated_at DESC, projects.id DESC",
    "updated_at": "projects.updated_at, projects.id",
    "-created_at": "projects.id DESC",
    "created_at": "projects.id",
    "name": "lower(name), projects.id",
    "-name": "lower(name) DESC, projects.id DESC",
}
_STATUSES: Final = {
    "active": "deleted_at IS NULL AND archived_at IS NULL",
    "archived": "deleted_at IS NULL AND archived_at IS NOT NULL",
    "all": "deleted_at IS NULL",
    # Whoever may bring it back, as long as that is possible.
    "deleted": f"place.role = 'owner' AND deleted_at > now() - interval '{GRACE.days} days'",
}
_FILTERS: Final = {
    "q": """(name ILIKE ${n} ESCAPE '\\' OR key ILIKE ${n} ESCAPE '\\'
        OR description ILIKE ${n} ESCAPE '\\')""",
    "favorite": "(favorite.project_id IS NOT NULL) = ${n}",
    "tag": """EXISTS (SELECT FROM project_tags tags WHERE tags.project_id = projects.id
        AND lower(tags.name) = lower(${n}))""",
}


def page(query: ProjectQuery) -> Question:
    """Ask for a page of the caller's projects, favorites first. Raises paging refusals."""
    wanted = {"q": _holds(query.q), "favorite": query.favorite, "tag": query.tag}
    given = {name: value for name, value in wanted.items() if value is not None}

    def text(row: Record, actor: Actor) -> str:
        query.check_tier(actor.tier)
        return (
            f'{{"items":{row["body"]},"total":{row["total"]},"page":{query.page},'
            f'"page_size":{query.page_size},"next_cursor":null}}'
        )

    at = (query.page_size, query.offset, repository.COUNT_CAP)
    sql = _list(query.status, query.sort, tuple(given), *at)
    return Question(sql, tuple(given.values()), text=text, first=_make_personal)


def _holds(q: str | None) -> str | None:
    """Return the pattern of what holds a text anywhere."""
    if not q:
        return None
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def _make_personal(uow: Uow, actor: Actor) -> None:
    await ensure_personal(uow, actor.user_id)


@lru_cache(maxsize=128)
def _list(status: str, sort: str, given: tuple[str, ...], size: int, offset: int, cap: int) -> str:
    """Return the statement of a list, what is asked for from `$2` on.

    How many rows are wanted is written out: as parameters they had PostgreSQL plan it every time,
    which took as long as the answer.
    """
    found = "".join(f" AND {_FILTERS[name].format(n=at)}" for at, name in enumerate(given, 2))
    source = f"""FROM memberships place JOIN projects ON projects.id = place.project_id
        {_FAVORITES} WHERE place.user_id = caller.user_id AND {_STATUSES[status]}{found}"""
    return f"""
    SELECT coalesce((SELECT json_agg(project) FROM (
            SELECT {_COLUMNS} FROM (
                {_SEEN} {source}
                ORDER BY liked DESC, {_ORDERS[sort]} OFFSET {offset} LIMIT {size}
            ) projects
        ) project)::text, '[]') AS body,
        (SELECT count(*) FROM (SELECT {source} LIMIT {cap}) counted) AS total,
        EXISTS (SELECT FROM projects WHERE owner_id = caller.user_id AND is_personal
            AND deleted_at IS NULL) AS ready"""  # noqa: S608 — constants above


_MY_TAGS: Final = f"""
    SELECT json_build_object('data', coalesce((SELECT json_agg(tag) FROM (
        SELECT min(tags.name) AS name, min(color) AS color, count(*) AS projects
        FROM memberships place JOIN projects ON projects.id = place.project_id
            JOIN project_tags tags ON tags.project_id = projects.id
        WHERE place.user_id = caller.user_id AND {_STATUSES["all"]}
        GROUP BY lower(tags.name) ORDER BY count(*) DESC, lower(tags.name) LIMIT 100
    ) tag), '[]'))::text AS body"""  # noqa: S608 — constants above


def my_tags() -> Question:
    """Ask for the tags of the caller's projects, those on most of them first."""
    return Question(_MY_TAGS)
