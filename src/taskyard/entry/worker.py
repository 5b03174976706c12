"""A worker: two processes that live and die together, and the pool below the second.

    host       beats, stands for election, hears which hints died with their process
    consumer   Celery's own process, in a session of its own; its pool does the work

The host forks the consumer before it has a thread, a loop or a connection, so that the pool's
processes inherit none. When one of the two ends, so does the other; whoever started the worker
starts it again.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NoReturn

import structlog

from taskyard.core import logs
from taskyard.core.db import is_outage
from taskyard.core.platform import Platform
from taskyard.core.queue import Consumer
from taskyard.core.settings import Settings, get_settings
from taskyard.core.uow import unit_of_work
from taskyard.entry.wiring import build_platform, register_kinds, standing
from taskyard.jobs import kinds
from taskyard.jobs.engine import workers
from taskyard.jobs.engine.child import Child
from taskyard.jobs.engine.dispatch import QUEUES
from taskyard.jobs.engine.workers import Identity
from taskyard.kit.process import die_with_parent

_log = structlog.get_logger(__name__)

#: Connections of one process of the pool: the journal, the runner, and one to spare.
_CHILD_CONNECTIONS: Final = 3
_HOST_CONNECTIONS: Final = 4
#: What the consumer tells its host: the id of a lost hint, or that it is ready.
_WORD_BYTES: Final = 36
_READY: Final = "ready"
#: From the word to the end: attempts hand back what they do within this.
_STOP_S: Final = 12.0
_LOOK_S: Final = 0.1
#: What the pool has to be gone in once its parent was killed.
_LEAVE_S: Final = 5.0
_DEAF_TWICE: Final = 2


def main(register: Callable[[], None] = register_kinds) -> None:
    """Run a worker until a signal; ends the process with its exit code."""
    settings = get_settings()
    logs.configure(settings)
    if settings.celery_broker is None:
        sys.exit("taskyard: a worker needs TASKYARD_REDIS_URL (or TASKYARD_BROKER_URL).")
    register()
    _import_for_all()
    who = Identity.of_this_process()
    words_from, words_to = os.pipe()
    parent = os.getpid()
    # What is shared stays shared only while no collector writes to it.
    gc.collect()
    gc.freeze()
    consumer = os.fork()
    if consumer == 0:
        os.close(words_from)
        # A session of its own is out of reach of the terminal's Ctrl-C.
        os.setsid()
        die_with_parent(parent)
        _consume_and_exit(settings, who, words_to)
    os.close(words_to)
    sys.exit(asyncio.run(Host(settings, who, consumer, words_from).run()))


def _import_for_all() -> None:
    """Import before the fork what every process would import after it: shared, it costs once."""
    import asyncpg  # noqa: F401
    import psycopg  # noqa: F401
    from sqlalchemy.dialects.postgresql import asyncpg as dialect  # noqa: F401
    from sqlalchemy.orm import configure_mappers

    configure_mappers()


def _consume_and_exit(settings: Settings, who: Identity, words_to: int) -> NoReturn:
    """Run the consumer, and leave without running what the parent registered for its own exit."""
    code = 1
    try:
        code = _consumer(settings, who, words_to).run()
    except Exception:  # noqa: BLE001 — there is nobody above to tell
        _log.exception("consumer_broke")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _consumer(settings: Settings, who: Identity, words_to: int) -> Consumer:
    small = settings.model_copy(update={"database_pool": _CHILD_CONNECTIONS})
    reserve = kinds.has_system_work()
    return Consumer(
        settings=settings,
        name=f"{who.id}@{who.host}",
        queues=[QUEUES["system"], QUEUES["work"]],
        processes=settings.worker_slots + (1 if reserve else 0),
        longest=kinds.longest(),
        start_child=lambda: Child(
            lambda: build_platform(small),
            worker_id=who.id,
            slots=settings.worker_slots if reserve else None,
        ),
        on_ready=lambda: _pass_on(words_to, _READY),
        on_lost=lambda hint: _pass_on(words_to, hint),
    )


def _pass_on(words_to: int, word: str) -> None:
    """Tell the host. It is less than a pipe's buffer, so it is written whole."""
    with suppress(OSError):
        os.write(words_to, word.encode()[:_WORD_BYTES].ljust(_WORD_BYTES))


