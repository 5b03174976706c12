"""What a finding tells of its task. The task is the subject, so that its history has it."""

from typing import ClassVar
from uuid import UUID

from taskyard.core.spine import Event
from taskyard.tasks.events import TaskEvent


class FindingEvent(TaskEvent):
    """Something about the finding a task was made of."""

    name: ClassVar[str] = "task.finding_event.v1"
    fingerprint: str
    analysis_id: UUID
    #: People say "analysis 12".
    analysis: int


class FindingTracked(FindingEvent):
    """A task was made of a finding, by somebody or by the project's rule."""

    name: ClassVar[str] = "task.finding_tracked.v1"
    by_rule: bool


class FindingGone(FindingEvent):
    """An analysis no longer has a task's finding; `missing` says what kept the task open."""

    name: ClassVar[str] = "task.finding_gone.v1"
    missing: str | None


class FindingBack(FindingEvent):
    """An analysis has a finding again that was gone."""

    name: ClassVar[str] = "task.finding_back.v1"


class FindingRuleChanged(Event):
    """A project makes tasks of other findings now; the project is the subject."""

    name: ClassVar[str] = "finding_rule.changed.v1"
    old: str | None
    new: str | None
