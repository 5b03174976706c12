"""The hot reads of jobs (`core.hot`): lists, and one job with its steps.

The same answers as `reading` gives from rows. A job is seen by whoever sees its project, one
without by whoever asked for it, the platform's own by administrators (`access.load`).
"""

from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from asyncpg import Record

from taskyard.core.access import Actor, Permission
from taskyard.core.hot import Caller, Question, utc
from taskyard.jobs.errors import JobNotFound
from taskyard.jobs.repository import COUNT_CAP, POSITION
from taskyard.jobs.schemas import JobQuery, ProjectJobQuery
from taskyard.jobs.types import ENDED, JobState
from taskyard.kit.errors import TaskyardError
from taskyard.projects.access import VISIBLE, look
from taskyard.projects.errors import ProjectNotFound
from taskyard.projects.events import AdminLooked
from taskyard.projects.types import ROLE_ALLOWS


def _listed(words: Any) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


def _here(permission: Permission) -> str:
    """Return the condition that the caller may do this to the job: account, then project."""
    roles = _listed(role for role, held in ROLE_ALLOWS.items() if permission in held)
    member = f"coalesce(members.role IN ({roles}), false)"
    return f"{Caller.may(permission)} AND (jobs.project_id IS NULL OR {member})"


_MAY_CANCEL: Final = f"(caller.role = 'admin' OR {_here(Permission.JOB_CANCEL)})"
_MAY_RETRY: Final = f"({_here(Permission.JOB_CREATE)})"
_SUMMARY: Final = f"""
    jobs.id, jobs.kind, jobs.title, jobs.project_id, projects.name AS project_name, jobs.task_id,
    jobs.state AS status, trunc(jobs.progress::float8 * 100 + 1e-4)::int AS progress,
    jobs.current_step, jobs.attempt, {utc("jobs.created_at")}, {utc("jobs.started_at")},
    {utc("jobs.finished_at")}, {utc("jobs.deadline_at")}, CASE WHEN jobs.owner_id IS NOT NULL
        THEN json_build_object('id', jobs.owner_id, 'name', users.display_name) END AS asked_by,
    {POSITION} AS queue_position, jobs.failure,
    jobs.state NOT IN ({_listed(ENDED)}) AND {_MAY_CANCEL} AS can_cancel,
    jobs.state IN ({_listed((JobState.FAILED, JobState.CANCELLED))}) AND {_MAY_RETRY} AS can_retry,
    jobs.next_seq - 1 AS version"""
_NAMED: Final = """
    jobs LEFT JOIN projects ON projects.id = jobs.project_id
    LEFT JOIN users ON users.id = jobs.owner_id"""
_MEMBERS: Final = """
    LEFT JOIN memberships members
        ON members.project_id = jobs.project_id AND members.user_id = caller.user_id"""
_STEPS: Final = f"""
    coalesce((SELECT json_agg(step) FROM (
        SELECT name, title, status, {utc("started_at")},
            round(extract(epoch FROM finished_at - started_at)::numeric, 3) AS seconds
        FROM job_steps WHERE job_id = jobs.id ORDER BY position
    ) step), '[]') AS steps"""  # noqa: S608 — constants
_ONE: Final = f"""
    SELECT json_build_object('data', row_to_json(job))::text AS body, job.project_id,
        CASE WHEN caller.role = 'admin' THEN (SELECT memberships.role FROM memberships
            WHERE memberships.project_id = job.project_id
                AND memberships.user_id = caller.user_id) ELSE 'any' END AS place
    FROM (
        SELECT {_SUMMARY}, jobs.parameters, jobs.result, jobs.reused_from, {_STEPS}
        FROM {_NAMED} {_MEMBERS}
        WHERE jobs.id = $2 AND (jobs.queue = 'work' OR caller.role = 'admin') AND CASE
            WHEN jobs.project_id IS NULL
                THEN caller.role = 'admin' OR jobs.owner_id = caller.user_id
            ELSE projects.deleted_at IS NULL
                AND (caller.role = 'admin' OR members.role IS NOT NULL) END
    ) job"""  # noqa: S608 — constants above