class Host:
    """The worker's first process."""

    def __init__(self, settings: Settings, who: Identity, consumer: int, words_from: int) -> None:
        self.settings = settings
        self.who = who
        self.consumer = consumer
        self.words_from = words_from
        self._stop = asyncio.Event()
        self._ready = asyncio.Event()
        self._known = False
        self._code: int | None = None

    async def run(self) -> int:
        """Look after the consumer until it ends or a signal comes; returns the exit code."""
        platform = build_platform(
            self.settings.model_copy(update={"database_pool": _HOST_CONNECTIONS})
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal)
        loop.add_signal_handler(signal.SIGQUIT, self._kill)
        await platform.bus.start()
        try:
            async with standing(platform):
                hearing = asyncio.create_task(self._hear(platform))
                tasks = [
                    asyncio.create_task(self._beat(platform)),
                    asyncio.create_task(self._check_hearing(platform)),
                ]
                await self._watch(platform)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await self._leave(platform, hearing)
        finally:
            self._kill()
            await platform.close()
        return 1 if self._code is None else self._code

    def _on_signal(self) -> None:
        if self._stop.is_set():
            self._kill()
        self._stop.set()

    def _kill(self) -> None:
        if self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.consumer, signal.SIGKILL)

    def _has_ended(self) -> bool:
        if self._code is None:
            pid, status = os.waitpid(self.consumer, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self._code = code if code >= 0 else 128 - code
        return self._code is not None

    async def _watch(self, platform: Platform) -> None:
        """Wait until the consumer has ended, by itself or because it was told to."""
        while not self._has_ended():
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._stop.wait()
                    break
        if self._has_ended():
            _log.error("consumer_ended", code=self._code)
            return
        _log.info("worker_stopping")
        await self._say_stopping(platform)
        with suppress(ProcessLookupError):
            # Warm: it takes nothing more, and ends once its pool is idle.
            os.kill(self.consumer, signal.SIGTERM)
        deadline = asyncio.get_running_loop().time() + _STOP_S
        while not self._has_ended():
            await asyncio.sleep(_LOOK_S)
            # Celery takes its time over an idle pool; there is nothing to wait for.
            if asyncio.get_running_loop().time() > deadline or await self._is_idle(platform):
                self._kill()
        self._code = 0

    async def _is_idle(self, platform: Platform) -> bool:
        try:
            async with platform.database.session() as db:
                return await workers.is_idle(db, self.who.id)
        except Exception as error:  # noqa: BLE001 — then the deadline decides
            _note(error)
            return False

    async def _say_stopping(self, platform: Platform) -> None:
        try:
            async with unit_of_work(platform.database) as uow:
                await workers.say_stopping(uow.db, self.who.id)
        except Exception as error:  # noqa: BLE001 — then the leases expire by themselves
            _note(error)

    async def _leave(self, platform: Platform, hearing: asyncio.Task[None]) -> None:
        """Give back what the dead pool still held. The pipe ends with the last of its processes."""
        try:
            async with asyncio.timeout(_LEAVE_S):
                await hearing
                async with unit_of_work(platform.database) as uow:
                    await workers.remove(uow.db, self.who.id)
            platform.bus.ring()
            await asyncio.sleep(_LOOK_S)
        except Exception as error:  # noqa: BLE001 — then the leases expire by themselves
            _note(error)

    async def _beat(self, platform: Platform) -> None:
        """Say that the worker is there, from when it takes hints until it ends."""
        await self._ready.wait()
        while True:
            try:
                async with unit_of_work(platform.database) as uow:
                    await workers.register(uow.db, self.who, self.settings.worker_slots)
            except Exception as error:  # noqa: BLE001 — tried again
                _note(error)
                await asyncio.sleep(_LOOK_S)
                continue
            if not self._known:
                self._known = True
                platform.bus.ring()
                _log.info("worker_ready", slots=self.settings.worker_slots)
            await asyncio.sleep(workers.BEAT_S)

    async def _check_hearing(self, platform: Platform) -> None:
        """End a worker whose consumer no longer takes hints; whoever started it starts it again.

        Celery's connection to Redis has been known to die unnoticed. Nothing is lost by it: the
        worker holds no job when it is ended.
        """
        await self._ready.wait()
        deaf = 0
        while True:
            await asyncio.sleep(workers.BEAT_S)
            try:
                async with platform.database.session() as db:
                    deaf = deaf + 1 if await workers.is_deaf(db, self.who.id) else 0
            except Exception as error:  # noqa: BLE001 — tried again
                _note(error)
            if deaf >= _DEAF_TWICE:
                _log.error("worker_is_deaf")
                self._kill()
                return

    async def _hear(self, platform: Platform) -> None:
        """Listen to what the consumer says."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        pipe = os.fdopen(os.dup(self.words_from), "rb", 0)
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            while True:
                word = (await reader.readexactly(_WORD_BYTES)).decode().strip()
                if word == _READY:
                    self._ready.set()
                else:
                    await self._go_on(platform, word)
        except asyncio.IncompleteReadError:
            return
        finally:
            transport.close()

    async def _go_on(self, platform: Platform, hint: str) -> None:
        """Have the job of a dead pool process go on at once, without waiting for its lease."""
        _log.warning("pool_process_lost", hint=hint)
        try:
            async with unit_of_work(platform.database) as uow:
                await workers.expire_lease(uow.db, self.who.id, hint)
            platform.bus.ring()
        except Exception as error:  # noqa: BLE001 — the lease expires by itself
            _note(error)


def _note(error: Exception) -> None:
    if not is_outage(error):
        _log.error("worker_host_failed", exc_info=error)
