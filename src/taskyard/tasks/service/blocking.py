"""Who is in whose way, before a change and after it."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.tasks import dependency_repository
from taskyard.tasks.acting import Acting
from taskyard.tasks.events import TaskBlocked, TaskUnblocked


@dataclass(frozen=True, slots=True)
class Before:
    """Which open tasks waited for some, and whether they were blocked."""

    of: Collection[UUID]
    blocked: dict[UUID, bool]


async def before(uow: Uow, task_ids: Collection[UUID]) -> Before:
    """Look at who waits for tasks that are about to be in the way, or out of it."""
    found = await dependency_repository.waiting_for(uow.db, task_ids)
    return Before(task_ids, {row.id: row.blocked for row in found})


async def tell(uow: Uow, access: Acting, was: Before, key: str) -> None:
    """Tell of those who are blocked now and were not, and the other way round, and by which task.

    `key` is what the project's numbers begin with.
    """
    if not was.blocked:
        return
    await uow.db.flush()
    now = await dependency_repository.waiting_for(uow.db, was.of)
    other = [row for row in now if was.blocked.get(row.id, row.blocked) != row.blocked]
    by = await dependency_repository.first_needed(uow.db, [row.id for row in other], was.of)
    for row in other:
        told = TaskBlocked if row.blocked else TaskUnblocked
        uow.emit(
            told(
                subject_id=row.id,
                project_id=access.project_id,
                actor_id=access.by,
                key=f"{key}-{row.number}",
                number=row.number,
                title=row.title,
                by=f"{key}-{by[row.id]}",
            )
        )
