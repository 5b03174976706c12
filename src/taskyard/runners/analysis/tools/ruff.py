"""ruff: what is wrong or roundabout, and (as a stand-in for bandit) what is insecure."""

from collections.abc import Sequence

from pydantic import BaseModel, TypeAdapter, ValidationError

from taskyard.runners.analysis import recommendations, rules
from taskyard.runners.analysis.finding import Issue
from taskyard.runners.analysis.survey import Skipped
from taskyard.runners.analysis.tools.answer import Answer, answer, plain
from taskyard.runners.analysis.tools.bench import MIB, Bench, Tally, past_culprits
from taskyard.runners.sandbox import BOX, TOOLBOX, Argument, Limits

NAME = "ruff"
_LIMITS = Limits(
    wall_seconds=60,
    memory_bytes=1024 * MIB,
    # It reserves address space for its threads' stacks.
    address_bytes=8192 * MIB,
    file_bytes=256 * MIB,
    disk_bytes=256 * MIB,
    results_bytes=192 * MIB,
)
_BUDGET_SECONDS = 120
_REPORT = "ruff.json"
_SYNTAX = frozenset({"invalid-syntax", None})


class _Place(BaseModel):
    row: int
    column: int


class _Fix(BaseModel):
    message: str | None = None


class _Diagnostic(BaseModel):
    code: str | None
    message: str
    filename: str
    location: _Place | None
    end_location: _Place | None
    fix: _Fix | None = None


_DIAGNOSTICS = TypeAdapter(list[_Diagnostic])


def _command(select: Sequence[str]) -> list[Argument]:
    # The newest grammar: with an older one valid code of a newer Python would be an error.
    options = ["--isolated", "--no-cache", "--no-respect-gitignore", "--target-version", "py314"]
    options += ["--select", ",".join(select), "--ignore", ",".join(rules.LEFT_OUT)]
    options += ["--output-format", "json", "--quiet", "--exit-zero"]
    return [TOOLBOX / "bin/ruff", "check", *options, "--output-file", BOX / _REPORT, "--"]


async def diagnose(
    bench: Bench, files: Sequence[str], select: Sequence[str], tally: Tally
) -> list[_Diagnostic]:
    """Run ruff with these rules; what it could not look at goes to `tally`."""
    found: list[_Diagnostic] = []
    parts = past_culprits(
        bench,
        NAME,
        files,
        command=lambda part: [*_command(select), *part],
        result=_REPORT,
        limits=_LIMITS,
        budget_seconds=_BUDGET_SECONDS,
        tally=tally,
    )
    async for part, report in parts:
        try:
            found += _DIAGNOSTICS.validate_json(report)
        except ValidationError:
            tally.skipped += [_garbled(file) for file in part]
    return [one.model_copy(update={"filename": bench.relative(one.filename)}) for one in found]


def _garbled(file: str) -> Skipped:
    return Skipped(file=file, reason="ruff's answer could not be read", by=NAME)


async def unparsable(bench: Bench, files: Sequence[str]) -> set[str]:
    """Return which of `files` ruff cannot parse either; the others are of a newer Python."""
    tally = Tally()
    found = await diagnose(bench, files, ("E9",), tally)
    broken = {one.filename for one in found if one.code in _SYNTAX}
    return broken | {skipped.file for skipped in tally.skipped}


async def quality(bench: Bench, files: Sequence[str]) -> Answer:
    """Run the score's rules."""
    tally = Tally()
    found = await diagnose(bench, files, rules.RUFF_SELECT, tally)
    issues = [_syntax(one) if one.code in _SYNTAX else _quality(one) for one in found]
    return answer(bench, NAME, tally, issues)


async def security(bench: Bench, files: Sequence[str]) -> Answer:
    """Run ruff's security rules, which carry bandit's numbers (S602 is B602) but no severity."""
    tally = Tally()
    found = await diagnose(bench, files, rules.RUFF_SECURITY, tally)
    issues = [_security(one) for one in found if one.code not in _SYNTAX]
    return answer(bench, NAME, tally, issues)


def _quality(one: _Diagnostic) -> Issue:
    rule = str(one.code)
    return Issue(
        tool=NAME,
        rule=rule,
        kind="quality",
        severity=rules.quality_severity(rule),
        title=plain(one.message),
        file=one.filename,
        line=one.location.row if one.location else None,
        end_line=one.end_location.row if one.end_location else None,
        column=one.location.column if one.location else None,
        recommendation=recommendations.for_quality(rule, one.fix.message if one.fix else None),
        debt_minutes=rules.quality_minutes(rule),
    )


def _syntax(one: _Diagnostic) -> Issue:
    """Code that parses, and that Python refuses all the same: `return` outside a function."""
    change = {
        "rule": "invalid-syntax",
        "kind": "syntax",
        "severity": "high",
        "recommendation": recommendations.SYNTAX,
        "debt_minutes": rules.SYNTAX_ERROR_MINUTES,
    }
    return _quality(one).model_copy(update=change)


def _security(one: _Diagnostic) -> Issue:
    advice = recommendations.for_security(f"B{str(one.code)[1:]}")
    severity = advice.usual_severity
    change = {
        "kind": "security",
        "severity": severity,
        "title": advice.title or plain(one.message),
        "recommendation": advice.text,
        "cwe": advice.cwe,
        "debt_minutes": rules.SECURITY_MINUTES[severity],
    }
    return _quality(one).model_copy(update=change)
