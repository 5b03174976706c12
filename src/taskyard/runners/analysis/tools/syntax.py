"""Python's own parser, in a process that may die of it."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from taskyard.runners.analysis import recommendations, rules
from taskyard.runners.analysis.finding import Issue, Value
from taskyard.runners.analysis.survey import Skipped, Undecodable
from taskyard.runners.analysis.tools import ruff
from taskyard.runners.analysis.tools.answer import Answer, answer, plain
from taskyard.runners.analysis.tools.bench import MIB, Bench, Tally
from taskyard.runners.analysis.tools.each import Seen, each_file
from taskyard.runners.sandbox import Limits

NAME = "python"
_LIMITS = Limits(
    wall_seconds=180,
    cpu_seconds=180,
    memory_bytes=1024 * MIB,
    address_bytes=2048 * MIB,
    results_bytes=64 * MIB,
)


class Facts(Value):
    """What is counted in a file that parses."""

    ncloc: int
    functions: int = 0
    annotated: int = 0


class _Error(BaseModel):
    message: str
    line: int | None
    column: int | None
    ncloc: int


class _Line(Seen):
    facts: Facts | None = None
    error: _Error | None = None


class Parsed(Value):
    """Which files can be worked with, and by which tools."""

    answer: Answer
    #: By file: those every tool may look at.
    facts: dict[str, Facts]
    #: Valid for ruff, whose grammar is the newest and deepest: no bandit, no mypy.
    newer: dict[str, Facts]
    #: Lines of broken files, which count like any others.
    broken: dict[str, int]


async def parse(
    bench: Bench, files: Sequence[str], undecodable: Sequence[Undecodable], workspace: Path
) -> Parsed:
    """Parse each of `files`; name those that are broken, and those that break the parser."""
    tally = Tally()
    lines = await each_file(
        bench, files, _Line, look="parse", who="the parser", limits=_LIMITS, workspace=workspace,
        tally=tally,
    )  # fmt: skip
    failed = [line for line in lines if line.error is not None]
    broken = await ruff.unparsable(bench, [line.file for line in failed]) if failed else set()
    issues = [_undecodable(one) for one in undecodable]
    tally.skipped += [Skipped(file=issue.file, reason=issue.title) for issue in issues]
    newer: dict[str, Facts] = {}
    broken_lines: dict[str, int] = {}
    for line in failed:
        assert line.error is not None
        if line.file in broken:
            issues.append(_issue(line.file, line.error))
            tally.skipped.append(Skipped(file=line.file, reason=issues[-1].title))
            broken_lines[line.file] = line.error.ncloc
        else:
            newer[line.file] = Facts(ncloc=line.error.ncloc)
            reason = f"ruff parses it, the analysers' Python does not: {line.error.message}"
            tally.skipped.append(Skipped(file=line.file, reason=reason, by="bandit and mypy"))
    facts = {line.file: line.facts for line in lines if line.facts is not None}
    tally.files = len(facts) + len(failed)
    tally.skipped += [
        Skipped(file=line.file, reason=line.crash) for line in lines if line.crash is not None
    ]
    return Parsed(
        answer=answer(bench, NAME, tally, issues),
        facts=facts,
        newer=newer,
        broken=broken_lines,
    )


def _issue(file: str, error: _Error) -> Issue:
    return Issue(
        tool=NAME,
        rule="syntax-error",
        kind="syntax",
        severity="high",
        title=f"This file cannot be parsed: {plain(error.message)}",
        file=file,
        line=error.line,
        column=error.column or None,
        recommendation=recommendations.SYNTAX,
        debt_minutes=rules.SYNTAX_ERROR_MINUTES,
    )


def _undecodable(one: Undecodable) -> Issue:
    return Issue(
        tool=NAME,
        rule="encoding",
        kind="syntax",
        severity="high",
        title=f"This file cannot be read as text: {one.reason}",
        file=one.path,
        line=one.line,
        recommendation=recommendations.ENCODING,
        debt_minutes=rules.SYNTAX_ERROR_MINUTES,
    )
