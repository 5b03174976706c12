"""The hot read of projects (`core.hot`)."""

import json
from collections.abc import Mapping
from typing import Final, get_args
from uuid import UUID

from asyncpg import Record

from taskyard.core.access import ROLE_PERMISSIONS, Actor
from taskyard.core.etag import etag
from taskyard.core.hot import Question, utc
from taskyard.projects.access import VISIBLE, allowed_to, look
from taskyard.projects.errors import ProjectNotFound
from taskyard.projects.events import AdminLooked
from taskyard.projects.types import ProjectRole

_ROLE: Final = "coalesce(door.role, 'admin')"
#: What each kind of account may do in each role, as the JSON it is answered with.
_PERMISSIONS: Final = "CASE {} END::json".format(
    " ".join(
        f"WHEN {_ROLE} = '{role}' AND caller.role = '{account}'"
        f" THEN '{json.dumps(sorted(allowed_to(role) & held))}'"
        for role in (*get_args(ProjectRole), "admin")
        for account, held in ROLE_PERMISSIONS.items()
    )
)
_ONE: Final = f"""
    SELECT json_build_object('data', row_to_json(project))::text AS body, project.version,
        project.id AS project_id, project.role AS place
    FROM (
        SELECT projects.id, name, slug, key, description, is_personal, {_ROLE} AS role,
            {_PERMISSIONS} AS permissions, {utc("created_at")}, {utc("updated_at")}, version
        FROM projects, ({VISIBLE.format(project_id="$2")}) door WHERE projects.id = $2
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
