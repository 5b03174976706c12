"""What tasks tell the spine."""

from typing import Any, ClassVar
from uuid import UUID

from taskyard.core.spine import Event


class TaskEvent(Event):
    """Something that happened to a task, which is the subject."""

    name: ClassVar[str] = "task.event.v1"
    #: As people call it then, such as `TY-42`.
    key: str
    number: int
    title: str


class TaskCreated(TaskEvent):
    """A task was made."""

    name: ClassVar[str] = "task.created.v1"
    status: str
    parent_id: UUID | None = None


class TaskChanged(TaskEvent):
    """Some of a task's fields were changed: each with what it was and what it is.

    People, tasks and labels are named as people read them. A description is said to have changed.
    """

    name: ClassVar[str] = "task.changed.v1"
    changes: dict[str, dict[str, Any]]


class TaskMoved(TaskEvent):
    """A task went from one status to another."""

    name: ClassVar[str] = "task.moved.v1"
    old: str
    new: str


class TaskReordered(TaskEvent):
    """A task was put elsewhere in its column; a page follows it, no history tells it."""

    name: ClassVar[str] = "task.reordered.v1"


class TaskAssigned(TaskEvent):
    """A task was given to somebody, or to nobody."""

    name: ClassVar[str] = "task.assigned.v1"
    old_id: UUID | None
    old: str | None
    new_id: UUID | None
    new: str | None


class TaskCompleted(TaskEvent):
    """A task was done."""

    name: ClassVar[str] = "task.completed.v1"


class TaskDeleted(TaskEvent):
    """A task was deleted; it can be brought back."""

    name: ClassVar[str] = "task.deleted.v1"


class TaskRestored(TaskEvent):
    """A deleted task was brought back."""

    name: ClassVar[str] = "task.restored.v1"


class TaskBlocked(TaskEvent):
    """A task that waited for nothing now waits for another."""

    name: ClassVar[str] = "task.blocked.v1"
    by: str


class TaskUnblocked(TaskEvent):
    """The last thing a task waited for is out of its way."""

    name: ClassVar[str] = "task.unblocked.v1"
    by: str


class LabelsChanged(Event):
    """A project's labels are others now; the label is the subject."""

    name: ClassVar[str] = "labels.changed.v1"
    title: str


class ViewsChanged(Event):
    """A view that is shared with a project was saved, changed or deleted; it is the subject."""

    name: ClassVar[str] = "views.changed.v1"
    title: str
