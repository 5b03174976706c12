"""What the platform itself does to tasks when something else happened."""

from collections.abc import Collection
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.tasks import repository
from taskyard.tasks.acting import Acting
from taskyard.tasks.service.applying import Change, apply
from taskyard.tasks.types import Status


async def move(uow: Uow, acting: Acting, task_ids: Collection[UUID], status: Status) -> None:
    """Put tasks at the bottom of a column, but for those that stand there or were deleted.

    Raises what completing them needs.
    """
    _, key = await repository.hold_book(uow.db, acting.project_id)
    tasks = await repository.locked(uow.db, acting.project_id, task_ids)
    if tasks:
        at = await repository.moment(uow.db)
        await apply(Change(uow, acting, key, {"status": status}, at), tasks)
