"""What becomes of tasks whose assignee is in the project no longer."""

from typing import Final
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.tasks import repository
from taskyard.tasks.events import TaskAssigned

_AT_ONCE: Final = 500


async def let_go(uow: Uow, project_id: UUID, user_id: UUID, actor_id: UUID | None) -> None:
    """Give the open tasks of somebody who is no member to nobody, and tell of each."""
    if await repository.members(uow.db, project_id, [user_id]):
        return
    name = (await repository.usernames(uow.db, [user_id])).get(user_id)
    # Before several tasks, as everywhere.
    _, key = await repository.hold_book(uow.db, project_id)
    while tasks := await repository.open_of(uow.db, project_id, user_id, limit=_AT_ONCE):
        at = await repository.moment(uow.db)
        for task in tasks:
            task.assignee_id = None
            task.version += 1
            task.updated_at = at
            uow.emit(
                TaskAssigned(
                    subject_id=task.id,
                    project_id=project_id,
                    actor_id=actor_id,
                    key=f"{key}-{task.number}",
                    number=task.number,
                    title=task.title,
                    old_id=user_id,
                    old=name,
                    new_id=None,
                    new=None,
                )
            )
        await uow.db.flush()
