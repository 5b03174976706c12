"""What clients of the contract jobs send and get back."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from taskyard.api.health import State
from taskyard.core.schemas import MAX_OFFSET, PLAIN_DIGITS, In, Out
from taskyard.jobs.schemas import KindName

Status = Literal["queued", "running", "completed", "failed", "cancelled"]


class JobsQuery(BaseModel):
    """Which of your jobs are asked for."""

    model_config = ConfigDict(extra="forbid")

    status: Status | None = None
    limit: Annotated[int, Field(ge=1, le=100), PLAIN_DIGITS] = 20
    offset: Annotated[int, Field(ge=0, le=MAX_OFFSET), PLAIN_DIGITS] = 0


class TypedJobsQuery(JobsQuery):
    """Which of your jobs are asked for."""

    job_type: KindName | None = None


class JobAsk(In):
    """A job to ask for."""

    job_type: str = Field(
        min_length=1, max_length=100, description="A kind the platform runs.", examples=["analysis"]
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        description="The kind's own; `project_name` makes your project of that name on first use.",
        examples=[{"project_name": "shop"}],
    )


class WebJobAsk(JobAsk):
    """A job to ask for."""

    model_config = ConfigDict(alias_generator=to_camel)


class JobTicket(Out):
    """A job that was accepted."""

    job_id: UUID
    status: Status


class WebJobTicket(JobTicket):
    """A job that was accepted."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class JobLine(Out):
    """A job, as lists show it."""

    id: UUID
    job_type: str
    status: Status
    progress: int = Field(description="Per cent.")
    created_at: datetime


class JobLines(Out):
    """A part of your jobs, newest first."""

    jobs: list[JobLine]
    limit: int
    offset: int


class JobView(Out):
    """A job."""

    id: UUID
    status: Status
    progress: int = Field(description="Per cent.")
    error_message: str | None
    result: dict[str, Any] | None = Field(description="The kind's own; null until completed.")
    created_at: datetime
    completed_at: datetime | None


class WebJobView(JobView):
    """A job."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class AssetView(Out):
    """A file that a job made."""

    id: UUID
    url: str = Field(description="A link that needs no credential, for some minutes.")
    asset_type: str = Field(examples=["report"])
    file_size: int = Field(description="Bytes.")


class AssetViews(Out):
    """The files that a job made."""

    assets: list[AssetView]


class WebHealth(Out):
    """Whether the server and its database answer."""

    status: Literal["healthy", "degraded"]
    version: str
    timestamp: datetime
    checks: dict[str, State]
