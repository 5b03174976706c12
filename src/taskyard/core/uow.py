"""The unit of work: one transaction, the events it tells, and what may happen after it.

Code flushes; only the edge (a request, a job step, a command) commits. Nothing leaves the process
before the commit: a doorbell is rung afterwards, and the promise itself is a row.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Final

import structlog
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from taskyard.core.db import Database
from taskyard.core.spine import Event, EventRow, told_lately
from taskyard.kit.errors import TaskyardError

_log = structlog.get_logger(__name__)

AfterCommit = Callable[[], Awaitable[None] | None]
#: What changes nothing (RFC 9110 section 9.2.1).
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_REQUEST: Final = "taskyard.uow"


class Uow:
    """One open transaction."""

    def __init__(self, db: AsyncSession, bell: Callable[[], None] | None = None) -> None:
        self.db = db
        self._bell = bell
        self._after: list[AfterCommit] = []

    def emit(self, event: Event) -> EventRow:
        """Write the event in this transaction; its readers are woken once it is committed."""
        row = EventRow.of(event)
        self.db.add(row)
        if self._bell is not None and self._bell not in self._after:
            self._after.append(self._bell)
        return row

    async def emit_once(self, event: Event, *, within: timedelta) -> None:
        """Write the event, unless its actor did the same to the same thing within that time."""
        if not await told_lately(self.db, event, within=within):
            self.emit(event)

    def after_commit(self, callback: AfterCommit) -> None:
        """Have `callback` called once the transaction is safe; never when it is not."""
        self._after.append(callback)

    async def commit(self) -> None:
        """Commit, then ring the doorbells. One that fails is logged: the row is the truth."""
        await self.db.commit()
        callbacks, self._after = self._after, []
        for callback in callbacks:
            try:
                result = callback()
                if inspect.isawaitable(result):
                    await result
            except Exception:  # noqa: BLE001 — the commit stands whatever it was
                _log.warning("after_commit_failed", exc_info=True)


@asynccontextmanager
async def unit_of_work(database: Database, *, reads: bool = False) -> AsyncIterator[Uow]:
    """Open a unit of work; commit at the end of the block, roll back where it raises.

    One that only `reads` has no transaction: beginning and ending one are two round trips, and each
    statement sees what is committed by then either way. What it notes of the look itself, a row at
    a time, stands at once.
    """
    async with database.session(reads=reads) as db:
        uow = Uow(db, database.bell)
        yield uow
        await uow.commit()


async def open_uow(connection: HTTPConnection) -> AsyncIterator[Uow]:
    """Give a request its unit of work."""
    reads = connection.scope.get("method") in SAFE_METHODS
    async with unit_of_work(connection.app.state.platform.database, reads=reads) as uow:
        connection.scope[_OF_REQUEST] = uow
        try:
            yield uow
        except TaskyardError as refusal:
            if refusal.keeps_work:
                await uow.commit()
            raise


def uow_of(connection: HTTPConnection) -> Uow:
    """Return the unit of work a request's dependencies opened."""
    uow: Uow = connection.scope[_OF_REQUEST]
    return uow


#: `scope="function"` commits before the response is sent: with FastAPI's default a client would
#: read 200 for a commit that then failed (fastapi pull request 14262).
UowDep = Annotated[Uow, Depends(open_uow, scope="function")]
