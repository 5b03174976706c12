"""What clients say and read of links to reports."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from taskyard.core.schemas import Out
from taskyard.core.sharing import NewShare
from taskyard.runners.analysis.report import AnalysisType
from taskyard.runners.analysis.schemas import Counts
from taskyard.runners.analysis.score import Grade

State = Literal["active", "expired", "revoked"]


class AnalysisShareCreate(NewShare):
    """How a report is to be shared."""


class SharedBy(Out):
    """Who made a link."""

    id: UUID
    name: str


class AnalysisShareRead(Out):
    """A link to a report."""

    id: UUID
    analysis_id: UUID
    url: str | None = Field(
        description="For whom it is meant. Null where the instance's secret was changed since: the "
        "link works on, but nobody can be told it again."
    )
    state: State
    created_by: SharedBy
    created_at: datetime
    expires_at: datetime
    has_password: bool
    opened_at: datetime | None = Field(description="When somebody last opened it.")
    revoked_at: datetime | None


class ReportUrls(Out):
    """Where the report is, for ten minutes."""

    html: str = Field(description="A page to look at.")
    json_: str = Field(alias="json", description="Everything, as a download.")
    sarif: str = Field(description="SARIF 2.1.0, as a download.")


class SharedReportRead(Out):
    """What a link to a report leads to."""

    project: str = Field(description="The project's name.")
    number: int = Field(description="The analysis's number within the project.")
    finished_at: datetime | None
    analysis_types: list[AnalysisType]
    quality_score: float | None = Field(description="0 to 10, higher is better; null: no code.")
    grade: Grade | None
    ncloc: int | None = Field(description="Lines of code without blanks and comments.")
    coverage_percent: float | None = Field(description="Null where no tests ran.")
    counts: Counts | None
    shared_by: str
    expires_at: datetime = Field(description="When the link ends.")
    urls: ReportUrls
