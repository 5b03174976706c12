"""Noticing a database that hangs, so that nobody waits for it for long.

One that is gone refuses at once. One that hangs (its machine is frozen, a network drops whatever
is sent) says nothing: each statement would wait for its own time-out, and so would the roll-back
after it. Here one small question is asked over and over, on a connection of its own. While it
stays unanswered, whoever waits is told so, and whoever comes is refused.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import structlog

from taskyard.core.db import Database, is_outage

_log = structlog.get_logger(__name__)

_PAUSE_S: Final = 0.5
_PATIENCE_S: Final = 1.75
#: How often to look for one answer: at the first, it may be this process that was too busy to hear
#: it. It is the same question, as to connect anew would take a busy database longer still.
_LOOKS: Final = 2


@asynccontextmanager
async def noticed(database: Database, dsn: str) -> AsyncIterator[None]:
    """Notice where the database falls silent, for as long as the block lasts."""
    task = asyncio.create_task(_Questioner(database, dsn).run(), name="silence")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Questioner:
    def __init__(self, database: Database, dsn: str) -> None:
        self._database = database
        self._dsn = dsn
        self._connection: asyncpg.Connection | None = None

    async def run(self) -> None:
        """Ask until cancelled."""
        try:
            while True:
                try:
                    answered = await self._answered()
                except Exception as error:  # noqa: BLE001 — this must outlive whatever it is
                    # It refuses. So it does everybody, who need no help to notice.
                    self._hang_up()
                    if not is_outage(error):
                        _log.error("database_question_failed", exc_info=error)
                else:
                    self._note(answered=answered)
                await asyncio.sleep(_PAUSE_S)
        finally:
            self._hang_up()

    async def _answered(self) -> bool:
        """Ask once; say whether there was an answer in time."""
        question = asyncio.create_task(self._ask())
        try:
            for _ in range(_LOOKS):
                await asyncio.wait({question}, timeout=_PATIENCE_S)
                if question.done():
                    await question
                    return True
        finally:
            question.cancel()
            await asyncio.gather(question, return_exceptions=True)
        return False

    def _note(self, *, answered: bool) -> None:
        if not answered:
            self._hang_up()
            if not self._database.hangs:
                _log.warning("database_hangs")
                self._database.give_up()
        elif self._database.hangs:
            _log.info("database_answers")
            self._database.hangs = False

    async def _ask(self) -> None:
        if self._connection is None:
            self._connection = await asyncpg.connect(
                self._dsn, server_settings={"application_name": "taskyard-silence"}
            )
        await self._connection.fetchval("SELECT 1")

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
