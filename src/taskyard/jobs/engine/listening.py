"""Letting listeners read the spine, soon after each commit that told something.

One lookout asks what is new, for all of them: those it is for are called, and the others passed
by. Most events are no business of most listeners; each asking for itself would cost every change
several statements a listener.
"""

import asyncio
from collections.abc import Iterator, Sequence
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
#: One that is behind when others are passed by catches up by itself.
_BY_ITSELF_S: Final = 30.0
#: A listener that fails on an event is asked again after these pauses; then the event is parked.
_PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
_OUTAGE_S: Final = 1.0


async def listen(platform: Platform, listeners: Sequence[Listener]) -> None:
    """Hand the spine to the listeners, until cancelled."""
    posts = [_Post(platform.database, listener) for listener in listeners]
    lookout = _Lookout(platform.database, posts)
    platform.bus.on(BELL, lookout.ring)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(lookout.keep(), name="lookout")
            for post in posts:
                group.create_task(post.keep(), name=post.listener.name)
    finally:
        platform.bus.off(BELL, lookout.ring)


class _Post:
    """A listener that reads to the end of the spine whenever it is called."""

    def __init__(self, database: Database, listener: Listener) -> None:
        self.listener = listener
        self._database = database
        self._called = asyncio.Event()
        self._waits = False

    @property
    def at_rest(self) -> bool:
        """Whether it waits to be called."""
        return self._waits and not self._called.is_set()

    def call(self) -> None:
        """Say that there is something ahead, at least since now."""
        self._called.set()

    async def keep(self) -> None:
        """Read, and wait for the next call."""
        while True:
            self._called.clear()
            await self._read_all()
            self._waits = True
            try:
                async with asyncio.timeout(_BY_ITSELF_S):
                    await self._called.wait()
            except TimeoutError:
                pass
            finally:
                self._waits = False

    async def _read_all(self) -> None:
        reading = _Reading(self._database, self.listener)
        while True:
            try:
                if await reading.reach_end():
                    return
            except Exception as error:  # noqa: BLE001 — another try
                if not is_outage(error):
                    _log.error("listening_failed", listener=self.listener.name, exc_info=error)
                await asyncio.sleep(_OUTAGE_S)


class _Lookout:
    """Sees what was told, and calls those it is for."""

    def __init__(self, database: Database, posts: Sequence[_Post]) -> None:
        self._database = database
        self._posts = posts
        self._bell = asyncio.Event()
        #: How far it has seen; None before its first look.
        self._position: tuple[int, UUID] | None = None

    def ring(self, _: bytes) -> None:
        """Say that something was committed."""
        self._bell.set()

    async def keep(self) -> None:
        """Look, after each ring and now and then."""
        pauses: Iterator[float] = iter(())
        while True:
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 — another try
                if not is_outage(error):
                    _log.error("lookout_failed", exc_info=error)
            try:
                async with asyncio.timeout(next(pauses, _LOOK_S)):
                    await self._bell.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(_GATHER_S)
            self._bell.clear()
            pauses = iter(_AFTER_BELL_S)

    async def _look(self) -> None:
        if self._position is None:
            async with self._database.session(reads=True) as db:
                self._position = await spine.newest_position(db)
            # What was told before is theirs to find; those that found all already look once more.
            for post in self._posts:
                post.call()
        while (ahead := await spine.look_ahead(self._database, self._position)) is not None:
            passed: list[str] = []
            for post in self._posts:
                if post.at_rest and ahead.names.isdisjoint(post.listener.handles):
                    passed.append(post.listener.name)
                else:
                    post.call()
            if passed:
                await spine.pass_by(self._database, passed, self._position, ahead.end)
            self._position = ahead.end


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
