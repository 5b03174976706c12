"""Letting a listener read the spine, soon after each commit that told something."""

import asyncio
from collections.abc import Iterator
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select

from taskyard.core import spine
from taskyard.core.bus import BELL
from taskyard.core.db import Database, is_outage
from taskyard.core.parking import park
from taskyard.core.platform import Platform
from taskyard.core.spine import Listener, ListenerFailed, Told

_log = structlog.get_logger(__name__)

#: A transaction that stays open a little longer hides those after it: look again later on.
_AFTER_BELL_S: Final = (0.02, 0.1, 0.4)
_LOOK_S: Final = 1.0
#: While much happens, what happens within so long is read together.
_GATHER_S: Final = 0.05
_BATCH: Final = 200
#: A listener that fails on an event is asked again after these pauses; then the event is parked.
_PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
_OUTAGE_S: Final = 1.0


async def drain(platform: Platform, listener: Listener) -> None:
    """Hand the spine to one listener, until cancelled."""
    bell = asyncio.Event()

    def ring(_: bytes) -> None:
        bell.set()

    platform.bus.on(BELL, ring)
    pauses: Iterator[float] = iter(())
    try:
        while True:
            await _read_all(platform, listener)
            try:
                async with asyncio.timeout(next(pauses, _LOOK_S)):
                    await bell.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(_GATHER_S)
            bell.clear()
            pauses = iter(_AFTER_BELL_S)
    finally:
        platform.bus.off(BELL, ring)


async def _read_all(platform: Platform, listener: Listener) -> None:
    reading = _Reading(platform.database, listener)
    while True:
        try:
            if await reading.reach_end():
                return
        except Exception as error:  # noqa: BLE001 — another try
            if not is_outage(error):
                _log.error("listening_failed", listener=listener.name, exc_info=error)
            await asyncio.sleep(_OUTAGE_S)


class _Reading:
    """A listener on its way to the end of the spine, and what it failed on."""

    def __init__(self, database: Database, listener: Listener) -> None:
        self._database = database
        self._listener = listener
        self._limit = _BATCH
        self._failed_on: UUID | None = None
        self._pauses: Iterator[float] = iter(())

    async def reach_end(self) -> bool:
        """Read a batch; say whether nothing is left."""
        limit, self._limit = self._limit, _BATCH
        try:
            return await spine.drain(self._database, self._listener, limit=limit) < limit
        except ListenerFailed as failed:
            # What comes before it in the batch is done first, and then it by itself.
            self._limit = failed.before or 1
            await self._bear(failed.event, failed.__cause__ or failed)
            return False

    async def _bear(self, event: Told, fault: BaseException) -> None:
        """Wait before the next try; park the event after the last."""
        async with self._database.session() as db:
            # Raises where the database is away: then it is not the event that is at fault.
            await db.execute(select(1))
        _log.error(
            "listener_failed", listener=self._listener.name, event_id=str(event.id), exc_info=fault
        )
        if self._failed_on != event.id:
            self._failed_on, self._pauses = event.id, iter(_PAUSES_S)
        pause = next(self._pauses, None)
        if pause is None:
            await park(self._database, self._listener, event, fault)
        else:
            await asyncio.sleep(pause)
