"""How a task's events name it."""

from typing import Any, TypeVar

from taskyard.core.uow import Uow
from taskyard.tasks.acting import Acting
from taskyard.tasks.events import TaskEvent
from taskyard.tasks.models import Task

Told = TypeVar("Told", bound=TaskEvent)


def tell(uow: Uow, access: Acting, event: type[Told], task: Task, key: str, **fields: Any) -> None:
    """Tell that something happened to a task; `key` is what the project's numbers begin with."""
    uow.emit(
        event(
            subject_id=task.id,
            project_id=access.project_id,
            actor_id=access.by,
            key=f"{key}-{task.number}",
            number=task.number,
            title=task.title,
            **fields,
        )
    )
