"""What happens to uploads by themselves: the elected process looks every ten minutes."""

import structlog

from taskyard.core.uow import unit_of_work
from taskyard.files.access import Parts
from taskyard.files.uploads import repository
from taskyard.files.uploads.service import clean
from taskyard.files.uploads.types import REMEMBERED

_log = structlog.get_logger(__name__)


async def end_abandoned(parts: Parts) -> None:
    """End what nobody completed in time, remove its parts, and forget what ended a week ago.

    Parts are removed a second time when the upload is forgotten: one that was on its way when the
    upload ended came after the first. Raises StorageUnavailable.
    """
    async with unit_of_work(parts.database) as uow:
        await repository.expire(uow.db)
        ended = await repository.to_clean(uow.db)
        old = await repository.to_forget(uow.db, older_than=REMEMBERED)
    await clean(parts, [*ended, *old])
    async with unit_of_work(parts.database) as uow:
        await repository.forget(uow.db, old)
    if ended:
        _log.info("uploads_cleaned", count=len(ended))