_MINE: Final = """
    jobs.owner_id = caller.user_id AND (jobs.project_id IS NULL
        OR (members.role IS NOT NULL AND projects.deleted_at IS NULL))"""
#: The door of a list: nothing where it is shut, and then neither is there anything to list.
_OPEN: Final = "SELECT 'any' AS role"
_FILTERS: Final = {
    "project": "jobs.project_id =",
    "status": "jobs.state =",
    "kind": "jobs.kind =",
    "task": "jobs.task_id =",
    "before": "jobs.id <",
}


def one(job_id: UUID) -> Question:
    """Ask for one job."""
    return Question(_ONE, (job_id,), absent=JobNotFound, noted=_looked_into)


def _looked_into(row: Record, actor: Actor) -> AdminLooked | None:
    """Return what is told of an administrator's look at jobs of a project that is not theirs."""
    return look(actor, row["project_id"], row["place"]) if row["project_id"] else None


def mine(caller: Caller, query: JobQuery) -> Question:
    """Ask for a page of the jobs the caller asked for. Raises paging refusals."""
    return _page(caller, query, "jobs", _MINE, project=query.project_id)


def of_project(caller: Caller, project_id: UUID, query: ProjectJobQuery) -> Question:
    """Ask for a page of everybody's jobs in a project. Raises paging refusals."""
    return _page(caller, query, "project-jobs", "true", project=project_id, absent=ProjectNotFound)


def everybodys(caller: Caller, query: ProjectJobQuery) -> Question:
    """Ask for a page of everybody's jobs, for administrators. Raises paging refusals."""
    return _page(caller, query, "all-jobs", "projects.deleted_at IS NULL", project=None)


def _page(
    caller: Caller,
    query: ProjectJobQuery,
    scope: str,
    whose: str,
    *,
    project: UUID | None,
    absent: type[TaskyardError] | None = None,
) -> Question:
    scope = f"{scope}:{project}:{query.status}:{query.kind}:{query.task_id}"
    before = caller.cursor.open(scope, query.cursor)[1] if query.cursor is not None else None
    wanted = {
        "project": project,
        "status": query.status,
        "kind": query.kind,
        "task": query.task_id,
        "before": before,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    offset = 0 if before else query.offset

    def text(row: Record, actor: Actor) -> str:
        query.check_tier(actor.tier)
        ends: list[UUID] = row["ends"]
        following = f'"{caller.cursor.seal(scope, 0, ends[0])}"' if ends[1:] else "null"
        return (
            f'{{"items":{row["body"]},"total":{row["total"]},"page":{query.page},'
            f'"page_size":{query.page_size},"next_cursor":{following}}}'
        )

    sql = _list(whose, tuple(given), guarded=absent is not None)
    noted = _looked_into if absent else None
    return Question(sql, (query.page_size, offset, *given.values()), absent, text, noted=noted)


@lru_cache(maxsize=64)
def _list(whose: str, given: tuple[str, ...], *, guarded: bool) -> str:
    """Return the statement of a list: `$2` rows after `$3`, and what is asked for from `$4` on."""
    found = "".join(f" AND {_FILTERS[name]} ${place}" for place, name in enumerate(given, 4))
    source = f"FROM {_NAMED} {_MEMBERS} WHERE jobs.queue = 'work' AND {whose}"
    total = source + found.replace(f" AND {_FILTERS['before']} ${3 + len(given)}", "")
    door = VISIBLE.format(project_id="$4") if guarded else _OPEN
    return f"""
    SELECT coalesce((SELECT json_agg(job) FROM (
            SELECT {_SUMMARY} {source}{found} ORDER BY jobs.id DESC OFFSET $3 LIMIT $2
        ) job)::text, '[]') AS body,
        ARRAY(SELECT jobs.id {source}{found}
            ORDER BY jobs.id DESC OFFSET $3::int + $2::int - 1 LIMIT 2) AS ends,
        (SELECT count(*) FROM (SELECT {total} LIMIT {COUNT_CAP}) counted) AS total,
        door.role AS place, {"$4::uuid" if guarded else "NULL"} AS project_id
    FROM ({door}) door"""  # noqa: S608 — constants above
