"""The job kind `analysis`: the runner, hosted."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from taskyard.core.access import Permission
from taskyard.core.platform import Platform
from taskyard.files.service import keep_blob
from taskyard.jobs.context import JobContext
from taskyard.jobs.kinds import JobKind
from taskyard.runners.analysis import service
from taskyard.runners.analysis.report import AnalysisParameters, AnalysisReport
from taskyard.runners.analysis.rules import RULESET
from taskyard.runners.analysis.runner import analyse
from taskyard.runners.analysis.schemas import AnalysisJob, AnalysisOutcome
from taskyard.runners.hosted import hosted
from taskyard.runners.sandbox import Sandbox


def cache_key(given: AnalysisJob) -> str | None:
    """Return what of the question decides the result: the source and the types asked for."""
    if given.fresh:
        return None
    return f"{given.source_id}:{','.join(given.analysis_types)}"


async def machine(platform: Platform) -> str:
    """Return what of the worker decides it: rules and tools, and whether it can isolate tests."""
    settings = platform.settings
    try:
        report = await _sandbox(settings.data_dir, settings.sandbox).probe()
    except OSError:
        return f":{RULESET}:unknown"  # The run itself says what is wrong.
    return f":{RULESET}:{report.mode}"


async def run(given: AnalysisJob, job: JobContext) -> AnalysisOutcome:
    """Analyse a snapshot, and keep the report as a file of the job."""
    assert given.source_id is not None, "filled in when it was enqueued"
    settings = job.platform.settings
    async with hosted(job, _sandbox(settings.data_dir, settings.sandbox), given.source_id) as ctx:
        report = await analyse(AnalysisParameters(analysis_types=given.analysis_types), ctx)
    return await _kept(job, report)


@cache
def _sandbox(data_dir: Path, switch: Literal["auto", "off"]) -> Sandbox:
    """Return this process's sandbox: what the machine can do is tried once."""
    return Sandbox(data_dir, switch=switch)


async def _kept(job: JobContext, report: AnalysisReport) -> AnalysisOutcome:
    content = report.model_dump_json().encode()
    blob = await keep_blob(job.platform.database, job.platform.storage, content)
    await job.asset("report.json", content, "application/json")
    return AnalysisOutcome(
        quality_score=report.quality_score,
        grade=report.grade,
        ncloc=report.ncloc,
        coverage_percent=report.coverage_percent,
        findings=len(report.findings),
        code_smells=report.code_smells,
        type_errors=report.type_errors or 0,
        security_issues=len(report.security_issues),
        partial=report.partial,
        ruleset=report.ruleset,
        report_sha256=blob.sha256,
        report=report,
    )


ANALYSIS = JobKind(
    name="analysis",
    parameters=AnalysisJob,
    result=AnalysisOutcome,
    run=run,
    # Django's 900 files take four minutes on two busy cores.
    deadline=timedelta(minutes=20),
    permission=Permission.ANALYSIS_CREATE,
    title=lambda _: "Analysis",
    prepare=service.prepare,
    on_enqueued=service.number,
    on_finished=service.keep,
    cache_key=cache_key,
    machine=machine,
)
