"""What every tool's module gives back."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from taskyard.runners.analysis.finding import Issue, Value
from taskyard.runners.analysis.survey import Skipped
from taskyard.runners.analysis.tools.bench import Bench, Tally

Status = Literal["ok", "partial", "failed", "not_run"]


class ToolRun(Value):
    """One tool in one analysis."""

    name: str
    version: str
    status: Status = "ok"
    detail: str | None = Field(None, description="Why it is not `ok`.")
    files: int = Field(0, description="Files it looked at to the end.")
    findings: int = 0
    seconds: float = 0.0
    peak_bytes: int = 0


class Answer(Value):
    """A tool's issues, and what it could not look at."""

    tool: ToolRun
    issues: tuple[Issue, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def answer(bench: Bench, tool: str, tally: Tally, issues: Sequence[Issue]) -> Answer:
    """Return what a tool found over all its batches, and how far it got."""
    status: Status = "ok"
    missed = [skipped for skipped in tally.skipped if not skipped.expected]
    if missed:
        status = "partial" if tally.files else "failed"
    run = ToolRun(
        name=tool,
        version=bench.versions.get(tool, ""),
        status=status,
        detail=missed[0].reason if missed else None,
        files=tally.files,
        findings=len(issues),
        seconds=tally.seconds,
        peak_bytes=tally.peak_bytes,
    )
    return Answer(tool=run, issues=tuple(issues), skipped=tuple(tally.skipped))


def not_run(bench: Bench, tool: str, reason: str) -> Answer:
    """Return the answer of a tool that was not asked."""
    run = ToolRun(name=tool, version=bench.versions.get(tool, ""), status="not_run", detail=reason)
    return Answer(tool=run)


def failed(bench: Bench, tool: str, tally: Tally, reason: str) -> Answer:
    """Return the answer of a tool that gave none."""
    run = ToolRun(
        name=tool,
        version=bench.versions.get(tool, ""),
        status="failed",
        detail=reason,
        seconds=tally.seconds,
        peak_bytes=tally.peak_bytes,
    )
    return Answer(tool=run, skipped=tuple(tally.skipped))


def plain(message: str) -> str:
    """Return a tool's message as one line without marks and control characters."""
    words = "".join(one if one.isprintable() else " " for one in message).split()
    return " ".join(words).rstrip(".")[:300]
