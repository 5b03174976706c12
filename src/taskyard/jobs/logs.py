"""A job's log as text, read page by page so that a long one costs no memory."""

from collections.abc import AsyncIterator
from uuid import UUID

from taskyard.core.db import Database
from taskyard.jobs import repository

_PAGE = 200


async def text(database: Database, job_id: UUID) -> AsyncIterator[str]:
    """Yield a job's log: number, time, level and text of each line.

    No connection is held while the reader takes its time.
    """
    after = 0
    while True:
        async with database.session() as db:
            events = await repository.events(db, job_id, after=after, limit=_PAGE, name="job.log")
        for event in events:
            yield "".join(
                f"{line['n']:>6} {line['at']} {line['level']:<7} {line['text']}\n"
                for line in event.data["lines"]
            )
        if len(events) < _PAGE:
            return
        after = events[-1].seq
