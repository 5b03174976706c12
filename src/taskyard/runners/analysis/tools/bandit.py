"""bandit: code that attackers like."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ValidationError

from taskyard.runners.analysis import recommendations, rules
from taskyard.runners.analysis.finding import Confidence, Issue, Severity
from taskyard.runners.analysis.survey import Skipped
from taskyard.runners.analysis.tools import ruff
from taskyard.runners.analysis.tools.answer import Answer, answer, plain
from taskyard.runners.analysis.tools.bench import MIB, Bench, Tally, past_culprits
from taskyard.runners.sandbox import BOX, TOOLBOX, Argument, Limits

NAME = "bandit"
#: 164 MB for a file of one mebibyte; seconds for a thousand files of the usual size.
_LIMITS = Limits(
    wall_seconds=180,
    cpu_seconds=180,
    memory_bytes=1024 * MIB,
    address_bytes=2048 * MIB,
    results_bytes=96 * MIB,
)
_BUDGET_SECONDS = 240
_REPORT = "bandit.json"
_Level = Literal["LOW", "MEDIUM", "HIGH", "UNDEFINED"]
_LEVELS: dict[_Level, Confidence] = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high"}


class _CWE(BaseModel):
    id: int | None = None


class _Result(BaseModel):
    filename: str
    test_id: str
    issue_text: str
    issue_severity: _Level
    issue_confidence: _Level
    issue_cwe: _CWE = _CWE()
    line_number: int
    line_range: list[int] = []
    col_offset: int = -1


class _Error(BaseModel):
    filename: str
    reason: str


class _Report(BaseModel):
    errors: list[_Error]
    results: list[_Result]


def _command(files: Sequence[str]) -> list[Argument]:
    options = ["--quiet", "--exit-zero", "--format", "json", "--number", "1"]
    options += ["--skip", ",".join(rules.BANDIT_LEFT_OUT)]
    python: list[Argument] = [TOOLBOX / "bin/python", "-I", "-m", "bandit"]
    return [*python, *options, "--output", BOX / _REPORT, "--", *files]


async def security(bench: Bench, files: Sequence[str]) -> Answer:
    """Find what is insecure; files that bandit does not manage go to ruff's like rules."""
    tally = Tally()
    issues: list[Issue] = []
    parts = past_culprits(
        bench,
        NAME,
        files,
        command=_command,
        result=_REPORT,
        limits=_LIMITS,
        budget_seconds=_BUDGET_SECONDS,
        tally=tally,
    )
    async for part, content in parts:
        try:
            report = _Report.model_validate_json(content)
        except ValidationError:
            tally.skipped += [_left_out(file, "its answer could not be read") for file in part]
            continue
        issues += [_issue(bench, result) for result in report.results]
        errors = [_left_out(bench.relative(one.filename), one.reason) for one in report.errors]
        tally.files -= len(errors)
        tally.skipped += errors
    if tally.skipped:
        stand_in = await ruff.security(bench, [skipped.file for skipped in tally.skipped])
        issues += stand_in.issues
    return answer(bench, NAME, tally, issues)


def _left_out(file: str, reason: str) -> Skipped:
    return Skipped(file=file, reason=f"bandit: {plain(reason)}", by=NAME)


def _issue(bench: Bench, result: _Result) -> Issue:
    advice = recommendations.for_security(result.test_id)
    severity: Severity = _LEVELS.get(result.issue_severity, "low")
    return Issue(
        tool=NAME,
        rule=result.test_id,
        kind="security",
        severity=severity,
        title=advice.title or plain(result.issue_text),
        file=bench.relative(result.filename),
        line=result.line_number,
        end_line=max(result.line_range, default=None),
        column=result.col_offset + 1 if result.col_offset >= 0 else None,
        cwe=f"CWE-{result.issue_cwe.id}" if result.issue_cwe.id else advice.cwe,
        confidence=_LEVELS.get(result.issue_confidence),
        recommendation=advice.text,
        debt_minutes=rules.SECURITY_MINUTES[severity],
    )
