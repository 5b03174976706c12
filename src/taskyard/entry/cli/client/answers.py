"""The parts of the API's answers that the client reads; whatever else they hold is passed over."""

from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

M = TypeVar("M")
#: From the worst to the least.
SEVERITIES = ("high", "medium", "low", "info")
ENDED = frozenset({"completed", "failed", "cancelled"})


class Item(BaseModel, Generic[M]):
    """One thing."""

    data: M


class Page(BaseModel, Generic[M]):
    """A page of a list."""

    items: list[M]
    total: int
    next_cursor: str | None = None


class Printed(BaseModel):
    """Something `--json` prints: with all its fields, also those that are not read here."""

    model_config = ConfigDict(extra="allow")


class Account(Printed):
    """Who is signed in."""

    email: str
    username: str
    display_name: str
    role: str
    tier: str


class Limits(BaseModel):
    """What the account's tier may use, as far as we ask."""

    source_archive_bytes: int | None


class Project(Printed):
    """A project."""

    id: UUID
    name: str
    slug: str
    key: str
    role: str
    is_personal: bool
    updated_at: datetime


class Assignee(Printed):
    """Who is to do a task."""

    name: str


class Task(Printed):
    """A task."""

    id: UUID
    project_id: UUID
    project_name: str
    number: int
    key: str
    title: str
    status: str
    priority: str
    assignee: Assignee | None
    due_date: datetime | None
    blocked: bool


class Skipped(BaseModel):
    """Something the server left out of an archive."""

    path: str
    reason: str
    entries: int


class Snapshot(BaseModel):
    """One version of a project's source."""

    id: UUID
    source_id: str
    files: int
    size_bytes: int
    skipped: list[Skipped]


class Fetch(BaseModel):
    """A run that fetches a repository."""

    id: UUID


class Part(BaseModel):
    """A part of an upload that is on the server."""

    number: int


class Upload(BaseModel):
    """A file that goes to the server in parts."""

    id: UUID
    size_bytes: int
    sha256: str | None
    part_size_bytes: int
    parts_expected: int
    parts: list[Part]
    state: str
    snapshot: Snapshot | None


class Failure(BaseModel):
    """Why a job failed."""

    reason: str
    message: str
    retry_helps: bool = False


class Person(BaseModel):
    """Who asked for a job."""

    name: str


class Step(BaseModel):
    """A named part of a job."""

    title: str
    status: str
    seconds: float | None


class Job(Printed):
    """A run."""

    id: UUID
    kind: str
    title: str
    project_id: UUID | None
    project_name: str | None
    status: str
    progress: int
    current_step: str | None
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    queue_position: int | None
    failure: Failure | None
    asked_by: Person | None
    #: Only where one job was asked for.
    steps: list[Step] = []
    result: dict[str, Any] | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in ENDED


class Event(Printed):
    """One line of a job's story."""

    seq: int
    name: str
    at: datetime
    data: dict[str, Any]


class Counts(BaseModel):
    """Findings in numbers."""

    high: int
    medium: int
    low: int
    info: int
    new: int
    gone: int


class Previous(BaseModel):
    """The analysis that this one is compared with."""

    id: UUID
    number: int
    quality_score: float | None
    comparable: bool


class Analysis(BaseModel):
    """An analysis in figures."""

    id: UUID
    project_id: UUID
    number: int
    status: str
    analysis_types: list[str]
    quality_score: float | None
    grade: str | None
    ncloc: int | None
    coverage_percent: float | None
    counts: Counts | None
    previous: Previous | None
    failure: Failure | None


class Finding(BaseModel):
    """One thing an analysis found."""

    tool: str
    rule: str
    severity: str
    state: str
    title: str
    file: str
    line: int | None


class Coverage(BaseModel):
    """How much of the code the project's own tests run."""

    reason: str | None


class Whole(BaseModel):
    """The parts of a whole report that are shown."""

    coverage: Coverage
    partial: bool
