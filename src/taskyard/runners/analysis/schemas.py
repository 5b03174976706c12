"""What clients send to analyses and get back."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from taskyard.core.schemas import Flag, In, NumberedPageQuery, Out, SearchText
from taskyard.runners.analysis.finding import SEVERITIES, Confidence, ExcerptLine, Kind, Severity
from taskyard.runners.analysis.report import (
    AnalysisReport,
    AnalysisType,
    ComplexFunction,
    HotSpot,
    SandboxUsed,
    Scope,
    StepTime,
    Types,
)
from taskyard.runners.analysis.score import Grade, ScoreBasis
from taskyard.runners.analysis.survey import Language, Skipped
from taskyard.runners.analysis.tools.answer import ToolRun
from taskyard.runners.analysis.tools.tests import Coverage
from taskyard.tasks.schemas import RelatedTask

__all__ = ["SEVERITIES", "AnalysisCreate", "AnalysisJob", "AnalysisOutcome", "AnalysisRead"]


class AnalysisCreate(In):
    """What to analyse."""

    analysis_types: Annotated[list[AnalysisType], Field(min_length=1, max_length=4)] = Field(
        default=["quality", "security", "types", "coverage"],
        description="Scores compare only between analyses of the same types.",
    )
    snapshot_id: UUID | None = Field(
        None, description="A snapshot of the project's source; the newest where not given."
    )
    fresh: Flag = Field(
        default=False, description="Run again even where the same source has a result."
    )
    task_id: UUID | None = Field(None, description="The work item it is done for.")


class AnalysisJob(In):
    """The parameters of a job of the kind `analysis`; `prepare` fills in the snapshot."""

    analysis_types: Annotated[list[AnalysisType], Field(min_length=1, max_length=4)] = Field(
        default=["quality", "security", "types", "coverage"]
    )
    snapshot_id: UUID | None = None
    source_id: Annotated[str | None, Field(pattern=r"^[0-9a-f]{64}$")] = None
    fresh: Flag = False


class AnalysisOutcome(Out):
    """What is kept with the job; the whole report lies beside it as a file."""

    quality_score: float | None
    grade: str | None
    ncloc: int
    coverage_percent: float | None
    findings: int
    code_smells: int
    type_errors: int
    security_issues: int
    partial: bool
    ruleset: str
    report_sha256: str
    #: The report itself, for the transaction that keeps it; None where an earlier run's is reused.
    report: AnalysisReport | None = Field(None, exclude=True)


class Counts(Out):
    """Findings in numbers."""

    high: int
    medium: int
    low: int
    info: int
    new: int
    gone: int
    unchanged: int
    code_smells: int
    type_errors: int
    security_issues: int


class Previous(Out):
    """The analysis this one is compared with."""

    id: UUID
    number: int
    quality_score: float | None
    comparable: bool = Field(description="Whether both looked at the same types.")


class AnalysisRead(Out):
    """An analysis in figures; null until it has run."""

    id: UUID = Field(description="Also its job's id: follow it at /api/v1/jobs/{id}.")
    project_id: UUID
    number: int = Field(description="Counts up within the project.")
    status: str
    progress: int = Field(description="Per cent.")
    snapshot_id: UUID
    source_id: str
    analysis_types: list[AnalysisType]
    quality_score: float | None = Field(description="0 to 10, higher is better.")
    grade: Literal["A", "B", "C", "D", "E"] | None
    ncloc: int | None = Field(description="Lines of code without blanks and comments.")
    coverage_percent: float | None = Field(description="Null where no tests ran.")
    counts: Counts | None
    previous: Previous | None
    created_at: datetime
    finished_at: datetime | None
    failure: dict[str, Any] | None


class ReportRead(Out):
    """A report without its findings, which come by the page."""

    ruleset: str
    source_id: str
    analysis_types: list[AnalysisType]
    quality_score: float | None
    grade: Grade | None
    score_basis: ScoreBasis | None
    coverage_percent: float | None
    ncloc: int
    scope: Scope
    recommendations: list[str] = Field(description="What to do first, best first.")
    languages: list[Language]
    hot_spots: list[HotSpot]
    complex_functions: list[ComplexFunction]
    types: Types
    coverage: Coverage
    tools: list[ToolRun]
    skipped: list[Skipped]
    partial: bool
    sandbox: SandboxUsed
    steps: list[StepTime]
    code_smells: int
    type_errors: int | None


class FindingRead(Out):
    """One thing an analysis found."""

    fingerprint: str = Field(description="Stays the same when lines above it move.")
    tool: str
    rule: str
    kind: Kind
    severity: Severity
    state: Literal["new", "open", "gone"]
    since: int = Field(description="The number of the analysis that first saw it.")
    title: str
    file: str
    line: int | None
    end_line: int | None
    column: int | None
    cwe: str | None
    confidence: Confidence | None
    recommendation: str | None
    excerpt: list[ExcerptLine] = Field(description="The lines around.")
    debt_minutes: float
    task: RelatedTask | None = Field(description="The task it has.")


class FindingQuery(NumberedPageQuery):
    """Which findings are asked for."""

    state: Literal["open", "new", "gone"] = Field(
        "open", description="`open`: all of this run; `gone`: those only the run before had."
    )
    severity: list[Severity] = Field(default=[])
    kind: list[Kind] = Field(default=[])
    file: SearchText | None = None
    q: SearchText | None = Field(None, description="Part of the rule, file or title.")
