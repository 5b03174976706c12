"""What clients send to jobs and get back."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from taskyard.core.schemas import PLAIN_DIGITS, In, Out, PageQuery

KindName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Status = Literal["waiting", "queued", "running", "completed", "failed", "cancelled"]


class ProjectJobCreate(In):
    """A run to ask for, within the project of the path."""

    kind: KindName = Field(description="What sort of work.", examples=["analysis"])
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="The kind's own parameters; it checks them."
    )
    task_id: UUID | None = Field(None, description="The work item it is done for.")


class JobCreate(ProjectJobCreate):
    """A run to ask for."""

    project_id: UUID | None = Field(None, description="The project it belongs to.")


class ProjectJobQuery(PageQuery):
    """Which of a project's jobs are asked for."""

    status: Status | None = None
    kind: KindName | None = None
    task_id: UUID | None = Field(None, description="Those done for this work item.")


class JobQuery(ProjectJobQuery):
    """Which jobs are asked for."""

    project_id: UUID | None = None


class AskedBy(Out):
    """Who asked for a job."""

    id: UUID
    name: str


class Failure(Out):
    """Why a job failed."""

    reason: str = Field(description="Stable; clients decide by it.", examples=["worker_lost"])
    message: str
    retry_helps: bool = Field(description="Whether the same again may work.")


class StepRead(Out):
    """A named part of a job."""

    name: str
    title: str
    status: Literal["running", "done", "failed"]
    started_at: datetime
    seconds: float | None = Field(description="How long it took; null while it runs.")


class JobSummary(Out):
    """A job, as lists show it."""

    id: UUID
    kind: str
    title: str
    project_id: UUID | None
    project_name: str | None
    task_id: UUID | None = Field(description="The work item it is done for.")
    status: Status
    progress: int = Field(description="Per cent; never falls within a run.", ge=0, le=100)
    current_step: str | None
    attempt: int = Field(description="Tries so far; more than one where a worker was lost.")
    created_at: datetime
    started_at: datetime | None = Field(description="When the latest attempt began.")
    finished_at: datetime | None
    deadline_at: datetime | None = Field(description="When the present status ends by itself.")
    asked_by: AskedBy | None
    queue_position: int | None = Field(
        description="Counted by age, up to 100; turns are shared, so it may start sooner or later."
    )
    failure: Failure | None
    can_cancel: bool
    can_retry: bool
    version: int = Field(
        description="The number of its newest event: subscribe after it and nothing is missed."
    )


class JobRead(JobSummary):
    """A job."""

    parameters: dict[str, Any]
    steps: list[StepRead]
    result: dict[str, Any] | None = Field(description="The kind's own result.")
    reused_from: UUID | None = Field(
        description="The earlier run whose result this one took over, its input being the same."
    )


class JobEventRead(Out):
    """One line of a job's story."""

    seq: int = Field(description="1, 2, 3, … without a gap.")
    name: str = Field(examples=["job.log"])
    at: datetime
    attempt: int
    data: dict[str, Any]


class EventsQuery(BaseModel):
    """Which events are asked for."""

    after: Annotated[
        int,
        Field(ge=0, le=2**53, description="The number of the last event you have."),
        PLAIN_DIGITS,
    ] = 0
    limit: Annotated[int, Field(ge=1, le=1000), PLAIN_DIGITS] = 200


class RetryQuery(BaseModel):
    """How to try again."""

    from_start: bool = Field(False, description="Forget the steps that were finished.")


class AssetRead(Out):
    """A file that a job made."""

    id: UUID
    name: str
    content_type: str
    size_bytes: int
    created_at: datetime
    url: str = Field(description="A download link that carries your right for some minutes.")


class Me(Out):
    """The caller, in the words of the jobs contract."""

    id: UUID
    email: str
    name: str
    subscription_tier: Literal["free", "pro", "premium"]
    subscription_status: str
    monthly_usage: int = Field(description="Jobs asked for in this calendar month (UTC).")
