"""The elected loop: sends hints, sweeps, lets listeners read the spine, keeps house.

Every API and worker process stands for election; whoever holds the advisory lock leads. The lock
lives in one connection of its own, over which the leader also writes: who lost the one can do
nothing with the other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)
from sqlalchemy.pool import NullPool

from taskyard.core import restored
from taskyard.core.bus import BELL
from taskyard.core.db import is_outage
from taskyard.core.platform import Platform
from taskyard.core.queue import BrokerAway, Hints
from taskyard.core.settings import Settings
from taskyard.core.spine import Listener
from taskyard.core.uow import Uow
from taskyard.jobs.engine import dispatch, workers
from taskyard.jobs.engine.listening import listen
from taskyard.jobs.engine.sweep import sweep

_log = structlog.get_logger(__name__)

#: One number for every Taskyard; a database holds one instance.
_LOCK: Final = 1_952_543_598
_STAND_S: Final = 1.0
TICK_S: Final = 0.5
_SWEEP_S: Final = 1.0
#: A new leader may be new because PostgreSQL was away. Then nobody could renew a lease either,
#: and those who still work get the time to.
_GRACE_S: Final = 5.0
_GATHER_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Chore:
    """Something the leader does when it is elected, and then every so often."""

    name: str
    every: timedelta
    do: Callable[[Platform], Awaitable[object]]


class Relay:
    """One process's candidate."""

    def __init__(
        self, platform: Platform, listeners: Sequence[Listener], chores: Sequence[Chore]
    ) -> None:
        self._platform = platform
        self._listeners = listeners
        self._chores = chores
        self._engine = _engine(platform.settings)
        self._bell = asyncio.Event()
        self._hints = Hints(platform.settings) if platform.settings.celery_broker else None
        self._broker_was_away = False
        #: Whether this process leads just now.
        self.leads = False

    async def run(self) -> None:
        """Stand for election until cancelled."""
        self._platform.bus.on(BELL, self._on_bell)
        try:
            while True:
                try:
                    async with self._elected() as connection:
                        await self._lead(connection)
                except Exception as error:  # noqa: BLE001 — another try, or another leader
                    if not is_outage(error):
                        _log.error("relay_failed", exc_info=error)
                await asyncio.sleep(_STAND_S)
        finally:
            self._platform.bus.off(BELL, self._on_bell)
            if self._hints is not None:
                await asyncio.to_thread(self._hints.close)
            await self._engine.dispose()

    def _on_bell(self, _: bytes) -> None:
        self._bell.set()

    @asynccontextmanager
    async def _elected(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            while not await _try_lock(connection):  # noqa: ASYNC110 — nobody here could tell
                await asyncio.sleep(_STAND_S)
            self.leads = True
            _log.info("relay_elected")
            try:
                yield connection
            finally:
                self.leads = False

    async def _lead(self, connection: AsyncConnection) -> None:
        async with AsyncSession(connection) as db:
            await restored.go_on(db)
            await db.commit()
        duties = [
            asyncio.create_task(listen(self._platform, self._listeners), name="listeners"),
            *(asyncio.create_task(self._do(chore), name=chore.name) for chore in self._chores),
        ]
        try:
            await self._relay(connection)
        finally:
            for duty in duties:
                duty.cancel()
            await asyncio.gather(*duties, return_exceptions=True)

    async def _relay(self, connection: AsyncConnection) -> None:
        """Sweep and send, at every tick and whenever the bell rings."""
        clock = asyncio.get_running_loop().time
        began = clock()
        swept = 0.0
        async with AsyncSession(connection) as db:
            # The leader before may have died between noting that a hint is out and sending it.
            await workers.send_again(db)
            await db.commit()
        while True:
            async with AsyncSession(connection, expire_on_commit=False) as db:
                if clock() - swept >= _SWEEP_S:
                    if await sweep(Uow(db), leases=clock() - began > _GRACE_S):
                        self._platform.bus.ring()
                    swept = clock()
                    await self._check_broker(db)
                await self._send(db)
            sent = clock()
            try:
                async with asyncio.timeout(TICK_S):
                    await self._bell.wait()
            except TimeoutError:
                continue
            # At once where it was quiet; while much happens, what happens meanwhile goes along.
            await asyncio.sleep(max(0.0, sent + _GATHER_S - clock()))
            self._bell.clear()

    async def _check_broker(self, db: AsyncSession) -> None:
        """Send every hint again where the broker came back empty."""
        if self._hints is None:
            return
        try:
            if not await self._hints.broker_is_new():
                return
        except BrokerAway as error:
            self._note_broker(error)
            return
        await workers.send_again(db)
        await db.commit()

    async def _send(self, db: AsyncSession) -> None:
        if self._hints is None or not self._hints.answers():
            return
        chosen = await dispatch.choose(db)
        job_ids = [hint.job_id for hint in chosen]
        if chosen:
            await dispatch.note_sent(db, job_ids)
        # No transaction while the broker is spoken to. Killed here, the next leader sends again.
        await db.commit()
        if not chosen:
            return
        try:
            await self._hints.send(chosen)
        except BrokerAway as error:
            self._note_broker(error)
            await dispatch.note_lost(db, job_ids)
            await db.commit()
            return
        self._note_broker(None)

    def _note_broker(self, error: BrokerAway | None) -> None:
        if (error is not None) != self._broker_was_away:
            self._broker_was_away = error is not None
            if error is not None:
                _log.warning("broker_away", error=str(error))
            else:
                _log.info("broker_back")

    async def _do(self, chore: Chore) -> None:
        while True:
            try:
                await chore.do(self._platform)
            except Exception as error:  # noqa: BLE001 — tomorrow again
                _log.error("chore_failed", chore=chore.name, exc_info=error)
            await asyncio.sleep(chore.every.total_seconds())


async def _try_lock(connection: AsyncConnection) -> bool:
    found = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK})
    await connection.commit()
    return bool(found)


def _engine(settings: Settings) -> AsyncEngine:
    """Return an engine for the one connection; a host that vanishes is noticed in some seconds."""
    keepalive = {
        "tcp_keepalives_idle": "5",
        "tcp_keepalives_interval": "2",
        "tcp_keepalives_count": "3",
    }
    return create_async_engine(
        "postgresql+asyncpg://",
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={
            "dsn": settings.async_dsn,
            "timeout": 4,
            "command_timeout": 15,
            "server_settings": {
                "application_name": "taskyard-relay",
                "statement_timeout": "10000",
                "lock_timeout": "4000",
                # A leader says something twice a second. One that is frozen gives way to another.
                "idle_session_timeout": "10000",
                "idle_in_transaction_session_timeout": "10000",
                "jit": "off",
                **keepalive,
            },
        },
    )
