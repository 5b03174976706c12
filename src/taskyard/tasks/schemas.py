"""What clients send to tasks and get back."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from taskyard.core.schemas import (
    LINE,
    PLAIN_DIGITS,
    VISIBLE,
    Flag,
    In,
    NumberedPageQuery,
    Out,
    SearchText,
)
from taskyard.tasks.requirements import RequirementRead, Requirements
from taskyard.tasks.types import (
    LONGEST_DESCRIPTION,
    MOST_AT_ONCE,
    MOST_LABELS,
    PRIORITIES,
    STATUSES,
    Priority,
    Status,
)

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def _moment(value: Any) -> Any:
    """Read a day as its midnight in UTC, and a time without an offset as one in UTC."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        value = datetime.combine(date.fromisoformat(value), time())
    elif isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError("write a day (2026-12-01) or a time (2026-12-01T17:00:00Z)")  # noqa: TRY004
    if not 1970 <= value.year <= 2199:
        raise ValueError("choose a year from 1970 to 2199")
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


Title = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=LINE), VISIBLE]
Description = Annotated[
    str,
    StringConstraints(
        max_length=LONGEST_DESCRIPTION, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
    ),
]
DueDate = Annotated[datetime, BeforeValidator(_moment, json_schema_input_type=str)]
Estimate = Annotated[Decimal, Field(ge=0, le=100_000, max_digits=8, decimal_places=2)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]
LabelName = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=LINE), VISIBLE]
LabelIds = Annotated[list[UUID], Field(max_length=MOST_LABELS)]


def _several(words: tuple[str, ...]) -> str:
    one = f"({'|'.join(words)})"
    return f"^{one}(,{one})*$"


Statuses = Annotated[
    str,
    StringConstraints(pattern=_several((*STATUSES, "open", "closed")), max_length=100),
    Field(description="One or several, by commas; `open` and `closed` stand for those that are."),
]
Priorities = Annotated[
    str,
    StringConstraints(pattern=_several(PRIORITIES), max_length=40),
    Field(description="One or several, by commas."),
]


