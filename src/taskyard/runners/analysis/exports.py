"""A report as a file: JSON for programs, SARIF for code scanning, a page for people."""

from dataclasses import dataclass
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


async def export(
    uow: Uow,
    storage: Storage,
    analysis: Analysis,
    job: Job,
    previous: Analysis | None,
    wanted: Format,
) -> ReportFile:
    """Return the whole report as a file. Raises AnalysisNotReady."""
    report = await service.report_of(storage, analysis, job)
    stem = f"analysis-{analysis.number}"
    if wanted == "json":
        return ReportFile(f"{stem}.json", to_json(report).encode(), "application/json")
    comparison = await _comparison(uow, analysis, report)
    if wanted == "sarif":
        content = orjson.dumps(to_sarif(report, comparison), option=orjson.OPT_INDENT_2)
        return ReportFile(f"{stem}.sarif", content, "application/sarif+json")
    page = to_html(
        report,
        comparison,
        title=f"Analysis {analysis.number}",
        previous_score=_score(previous),
        made_at=analysis.finished_at,
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
