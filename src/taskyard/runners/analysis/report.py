"""The report of an analysis: everything people and gates read, in one frozen value."""

from typing import Annotated, Literal

from pydantic import Field

from taskyard.runners.analysis.finding import (
    SEVERITIES,
    Confidence,
    Finding,
    Kind,
    Measure,
    Severity,
    Value,
)
from taskyard.runners.analysis.score import Grade, ScoreBasis
from taskyard.runners.analysis.survey import Language, Skipped
from taskyard.runners.analysis.tools.answer import ToolRun
from taskyard.runners.analysis.tools.tests import Coverage, FileCoverage, TestCounts
from taskyard.runners.sandbox.types import Mode

__all__ = [
    "SEVERITIES",
    "AnalysisParameters",
    "AnalysisReport",
    "AnalysisType",
    "Confidence",
    "Coverage",
    "FileCoverage",
    "Finding",
    "Kind",
    "Severity",
    "TestCounts",
    "to_json",
]

AnalysisType = Literal["quality", "security", "types", "coverage"]
ALL_TYPES: tuple[AnalysisType, ...] = ("quality", "security", "types", "coverage")


class AnalysisParameters(Value):
    """What to analyse."""

    analysis_types: Annotated[list[AnalysisType], Field(min_length=1)] = Field(
        default_factory=lambda: list(ALL_TYPES)
    )
    paths: list[str] = Field(
        default_factory=list, description="Only files whose path starts with one of these."
    )
    include_tests: bool = Field(
        False, description="Judge tests like other code; they are run in any case."
    )


class SecurityIssue(Value):
    """A security finding in the words of the first contract."""

    issue: str
    severity: Severity
    file: str
    line: int | None
    recommendation: str | None
    rule: str
    confidence: Confidence | None
    cwe: str | None
    fingerprint: str


class WorstFunction(Value):
    """The function of a file that is hardest to follow."""

    name: str
    line: int
    complexity: int
    measure: Measure = Field("cognitive", description="What the complexity counts.")


class ComplexFunction(WorstFunction):
    """A function over the limit."""

    file: str
    end_line: int
    limit: int


class HotSpot(Value):
    """A file, by its debt."""

    file: str
    ncloc: int
    findings: int
    debt_minutes: float
    debt_share_percent: float = Field(description="Of all debt.")
    ncloc_share_percent: float = Field(description="Of all lines of code.")
    worst_function: WorstFunction | None = None


class Types(Value):
    """How well the code's types hold."""

    errors: int | None = Field(description="Of Python; null where they were not checked.")
    reason: str | None = Field(None, description="Why it is null, or what was not checked.")
    functions: int = Field(description="Of Python.")
    annotated_percent: float | None = Field(
        description="Functions with all parameters and the result annotated; null without any."
    )


class SandboxUsed(Value):
    """How the tools were kept apart."""

    mode: Mode
    reason: str | None = None
    remedy: str | None = None


class StepTime(Value):
    """How long a part took."""

    name: str
    title: str
    seconds: float


class Scope(Value):
    """What was judged, in numbers."""

    files: int = Field(description="Files of the source.")
    code_files: int = Field(description="Files of Python, JavaScript and TypeScript judged.")
    test_files: int = Field(description="Their tests: not judged; those of Python are run.")
    tests_judged: bool


class AnalysisReport(Value):
    """One source under one set of rules."""

    ruleset: str
    source_id: str
    analysis_types: list[AnalysisType]
    quality_score: float | None = Field(description="0 to 10, higher is better; null: no code.")
    grade: Grade | None
    score_basis: ScoreBasis | None
    coverage_percent: float | None = Field(description="0 to 100; null where not measured.")
    ncloc: int = Field(description="Lines of code judged: no blanks, comments, docstrings.")
    scope: Scope
    recommendations: list[str] = Field(description="What to do first, best first.")
    languages: list[Language]
    hot_spots: list[HotSpot] = Field(description="The files with most debt, at most 60.")
    complex_functions: list[ComplexFunction]
    types: Types
    coverage: Coverage
    tools: list[ToolRun]
    skipped: list[Skipped]
    partial: bool = Field(description="Some file was not looked at by every tool.")
    sandbox: SandboxUsed
    steps: list[StepTime]
    code_smells: int = Field(description="Findings about quality.")
    type_errors: int | None = Field(description="Null where types were not checked.")
    security_issues: list[SecurityIssue]
    findings: list[Finding] = Field(description="The gravest first.")

    def count(self, severity: Severity, kind: Kind | None = None) -> int:
        """Return how many findings are of this severity, and of this kind if one is given."""
        return sum(one.severity == severity and kind in {None, one.kind} for one in self.findings)


def security_issue(finding: Finding) -> SecurityIssue:
    """Return a security finding in those words."""
    return SecurityIssue(
        issue=finding.title,
        severity=finding.severity,
        file=finding.file,
        line=finding.line,
        recommendation=finding.recommendation,
        rule=finding.rule,
        confidence=finding.confidence,
        cwe=finding.cwe,
        fingerprint=finding.fingerprint,
    )


def to_json(report: AnalysisReport) -> str:
    """Return the whole report as JSON for people and programs."""
    return report.model_dump_json(indent=2) + "\n"
