"""complexipy: functions that are hard to follow (cognitive complexity, G. A. Campbell 2018)."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, Field, ValidationError

from taskyard.runners.analysis import recommendations, rules
from taskyard.runners.analysis.finding import Issue, Measure
from taskyard.runners.analysis.survey import Skipped
from taskyard.runners.analysis.tools.answer import Answer, answer
from taskyard.runners.analysis.tools.bench import MIB, Bench, Tally, past_culprits
from taskyard.runners.sandbox import BOX, TOOLBOX, Argument, Limits

NAME = "complexipy"
_LIMITS = Limits(
    wall_seconds=60,
    memory_bytes=1024 * MIB,
    address_bytes=8192 * MIB,
    disk_bytes=128 * MIB,
    results_bytes=96 * MIB,
)
_BUDGET_SECONDS = 120
#: Of its formats only SARIF says where a function is.
_REPORT = "complexity.sarif"
_POINTS = re.compile(r"complexity of (\d+)")
_START = "from complexipy.cli import main; main()"


class _Region(BaseModel):
    start: int = Field(alias="startLine")
    end: int = Field(alias="endLine")


class _Artifact(BaseModel):
    uri: str


class _Physical(BaseModel):
    artifact: _Artifact = Field(alias="artifactLocation")
    region: _Region


class _Logical(BaseModel):
    name: str


class _Location(BaseModel):
    physical: _Physical = Field(alias="physicalLocation")
    logical: list[_Logical] = Field(alias="logicalLocations", min_length=1)


class _Message(BaseModel):
    text: str


class _Result(BaseModel):
    message: _Message
    locations: list[_Location] = Field(min_length=1)


class _Run(BaseModel):
    results: list[_Result]


class _Sarif(BaseModel):
    runs: list[_Run]


def _command(files: Sequence[str]) -> list[Argument]:
    options = ["--isolated", "--no-ignore", "--quiet", "--failed", "--output-format", "sarif"]
    options += ["--max-complexity-allowed", str(rules.COMPLEXITY_LIMIT)]
    python: list[Argument] = [TOOLBOX / "bin/python", "-I", "-c", _START]
    return [*python, *options, "--output", BOX / _REPORT, "--", *files]


async def complexity(bench: Bench, files: Sequence[str]) -> Answer:
    """Find the functions over the limit."""
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
    async for part, report in parts:
        try:
            runs = _Sarif.model_validate_json(report).runs
        except ValidationError:
            tally.skipped += [_garbled(file) for file in part]
            continue
        issues += [_issue(bench, result) for run in runs for result in run.results]
    return answer(bench, NAME, tally, issues)


def _garbled(file: str) -> Skipped:
    return Skipped(file=file, reason="complexipy's answer could not be read", by=NAME)


def _issue(bench: Bench, result: _Result) -> Issue:
    points = _POINTS.search(result.message.text)
    complexity = int(points[1]) if points else rules.COMPLEXITY_LIMIT + 1
    place = result.locations[0]
    name = place.logical[0].name.replace("::", ".")
    return Issue(
        tool=NAME,
        rule=rules.COGNITIVE_RULE,
        kind="quality",
        severity=rules.complexity_severity(complexity),
        title=title(name, "cognitive", complexity),
        file=bench.relative(place.physical.artifact.uri),
        line=place.physical.region.start,
        end_line=place.physical.region.end,
        recommendation=recommendations.COMPLEXITY,
        debt_minutes=rules.complexity_minutes(complexity),
    )


def title(name: str, measure: Measure, points: int) -> str:
    """Return what a finding about a function says, whatever the tool."""
    return f"{name} is hard to follow ({measure} {points}, limit {rules.COMPLEXITY_LIMIT})"


def function_of(issue: Issue) -> str:
    """Return the function such a finding is about."""
    return issue.title.partition(" is hard")[0]


def points_of(issue: Issue) -> int:
    """Return its complexity."""
    return round(issue.debt_minutes - rules.complexity_minutes(0))


def measure_of(issue: Issue) -> Measure:
    """Return which complexity it is."""
    return "cognitive" if issue.rule == rules.COGNITIVE_RULE else "cyclomatic"
