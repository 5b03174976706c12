"""Takes a note of every API request, off the requests' path.

Noting appends to a list in memory and nothing more. Once a second what was noted is written in
one COPY. The list is bounded: while the database is away, notes wait in it, and those that find
it full are lost, counted and told in the log.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog

from taskyard.core.db import Database, is_outage

_log = structlog.get_logger(__name__)

#: At most so many notes wait in one process; some 350 bytes each.
ROOM: Final = 20_000
#: At most so many go into one statement, which then takes some 50 ms.
_BATCH: Final = 5_000
_EVERY_S: Final = 1.0
#: How long the last notes may take when the process ends.
_FAREWELL_S: Final = 3.0
_TELL_EVERY_S: Final = 60.0
#: Again for a batch whose end went unheard: what was written the first time is left alone.
_INSERT: Final = (
    "INSERT INTO api_calls (id, at, user_id, endpoint, method, status, duration) SELECT * FROM"
    " unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::smallint[],"
    " $7::real[]) ON CONFLICT DO NOTHING"
)


class Call(NamedTuple):
    """One answered request, as the edge saw it."""

    request_id: str
    #: Unix seconds.
    at: float
    user_id: str | None
    #: The route's template, never the path that was asked for.
    endpoint: str
    method: str
    status: int
    #: Milliseconds.
    duration: float


class Recorder:
    """One process's notes."""

    def __init__(self, database: Database, *, room: int = ROOM) -> None:
        self._database = database
        self._room = room
        self._waiting: deque[Call] = deque()
        self._untold = 0
        self._tells_at = -math.inf
        self._turn = asyncio.Lock()
        self._ending = asyncio.Event()
        #: Notes lost since the process began.
        self.lost = 0

    def note(self, call: Call) -> None:
        """Take a note. Never waits, never fails."""
        if len(self._waiting) < self._room:
            self._waiting.append(call)
        else:
            self._lose(1)

    async def flush(self) -> int:
        """Write what was noted so far; return how many. Raises what the database raises."""
        written = 0
        async with self._turn:
            while self._waiting and written < self._room:
                batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
                try:
                    await self._write(batch)
                except BaseException as error:
                    self._after_failure(batch, error)
                    raise
                written += len(batch)
        return written

    async def run(self) -> None:
        """Write every second until told to end, and then what is left."""
        ends = False
        while not ends:
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_S):
                    await self._ending.wait()
            ends = self._ending.is_set()
            try:
                await self.flush()
            except Exception as error:  # noqa: BLE001 — the next second brings another try
                if not is_outage(error):
                    _log.error("api_calls_not_written", exc_info=error)
            self._tell()

    async def end(self, task: asyncio.Task[None]) -> None:
        """Have `task`, which runs this, end within some seconds; what is left then is lost."""
        # Told, not cancelled: a connection that is being opened would be left behind.
        self._ending.set()
        await asyncio.wait([task], timeout=_FAREWELL_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self._lose(len(self._waiting))
        self._waiting.clear()
        self._tell(at_once=True)

    async def _write(self, batch: list[Call]) -> None:
        columns = list(zip(*map(_row, batch), strict=True))
        async with self._database.driver() as connection:
            await connection.execute(_INSERT, *columns)

    def _after_failure(self, batch: list[Call], error: BaseException) -> None:
        """Keep a batch for the next try where one may help, as far as there is room."""
        if not (is_outage(error) or isinstance(error, asyncio.CancelledError)):
            self._lose(len(batch))
            return
        kept = batch[: max(0, self._room - len(self._waiting))]
        self._waiting.extendleft(reversed(kept))
        self._lose(len(batch) - len(kept))

    def _lose(self, count: int) -> None:
        self.lost += count
        self._untold += count

    def _tell(self, *, at_once: bool = False) -> None:
        if self._untold and (at_once or time.monotonic() >= self._tells_at):
            _log.warning("api_calls_lost", count=self._untold, in_all=self.lost)
            self._untold = 0
            self._tells_at = time.monotonic() + _TELL_EVERY_S


@asynccontextmanager
async def recording(recorder: Recorder) -> AsyncIterator[None]:
    """Write what is noted for as long as the block lasts, and at its end what is left."""
    task = asyncio.create_task(recorder.run(), name="recorder")
    try:
        yield
    finally:
        await recorder.end(task)


def _row(call: Call) -> tuple[Any, ...]:
    return (
        UUID(call.request_id),
        datetime.fromtimestamp(call.at, UTC),
        UUID(call.user_id) if call.user_id else None,
        call.endpoint,
        call.method,
        call.status,
        call.duration,
    )