class Place(In):
    """Where in its column a task goes: one of these."""

    before: UUID | None = Field(None, description="The task that comes next.")
    after: UUID | None = Field(None, description="The task that comes before it.")
    at: Literal["top", "bottom"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(given is not None for given in (self.before, self.after, self.at)) != 1:
            raise ValueError("give one of before, after and at")
        return self


class TaskCreate(In):
    """A new task."""

    title: Title = Field(examples=["Show the total before tax"])
    description: Description = Field("", description="Markdown.")
    status: Status = "todo"
    priority: Priority = "medium"
    assignee_id: UUID | None = Field(None, description="Somebody who is in the project.")
    agent_id: None = Field(None, description="Agents do no tasks yet: null.")
    label_ids: LabelIds = Field(default_factory=list)
    due_date: DueDate | None = Field(
        None, description="A day, or a time; a day is answered as its midnight in UTC."
    )
    parent_id: UUID | None = Field(None, description="The task it is a part of.")
    estimate: Estimate | None = Field(None, description="In whatever the team counts.")
    position: Place | None = Field(None, description="At the bottom of its column where not given.")
    requires: Requirements = Field(
        default_factory=list, description="What has to be shown before it is done."
    )


class TaskUpdate(In):
    """The parts of a task to change. Null clears what may be empty, and changes nothing else."""

    title: Title | None = None
    description: Description | None = None
    status: Status | None = None
    priority: Priority | None = None
    assignee_id: UUID | None = None
    agent_id: None = None
    label_ids: LabelIds | None = Field(None, description="All it wears from now on.")
    due_date: DueDate | None = None
    parent_id: UUID | None = None
    estimate: Estimate | None = None
    position: Place | None = Field(
        None, description="At the bottom of a new column where not given."
    )
    requires: Requirements | None = Field(
        None, description="All it requires from now on; what is done stays done."
    )


class TaskBulk(In):
    """The same change to many tasks. Null clears what may be empty, and changes nothing else."""

    task_ids: list[UUID] = Field(min_length=1, max_length=MOST_AT_ONCE)
    status: Status | None = None
    priority: Priority | None = None
    assignee_id: UUID | None = None
    due_date: DueDate | None = None
    parent_id: UUID | None = None
    estimate: Estimate | None = None
    add_label_ids: LabelIds | None = None
    remove_label_ids: LabelIds | None = None
    delete: Flag = Field(
        default=False, description="Delete them; nothing else is changed. They can be restored."
    )


class QuickAdd(In):
    """Tasks as lines of text, with their parts indented below them."""

    model_config = ConfigDict(str_strip_whitespace=False)

    text: Annotated[
        str, StringConstraints(max_length=50_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")
    ] = Field(examples=["Buy ssd *bug @ana !high tomorrow"])
    status: Status = "todo"
    parent_id: UUID | None = Field(None, description="The task they are a part of.")
    today: date | None = Field(
        None, description="The day it is where it was written; by the server's clock if not given."
    )


class LabelCreate(In):
    """A new label."""

    name: LabelName = Field(examples=["bug"])
    color: Color = Field("#8a8f98", examples=["#d73a4a"])


class LabelUpdate(In):
    """The parts of a label to change."""

    name: LabelName | None = None
    color: Color | None = None


class LabelChoice(In):
    """A label for a task to wear: one there is, or one by its name, made where it is missing."""

    label_id: UUID | None = None
    name: LabelName | None = Field(None, examples=["bug"])
    color: Color | None = Field(None, description="Of a label that is made.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.label_id is None) == (self.name is None):
            raise ValueError("give either label_id or name")
        if self.label_id is not None and self.color is not None:
            raise ValueError("a label that is there keeps its color: leave color out")
        return self


class LabelRead(Out):
    """A label."""

    id: UUID
    name: str
    color: str


class Person(Out):
    """Somebody, as others see them."""

    id: UUID
    name: str
    username: str


class Parts(Out):
    """How many tasks are a part of one, and how many of those are closed."""

    total: int
    closed: int


class ActivityRead(Out):
    """Something that happened to a task."""

    id: UUID
    event: str = Field(examples=["task.moved"])
    at: datetime
    actor: Person | None = Field(description="Who did it; null for the platform itself.")
    data: dict[str, Any] = Field(description="What changed: `old` and `new`, or `changes` of each.")


class ImportProblem(Out):
    """What is wrong with a line of a table."""

    line: int = Field(description="As editors count, from 1.")
    column: str
    message: str


class PlannedTask(Out):
    """A task as a line of a table would make it."""

    line: int
    title: str
    status: Status
    priority: Priority
    assignee: str | None = Field(description="As the table names them.")
    labels: list[str]
    due_date: datetime | None
    estimate: float | None
    parent: str | None = Field(description="By its key in the table.")


class ImportPlan(Out):
    """What a table would make."""

    rows: int
    tasks: list[PlannedTask] = Field(description="The first of those that nothing is wrong with.")
    new_labels: list[str]
    refused_rows: int = Field(description="With any, none is imported.")
    problems: list[ImportProblem] = Field(description="The first of them.")


class ImportRead(Out):
    """What became of a table, or would."""

    created: int
    ignored_columns: list[str] = Field(description="Columns that mean nothing here.")
    plan: ImportPlan | None = Field(description="Of a dry run.")


class RelatedTask(Out):
    """Another task, as one is shown with it."""

    id: UUID
    key: str
    title: str
    status: Status


class Dependency(Out):
    """A task waits for another."""

    task_id: UUID
    depends_on_id: UUID


class TaskGraph(Out):
    """The tasks around one, itself included, the nearest first."""

    tasks: list[RelatedTask]
    dependencies: list[Dependency]
    cut: bool = Field(description="Whether there are more than these.")


class TaskSummary(Out):
    """A task as lists and boards show it."""

    id: UUID
    project_id: UUID
    project_name: str
    number: int
    key: str = Field(examples=["TY-42"])
    title: str
    status: Status
    priority: Priority
    assignee_id: UUID | None
    assignee: Person | None
    agent_id: None
    labels: list[LabelRead]
    due_date: datetime | None
    estimate: float | None
    parent_id: UUID | None
    position: str = Field(description="Sorts, byte by byte, within a column.")
    blocked: bool = Field(description="It is open, and waits for one that is.")
    needs_evidence: bool = Field(description="Something has to be shown before it is done.")
    subtasks: Parts
    created_by: UUID
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    version: int


class TaskRead(TaskSummary):
    """A task."""

    description: str
    description_html: str = Field(description="Safe to show: rendered and sanitised here.")
    requires: list[RequirementRead] = Field(description="What has to be shown before it is done.")
    parent: RelatedTask | None
    depends_on: list[RelatedTask] = Field(description="What it waits for.")
    blocks: list[RelatedTask] = Field(description="What waits for it.")
    watching: bool = Field(description="Whether you are told of what happens to it.")


Sort = Literal[
    "position",
    "-number",
    "number",
    "-created_at",
    "created_at",
    "-updated_at",
    "updated_at",
    "due_date",
    "-due_date",
    "-priority",
    "priority",
    "title",
]


class MyTaskFilter(BaseModel):
    """What narrows one's own tasks."""

    model_config = ConfigDict(extra="forbid")

    q: SearchText | None = Field(
        None, description="Words of title or description, their beginnings, or a key or number."
    )
    status: Statuses | None = None
    priority: Priorities | None = None
    label_id: UUID | None = None
    due_before: DueDate | None = None
    blocked: bool | None = None


class TaskFilter(MyTaskFilter):
    """What narrows the tasks of a project."""

    number: Annotated[
        int | None,
        Field(ge=1, le=999_999_999, description="The one of that number."),
        PLAIN_DIGITS,
    ] = None
    assignee_id: UUID | Literal["me", "none"] | None = None
    parent_id: UUID | Literal["none"] | None = Field(
        None, description="Parts of that task; `none` for those that are part of none."
    )


class MyTaskQuery(NumberedPageQuery, MyTaskFilter):
    """Which of one's own tasks are asked for."""

    sort: Sort = "due_date"


class TaskQuery(NumberedPageQuery, TaskFilter):
    """Which tasks of a project are asked for."""

    sort: Sort = "-number"


class ExportQuery(TaskFilter):
    """Which tasks of a project go out, and as what."""

    form: Literal["csv", "json"] = Field("csv", alias="format")
