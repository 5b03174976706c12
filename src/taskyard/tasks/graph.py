"""The hot read of what a task waits for and what waits for it, some steps far."""

from typing import Any, Final
from uuid import UUID

from asyncpg import Record

from taskyard.core.access import Actor
from taskyard.core.hot import Question
from taskyard.projects.access import VISIBLE, look
from taskyard.projects.errors import ProjectNotFound
from taskyard.projects.events import AdminLooked
from taskyard.tasks.errors import TaskNotFound

#: How many steps away a task may be, and how many are shown in all: the nearest.
STEPS: Final = 6
MOST: Final = 60


def _way(name: str, here: str, there: str) -> str:
    """Return the tasks that are found step by step in one direction, deleted ones never."""
    return f"""{name} (id, steps) AS (
        SELECT tasks.id, 0 FROM tasks
        WHERE tasks.id = $3 AND tasks.project_id = $2 AND tasks.deleted_at IS NULL
        UNION SELECT other.id, {name}.steps + 1
        FROM {name} JOIN task_dependencies further ON further.{here} = {name}.id
        JOIN tasks other ON other.id = further.{there} AND other.deleted_at IS NULL
        WHERE {name}.steps < {STEPS})"""  # noqa: S608 — constants


_GRAPH: Final = f"""
    SELECT json_build_object('data', graph)::text AS body,
        EXISTS (SELECT FROM tasks WHERE tasks.id = $3 AND tasks.project_id = $2
            AND tasks.deleted_at IS NULL) AS there,
        door.role AS place, $2::uuid AS project_id
    FROM ({VISIBLE.format(project_id="$2")}) door CROSS JOIN LATERAL (
        WITH RECURSIVE {_way("needed", "task_id", "depends_on_id")},
            {_way("waiting", "depends_on_id", "task_id")},
        found AS (
            SELECT id, min(steps) AS steps FROM (
                SELECT * FROM needed UNION ALL SELECT * FROM waiting) ways GROUP BY id),
        near AS (
            SELECT tasks.*, found.steps FROM found JOIN tasks ON tasks.id = found.id
            ORDER BY found.steps, tasks.number LIMIT {MOST})
        SELECT
            coalesce((SELECT json_agg(json_build_object(
                    'id', near.id, 'key', projects.key || '-' || near.number,
                    'title', near.title, 'status', near.status)
                    ORDER BY near.steps, near.number)
                FROM near JOIN projects ON projects.id = near.project_id), '[]') AS tasks,
            coalesce((SELECT json_agg(json_build_object(
                    'task_id', edge.task_id, 'depends_on_id', edge.depends_on_id)
                    ORDER BY edge.task_id, edge.depends_on_id)
                FROM task_dependencies edge JOIN near ON near.id = edge.task_id
                JOIN near other ON other.id = edge.depends_on_id), '[]') AS dependencies,
            (SELECT count(*) FROM found) > {MOST} AS cut
    ) graph"""  # noqa: S608 — constants


def around(project_id: UUID, task_id: UUID) -> Question:
    """Ask for the tasks around one, and who of them waits for whom."""
    return Question(
        _GRAPH, (project_id, task_id), absent=ProjectNotFound, text=_present, noted=_looked_into
    )


def _present(row: Record, _: Actor) -> str:
    if not row["there"]:
        raise TaskNotFound
    body: Any = row["body"]
    return str(body)


def _looked_into(row: Record, actor: Actor) -> AdminLooked | None:
    return look(actor, row["project_id"], row["place"])
