"""The verbs of analyses around the runner: which source, which number, what is kept."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func as sql
from sqlalchemy import select

from taskyard.core.storage import Storage
from taskyard.core.uow import Uow
from taskyard.files.errors import NoSource
from taskyard.files.models import SourceSnapshot
from taskyard.jobs.models import Job
from taskyard.jobs.policy import percent
from taskyard.projects.access import ProjectAccess
from taskyard.runners.analysis import repository
from taskyard.runners.analysis.errors import AnalysisNotFound, AnalysisNotReady
from taskyard.runners.analysis.finding import Finding
from taskyard.runners.analysis.models import Analysis, FindingRow
from taskyard.runners.analysis.report import AnalysisReport, SecurityIssue
from taskyard.runners.analysis.schemas import (
    SEVERITIES,
    AnalysisJob,
    AnalysisOutcome,
    AnalysisRead,
    Counts,
    FindingRead,
    Previous,
)
from taskyard.tasks.schemas import RelatedTask


async def prepare(uow: Uow, access: ProjectAccess | None, given: AnalysisJob) -> AnalysisJob:
    """Name the snapshot to analyse: the one asked for, else the project's newest.

    Raises NoSource where there is none, also where the id is another project's.
    """
    assert access is not None, "the kind needs a project"
    query = select(SourceSnapshot.id, SourceSnapshot.source_id).where(
        SourceSnapshot.project_id == access.project_id
    )
    if given.snapshot_id is not None:
        query = query.where(SourceSnapshot.id == given.snapshot_id)
    if given.source_id is not None:
        query = query.where(SourceSnapshot.source_id == given.source_id)
    newest = query.order_by(SourceSnapshot.uploaded_at.desc(), SourceSnapshot.id.desc())
    row = (await uow.db.execute(newest.limit(1))).one_or_none()
    if row is None:
        raise NoSource(project_id=str(access.project_id))
    types = sorted(set(given.analysis_types))
    return given.model_copy(
        update={"snapshot_id": row.id, "source_id": row.source_id, "analysis_types": types}
    )


async def number(uow: Uow, job: Job, given: AnalysisJob) -> None:
    """Give a new analysis its number within the project."""
    assert job.project_id is not None
    count = await repository.next_number(uow.db, job.project_id)
    job.title = f"Analysis {count}"
    uow.db.add(
        Analysis(
            id=job.id,
            project_id=job.project_id,
            number=count,
            snapshot_id=given.snapshot_id,
            source_id=given.source_id,
            types=",".join(given.analysis_types),
        )
    )
    await uow.db.flush()


async def keep(uow: Uow, job: Job, outcome: AnalysisOutcome) -> None:
    """Write an analysis's figures and findings, compared with the one before.

    Runs in the transaction that completes the job, so that a report is there exactly when its
    job is completed. Where the engine reused an earlier run, its findings are taken over.
    """
    analysis = await uow.db.get(Analysis, job.id)
    if analysis is None:
        raise AnalysisNotFound
    found = await _findings(uow, job, outcome)
    previous = await repository.newest_finished(uow.db, analysis.project_id, before=analysis.number)
    known = await repository.fingerprints(uow.db, previous.id) if previous else {}
    rows = [_row(analysis, finding, known, first=previous is None) for finding in found]
    analysis.previous_id = previous.id if previous else None
    analysis.ruleset = outcome.ruleset
    analysis.quality_score = outcome.quality_score  # type: ignore[assignment]  # Numeric takes it
    analysis.grade = outcome.grade
    analysis.ncloc = outcome.ncloc
    analysis.coverage_percent = outcome.coverage_percent  # type: ignore[assignment]
    analysis.counts = _counts(outcome, rows, known).model_dump()
    analysis.tests = await _tests(uow, job, outcome)
    analysis.report_sha256 = outcome.report_sha256
    analysis.finished_at = sql.clock_timestamp()
    await uow.db.flush()
    await repository.add_findings(uow.db, rows)


async def _findings(uow: Uow, job: Job, outcome: AnalysisOutcome) -> list[dict[str, Any]]:
    """Return every finding as the report has it: this run's, or those of the run it reuses."""
    if outcome.report is not None:
        return [finding.model_dump(mode="json") for finding in outcome.report.findings]
    assert job.reused_from is not None, "a result without its report is an earlier run's"
    return await repository.contents(uow.db, job.reused_from)


