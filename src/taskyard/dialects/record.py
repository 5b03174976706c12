"""An analysis in the words that the contracts jobs and builds share."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from taskyard.accounts.service import profiles
from taskyard.core.schemas import Out
from taskyard.core.storage import Storage
from taskyard.core.uow import Uow
from taskyard.jobs.access import JobAccess
from taskyard.jobs.schemas import JobRead
from taskyard.jobs.types import JobState
from taskyard.runners.analysis import service

Status = Literal["initializing", "running", "completed", "failed", "cancelled"]
#: The kind of job an analysis is.
KIND = "analysis"


class SecurityIssue(Out):
    """A weakness that was found."""

    issue: str
    severity: Literal["high", "medium", "low", "info"]
    file: str
    line: int | None
    recommendation: str | None


class AnalysisRecord(Out):
    """An analysis; what was not measured, or not yet, is null."""

    analysis_id: UUID
    project_name: str
    timestamp: datetime = Field(description="When it was asked for.")
    performed_by: str = Field(description="The username of whoever asked for it.")
    status: Status
    quality_score: float | None = Field(description="0 to 10, higher is better.")
    security_issues: list[SecurityIssue]
    code_smells: int | None
    type_errors: int | None
    coverage_percent: float | None = Field(description="0 to 100; null where no tests ran.")
    recommendations: list[str] = Field(description="What to do first, best first.")


def status_of(state: str) -> Status:
    """Return a job's state in the word of the contract builds."""
    if state in {JobState.WAITING, JobState.QUEUED}:
        return "initializing"
    return state  # type: ignore[return-value]  # the other states are the contract's own


async def of(uow: Uow, storage: Storage, access: JobAccess, job: JobRead) -> AnalysisRecord:
    """Return the record of an analysis. Raises AnalysisNotFound, BlobMissing, StorageUnavailable.

    The report is read from the store, which holds what a table does not.
    """
    assert access.project is not None, "an analysis belongs to a project"
    assert job.asked_by is not None, "an analysis is somebody's"
    analysis, row, _ = await service.find(uow, access.project, job.id)
    report = None
    if job.status == "completed":
        report = await service.report_of(storage, analysis, row)
    return AnalysisRecord(
        analysis_id=job.id,
        project_name=job.project_name or "",
        timestamp=job.created_at,
        performed_by=await profiles.username(uow, job.asked_by.id),
        status=status_of(job.status),
        quality_score=report and report.quality_score,
        security_issues=report.security_issues if report else [],
        code_smells=report and report.code_smells,
        type_errors=report and report.type_errors,
        coverage_percent=report and report.coverage_percent,
        recommendations=report.recommendations if report else [],
    )
