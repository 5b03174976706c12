"""Every query of findings as tasks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, exists, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.files.models import SourceSnapshot
from taskyard.jobs.models import Job
from taskyard.projects.models import Project
from taskyard.runners.analysis.models import Analysis, FindingRow
from taskyard.runners.analysis.tracking.models import FindingRule, FindingTask
from taskyard.tasks.models import Task

#: An analysis, whoever asked for it, and since when its source is there.
Ended = Row[Analysis, Job, datetime]


async def ended(db: AsyncSession, analysis_id: UUID) -> Ended | None:
    """Return an analysis with its report; None of a project in which nothing is written."""
    query = (
        select(Analysis, Job, SourceSnapshot.uploaded_at)
        .join(Job, Job.id == Analysis.id)
        .join(SourceSnapshot, SourceSnapshot.id == Analysis.snapshot_id)
        .join(Project, Project.id == Analysis.project_id)
        .where(
            Analysis.id == analysis_id,
            Analysis.report_sha256.is_not(None),
            Project.deleted_at.is_(None),
            Project.archived_at.is_(None),
        )
    )
    return (await db.execute(query)).one_or_none()


async def finding(db: AsyncSession, analysis_id: UUID, fingerprint: str) -> FindingRow | None:
    """Return one finding of an analysis."""
    return await db.get(FindingRow, (analysis_id, fingerprint))


async def among(
    db: AsyncSession, analysis_id: UUID, fingerprints: Collection[str]
) -> dict[str, FindingRow]:
    """Return those of an analysis's findings that are among these."""
    query = select(FindingRow).where(
        FindingRow.analysis_id == analysis_id, FindingRow.fingerprint.in_(fingerprints)
    )
    return {row.fingerprint: row for row in await db.scalars(query)}


async def untracked(
    db: AsyncSession, analysis_id: UUID, severity: int, *, limit: int
) -> Sequence[FindingRow]:
    """Return the gravest of an analysis's findings that never had a task."""
    known = exists().where(
        FindingTask.project_id == FindingRow.project_id,
        FindingTask.fingerprint == FindingRow.fingerprint,
    )
    query = (
        select(FindingRow)
        .where(FindingRow.analysis_id == analysis_id, FindingRow.severity <= severity, ~known)
        .order_by(FindingRow.severity, FindingRow.file, FindingRow.line, FindingRow.fingerprint)
        .limit(limit)
    )
    return (await db.scalars(query)).all()


async def tracked(db: AsyncSession, project_id: UUID, fingerprint: str) -> FindingTask | None:
    """Return which task a finding has."""
    return await db.get(FindingTask, (project_id, fingerprint), populate_existing=True)


async def older_than(db: AsyncSession, analysis: Analysis) -> Sequence[FindingTask]:
    """Return the tracked findings that an analysis can tell news of, held until the end."""
    query = (
        select(FindingTask)
        .where(
            FindingTask.project_id == analysis.project_id, FindingTask.seen_number < analysis.number
        )
        .order_by(FindingTask.fingerprint)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await db.scalars(query)).all()


async def add(db: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Write which tasks findings have."""
    db.add_all(FindingTask(**row) for row in rows)
    await db.flush()


async def is_deleted(db: AsyncSession, task_id: UUID) -> bool:
    """Say whether a task was deleted."""
    query = select(exists().where(Task.id == task_id, Task.deleted_at.is_not(None)))
    return bool(await db.scalar(query))


async def tasks_of(
    db: AsyncSession, project_id: UUID, fingerprints: Collection[str]
) -> dict[str, Row[str, UUID, str, int, str, str]]:
    """Return id, project key, number, title and status of the task of each of these findings."""
    query = (
        select(FindingTask.fingerprint, Task.id, Project.key, Task.number, Task.title, Task.status)
        .join(Task, Task.id == FindingTask.task_id)
        .join(Project, Project.id == Task.project_id)
        .where(
            FindingTask.project_id == project_id,
            FindingTask.fingerprint.in_(fingerprints),
            Task.deleted_at.is_(None),
        )
    )
    return {row.fingerprint: row for row in await db.execute(query)}


async def of_task(
    db: AsyncSession, project_id: UUID, task_id: UUID
) -> Row[UUID, FindingTask | None] | None:
    """Return a live task's id and the finding it was made of, if any."""
    query = (
        select(Task.id, FindingTask)
        .outerjoin(FindingTask, FindingTask.task_id == Task.id)
        .where(Task.id == task_id, Task.project_id == project_id, Task.deleted_at.is_(None))
    )
    return (await db.execute(query)).one_or_none()


async def severity(db: AsyncSession, project_id: UUID, *, lock: bool = False) -> int | None:
    """Return from which severity on a project wants tasks."""
    query = select(FindingRule.severity).where(FindingRule.project_id == project_id)
    return await db.scalar(query.with_for_update() if lock else query)


async def set_severity(db: AsyncSession, project_id: UUID, wanted: int | None) -> None:
    """Have a project want tasks from a severity on, or none."""
    if wanted is None:
        await db.execute(delete(FindingRule).where(FindingRule.project_id == project_id))
        return
    row = upsert(FindingRule).values(project_id=project_id, severity=wanted)
    await db.execute(
        row.on_conflict_do_update(index_elements=["project_id"], set_={"severity": wanted})
    )