async def _tests(uow: Uow, job: Job, outcome: AnalysisOutcome) -> dict[str, int] | None:
    """Return how this run's tests went, or those of the run it reuses."""
    if outcome.report is not None:
        counted = outcome.report.coverage.tests
        return counted.model_dump() if counted else None
    return (await uow.db.get_one(Analysis, job.reused_from)).tests


def _row(
    analysis: Analysis, finding: dict[str, Any], known: dict[str, int], *, first: bool
) -> dict[str, Any]:
    fingerprint = finding["fingerprint"]
    columns = ("tool", "rule", "kind", "file", "line")
    return {
        "analysis_id": analysis.id,
        "project_id": analysis.project_id,
        "fingerprint": fingerprint,
        "severity": SEVERITIES.index(finding["severity"]),
        "is_new": not first and fingerprint not in known,
        "since": known.get(fingerprint, analysis.number),
        "content": finding,
        **{name: finding[name] for name in columns},
    }


def _counts(outcome: AnalysisOutcome, rows: list[dict[str, Any]], known: dict[str, int]) -> Counts:
    severities = Counter(SEVERITIES[row["severity"]] for row in rows)
    unchanged = sum(row["fingerprint"] in known for row in rows)
    return Counts(
        high=severities["high"],
        medium=severities["medium"],
        low=severities["low"],
        info=severities["info"],
        new=sum(row["is_new"] for row in rows),
        gone=len(known) - unchanged,
        unchanged=unchanged,
        code_smells=outcome.code_smells,
        type_errors=outcome.type_errors,
        security_issues=outcome.security_issues,
    )


async def find(
    uow: Uow, access: ProjectAccess, analysis_id: UUID
) -> tuple[Analysis, Job, Analysis | None]:
    """Return an analysis, its job and the one it is compared with. Raises AnalysisNotFound."""
    row = await repository.get(uow.db, access.project_id, analysis_id)
    if row is None:
        raise AnalysisNotFound
    analysis, job = row
    previous = await uow.db.get(Analysis, analysis.previous_id) if analysis.previous_id else None
    return analysis, job, previous


async def report_of(storage: Storage, analysis: Analysis, job: Job) -> AnalysisReport:
    """Return the whole report. Raises AnalysisNotReady until the job has completed.

    In a thread: one of 20,000 findings takes two seconds.
    """
    if analysis.report_sha256 is None:
        raise AnalysisNotReady(number=analysis.number, status=job.state)
    content = await storage.get_bytes(analysis.report_sha256)
    return await asyncio.to_thread(_parsed, content)


def _parsed(content: bytes) -> AnalysisReport:
    """Read a report a finding at a time: read at once, nobody else would have a turn meanwhile."""
    known = orjson.loads(content)
    known["findings"] = [Finding.model_validate(one) for one in known["findings"]]
    known["security_issues"] = [
        SecurityIssue.model_validate(one) for one in known["security_issues"]
    ]
    return AnalysisReport.model_validate(known)


def read(analysis: Analysis, job: Job, previous: Analysis | None) -> AnalysisRead:
    """Return an analysis as clients see it."""
    return AnalysisRead(
        id=analysis.id,
        project_id=analysis.project_id,
        number=analysis.number,
        status=job.state,
        progress=percent(job.progress),
        snapshot_id=analysis.snapshot_id,
        source_id=analysis.source_id,
        analysis_types=analysis.types.split(","),
        quality_score=_float(analysis.quality_score),
        grade=analysis.grade,
        ncloc=analysis.ncloc,
        coverage_percent=_float(analysis.coverage_percent),
        counts=Counts.model_validate(analysis.counts) if analysis.counts else None,
        previous=_previous(analysis, previous),
        created_at=analysis.created_at,
        finished_at=analysis.finished_at,
        failure=job.failure,
    )


def _previous(analysis: Analysis, previous: Analysis | None) -> Previous | None:
    if previous is None:
        return None
    return Previous(
        id=previous.id,
        number=previous.number,
        quality_score=_float(previous.quality_score),
        comparable=previous.types == analysis.types and previous.ruleset == analysis.ruleset,
    )


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def read_finding(row: FindingRow, task: RelatedTask | None, *, gone: bool) -> FindingRead:
    """Return a finding as clients see it, with its task if it has one."""
    state = "gone" if gone else "new" if row.is_new else "open"
    known = {name: row.content.get(name) for name in FindingRead.model_fields}
    return FindingRead.model_validate(known | {"state": state, "since": row.since, "task": task})
