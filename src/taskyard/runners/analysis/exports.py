"""A report as a file: JSON for programs, SARIF for code scanning, a page for people."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson

from taskyard.core.storage import Storage
from taskyard.core.uow import Uow
from taskyard.jobs.models import Job
from taskyard.runners.analysis import repository, service
from taskyard.runners.analysis.compare import Comparison, compare
from taskyard.runners.analysis.finding import Finding
from taskyard.runners.analysis.html import to_html
from taskyard.runners.analysis.models import Analysis
from taskyard.runners.analysis.report import AnalysisReport, to_json
from taskyard.runners.analysis.sarif import to_sarif

Format = Literal["json", "sarif", "html"]


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report, ready to be sent."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Material:
    """What a report's file is made of; to be rendered without the database."""

    report: AnalysisReport
    number: int
    finished_at: datetime | None
    wanted: Format
    comparison: Comparison | None
    previous_score: float | None


async def gather(
    uow: Uow,
    storage: Storage,
    analysis: Analysis,
    job: Job,
    previous: Analysis | None,
    wanted: Format,
) -> Material:
    """Return all a report's file is made of. Raises AnalysisNotReady."""
    report = await service.report_of(storage, analysis, job)
    return Material(
        report,
        analysis.number,
        analysis.finished_at,
        wanted,
        None if wanted == "json" else await _comparison(uow, analysis, report),
        _score(previous),
    )


async def render(material: Material) -> ReportFile:
    """Return the whole report as a file.

    In a thread: a page with the code of 400 findings takes a good part of a second.
    """
    return await asyncio.to_thread(_render, material)


def _render(material: Material) -> ReportFile:
    report, comparison = material.report, material.comparison
    stem = f"analysis-{material.number}"
    if material.wanted == "json":
        return ReportFile(f"{stem}.json", to_json(report).encode(), "application/json")
    if material.wanted == "sarif":
        content = orjson.dumps(to_sarif(report, comparison), option=orjson.OPT_INDENT_2)
        return ReportFile(f"{stem}.sarif", content, "application/sarif+json")
    page = to_html(
        report,
        comparison,
        title=f"Analysis {material.number}",
        previous_score=material.previous_score,
        made_at=material.finished_at,
    )
    return ReportFile(f"{stem}.html", page.encode(), "text/html; charset=utf-8")


async def _comparison(uow: Uow, analysis: Analysis, report: AnalysisReport) -> Comparison | None:
    """Return what is new and gone against the run before, None where there was none."""
    if analysis.previous_id is None:
        return None
    before = await repository.contents(uow.db, analysis.previous_id)
    return compare([Finding.model_validate(one) for one in before], report.findings)


def _score(previous: Analysis | None) -> float | None:
    if previous is None or previous.quality_score is None:
        return None
    return float(previous.quality_score)
