"""The hot read of projects (`core.hot`)."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from asyncpg import Record

from taskyard.core.etag import etag
from taskyard.core.hot import Question, utc
from taskyard.projects.access import VISIBLE
from taskyard.projects.errors import ProjectNotFound

_ONE: Final = f"""
    SELECT json_build_object('data', row_to_json(project))::text AS body, project.version
    FROM (
        SELECT projects.id, name, slug, key, description, is_personal,
            coalesce(door.role, 'admin') AS role, {utc("created_at")},
            {utc("updated_at")}, version
        FROM projects, ({VISIBLE.format(project_id="$2")}) door WHERE projects.id = $2
    ) project"""  # noqa: S608 — constants


def one(project_id: UUID) -> Question:
    """Ask for one project."""
    return Question(_ONE, (project_id,), absent=ProjectNotFound, headers=_version)


def _version(row: Record) -> Mapping[str, str]:
    return {"ETag": etag(row["version"])}
