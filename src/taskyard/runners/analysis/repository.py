"""Every query of analyses and findings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from taskyard.jobs.models import Job
from taskyard.runners.analysis.models import Analysis, FindingRow

#: Rows one INSERT carries; Django's source has 3,400 findings.
_BATCH = 1_000


async def next_number(db: AsyncSession, project_id: UUID) -> int:
    """Return the project's next analysis number; two at once get two, by a lock held to the end."""
    await db.execute(
        text("SELECT pg_advisory_xact_lock(1952543598, hashtext(:project))"),
        {"project": str(project_id)},
    )
    query = select(func.coalesce(func.max(Analysis.number), 0)).where(
        Analysis.project_id == project_id
    )
    return (await db.scalar(query) or 0) + 1


async def get(db: AsyncSession, project_id: UUID, analysis_id: UUID) -> Row[Analysis, Job] | None:
    """Return an analysis of a project with its job."""
    query = select(Analysis, Job).join(Job, Job.id == Analysis.id)
    query = query.where(Analysis.id == analysis_id, Analysis.project_id == project_id)
    return (await db.execute(query)).one_or_none()


async def list_for(
    db: AsyncSession, project_id: UUID, *, offset: int, limit: int
) -> tuple[Sequence[Row[Analysis, Job]], int]:
    """Return a page of a project's analyses, the newest first, and how many there are."""
    query = (
        select(Analysis, Job)
        .join(Job, Job.id == Analysis.id)
        .where(Analysis.project_id == project_id)
        .order_by(Analysis.number.desc())
    )
    rows = (await db.execute(query.offset(offset).limit(limit))).all()
    total = await db.scalar(select(func.count()).where(Analysis.project_id == project_id))
    return rows, total or 0


async def newest_finished(
    db: AsyncSession, project_id: UUID, *, before: int, types: str | None = None
) -> Analysis | None:
    """Return the newest analysis with a report and a smaller number than `before`."""
    query = select(Analysis).where(
        Analysis.project_id == project_id,
        Analysis.number < before,
        Analysis.report_sha256.is_not(None),
    )
    if types is not None:
        query = query.where(Analysis.types == types)
    return (await db.scalars(query.order_by(Analysis.number.desc()).limit(1))).one_or_none()


async def by_ids(db: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Analysis]:
    """Return these analyses by id."""
    rows = await db.scalars(select(Analysis).where(Analysis.id.in_(ids)))
    return {row.id: row for row in rows}


async def fingerprints(db: AsyncSession, analysis_id: UUID) -> dict[str, int]:
    """Return an analysis's fingerprints, each with the number of the one that first saw it."""
    query = select(FindingRow.fingerprint, FindingRow.since)
    rows = await db.execute(query.where(FindingRow.analysis_id == analysis_id))
    return {row.fingerprint: row.since for row in rows}


async def contents(db: AsyncSession, analysis_id: UUID) -> list[dict[str, Any]]:
    """Return an analysis's findings as its report has them, the worst first."""
    query = select(FindingRow.content).where(FindingRow.analysis_id == analysis_id)
    return list(await db.scalars(query.order_by(FindingRow.severity, FindingRow.file)))


async def add_findings(db: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    """Write findings."""
    for start in range(0, len(rows), _BATCH):
        await db.execute(insert(FindingRow), list(rows[start : start + _BATCH]))


@dataclass(frozen=True)
class FindingFilter:
    """Which findings are asked for."""

    state: Literal["open", "new", "gone"]
    severities: Sequence[int] = ()
    kinds: Sequence[str] = ()
    file: str | None = None
    q: str | None = None


async def findings(
    db: AsyncSession, analysis: Analysis, wanted: FindingFilter, *, offset: int, limit: int
) -> tuple[Sequence[FindingRow], int]:
    """Return a page of findings, the worst first, and how many there are."""
    query = _filtered(analysis, wanted)
    if query is None:
        return [], 0
    order = (FindingRow.severity, FindingRow.file, FindingRow.line, FindingRow.fingerprint)
    rows = (await db.scalars(query.order_by(*order).offset(offset).limit(limit))).all()
    counted = query.with_only_columns(FindingRow.fingerprint).subquery()
    total = await db.scalar(select(func.count()).select_from(counted))
    return rows, total or 0


def _filtered(analysis: Analysis, wanted: FindingFilter) -> Select[FindingRow] | None:
    """Return the query, None where gone findings are asked for and there is no earlier run."""
    query = select(FindingRow)
    if wanted.state == "gone":
        if analysis.previous_id is None:
            return None
        here = aliased(FindingRow)
        still = exists().where(
            here.analysis_id == analysis.id, here.fingerprint == FindingRow.fingerprint
        )
        query = query.where(FindingRow.analysis_id == analysis.previous_id, ~still)
    else:
        query = query.where(FindingRow.analysis_id == analysis.id)
    if wanted.state == "new":
        query = query.where(FindingRow.is_new)
    if wanted.severities:
        query = query.where(FindingRow.severity.in_(wanted.severities))
    if wanted.kinds:
        query = query.where(FindingRow.kind.in_(wanted.kinds))
    if wanted.file:
        query = query.where(FindingRow.file == wanted.file)
    if wanted.q:
        query = query.where(
            FindingRow.rule.ilike(f"%{_escaped(wanted.q)}%", escape="\\")
            | FindingRow.file.ilike(f"%{_escaped(wanted.q)}%", escape="\\")
            | FindingRow.content["title"].astext.ilike(f"%{_escaped(wanted.q)}%", escape="\\")
        )
    return query


def _escaped(q: str) -> str:
    return q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
