"""Making a task by one statement (`core.shortcut`): the usual one, with nothing tied to it."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from asyncpg import Record

from taskyard.core.access import Permission
from taskyard.core.etag import etag
from taskyard.core.hot import Caller, utc
from taskyard.core.markdown import rendered
from taskyard.core.shortcut import Deed
from taskyard.kit.ids import uuid7
from taskyard.projects.types import ROLE_ALLOWS
from taskyard.tasks.events import TaskCreated
from taskyard.tasks.schemas import TaskCreate

#: What a body may give. Labels, people, parents and places have to be looked at first.
_PLAIN: Final = {"title", "description", "status", "priority", "due_date", "estimate"}
_MAKERS: Final = ", ".join(
    f"'{role}'" for role, held in ROLE_ALLOWS.items() if Permission.TASK_CREATE in held
)
#: As the service does it and `hot.one` shows it, which tests hold it to.
_CREATE: Final = f"""
door AS (
    SELECT caller.user_id, projects.id, projects.key, projects.name FROM caller
    JOIN projects ON projects.id = $2
        AND projects.deleted_at IS NULL AND projects.archived_at IS NULL
    JOIN memberships ON memberships.project_id = projects.id
        AND memberships.user_id = caller.user_id AND memberships.role IN ({_MAKERS})
    WHERE caller.fresh AND {Caller.may(Permission.TASK_CREATE)}
), made AS (
    INSERT INTO tasks (id, project_id, number, position, title, description, description_html,
        status, priority, due_date, estimate, created_by)
    SELECT $3, door.id, spot.number, spot.place, $4, $5, $6, $7, $8, $9, $10, door.user_id
    FROM door, LATERAL place_of_task(door.id, $7) spot
    RETURNING id, project_id, number, position, title, description, description_html, status,
        priority, due_date, estimate, created_by, created_at, updated_at, completed_at, version
), watched AS (
    INSERT INTO task_watchers (task_id, user_id) SELECT made.id, made.created_by FROM made
), told AS (
    INSERT INTO events (id, name, subject_id, actor_id, project_id, payload)
    SELECT $11, '{TaskCreated.name}', made.id, made.created_by, made.project_id,
        jsonb_build_object('key', door.key || '-' || made.number, 'number', made.number,
            'title', made.title, 'status', made.status, 'parent_id', NULL)
    FROM made, door
)
SELECT json_build_object('data', row_to_json(task))::text AS body, task.version
FROM (
    SELECT made.id, made.project_id, door.name AS project_name, made.number,
        door.key || '-' || made.number AS key, made.title, made.status, made.priority,
        NULL AS assignee_id, NULL AS assignee, NULL AS agent_id, '[]'::json AS labels,
        {utc("made.due_date")}, made.estimate, NULL AS parent_id, made.position,
        false AS blocked, false AS needs_evidence,
        json_build_object('total', 0, 'closed', 0) AS subtasks, made.created_by,
        {utc("made.created_at")}, {utc("made.updated_at")}, {utc("made.completed_at")},
        made.version, made.description, made.description_html, '[]'::json AS requires,
        NULL AS parent, '[]'::json AS depends_on, '[]'::json AS blocks, true AS watching
    FROM made, door
) task"""  # noqa: S608 — constants


async def create(project_id: UUID, body: TaskCreate) -> Deed | None:
    """Make a task; None where more than its own fields is given, or it is done already."""
    if not body.model_fields_set <= _PLAIN or body.status == "done":
        return None
    task_id = uuid7()
    html = await rendered(body.description)
    args = (
        project_id,
        task_id,
        body.title,
        body.description,
        html,
        body.status,
        body.priority,
        body.due_date,
        body.estimate,
        uuid7(),
    )
    location = f"/api/v1/projects/{project_id}/tasks/{task_id}"

    def headers(row: Record) -> Mapping[str, str]:
        return {"Location": location, "ETag": etag(row["version"])}

    return Deed(_CREATE, args, 201, headers)
