"""The digest: once a day, what somebody was told of and has not read, in one letter."""

from datetime import datetime, timedelta
from typing import Any, Final

from taskyard.core.mail import one_line
from taskyard.core.platform import Platform
from taskyard.core.uow import Uow, unit_of_work
from taskyard.kit.clock import now
from taskyard.notifications import repository as letters
from taskyard.notifications import service, templates
from taskyard.notifications.inbox import repository
from taskyard.notifications.inbox.wording import sentence

#: When the day's digest is due, in UTC.
_HOUR: Final = 7
_READERS: Final = 200
_MOST: Final = 50
_LONGEST: Final = 300


async def send_due(platform: Platform) -> int:
    """Write the digests that are due; return how many were written."""
    if platform.settings.mail_server is None:
        return 0
    until = last_due(now())
    async with unit_of_work(platform.database) as uow:
        people = await repository.due_readers(uow.db, until, limit=_READERS)
    written = 0
    for user_id in people:
        async with unit_of_work(platform.database) as uow:
            written += await _write(uow, user_id, until)
    return written


def last_due(moment: datetime) -> datetime:
    """Return when digests were due last: what happened since then waits for the next."""
    today = moment.replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    return today if moment >= today else today - timedelta(days=1)


async def _write(uow: Uow, user_id: Any, until: datetime) -> int:
    user = await letters.user(uow.db, user_id)
    rows = await repository.due(uow.db, user_id, until, limit=_MOST)
    await repository.digested(uow.db, user_id, until)
    if user is None or not rows:
        return 0
    lines = [
        one_line(sentence(row.type, row.actor, row.title, row.key, row.project), _LONGEST)
        for row in rows
    ]
    given = templates.Digest(lines=lines, more=len(rows) == _MOST)
    return int(await service.write(uow, user, templates.DIGEST, given) is not None)
