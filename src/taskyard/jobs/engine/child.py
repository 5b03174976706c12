"""A process of the pool: an event loop in a thread, and attempts on it.

Everything is made here, after the fork: an engine or a socket made before it would be shared.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from taskyard.core.platform import Platform
from taskyard.jobs.engine import attempt
from taskyard.jobs.engine.attempt import Bench
from taskyard.jobs.engine.guardian import guardian_engine

T = TypeVar("T")


class Child:
    """Implements `core.queue.Child`."""

    def __init__(
        self, build: Callable[[], Platform], *, worker_id: UUID, slots: int | None
    ) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="loop", daemon=True).start()
        self._bench = self._do(self._prepare(build, worker_id, slots))

    def look_at(self, job_id: UUID, hint_id: str) -> None:
        """Run the job if it is there to be run; returns when its attempt is over."""
        self._do(attempt.run(self._bench, job_id, hint_id))

    def stop(self) -> None:
        """Close every connection."""
        self._do(self._bench.platform.close())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    @staticmethod
    async def _prepare(build: Callable[[], Platform], worker_id: UUID, slots: int | None) -> Bench:
        platform = build()
        await platform.bus.start(listen=False)
        settings = platform.settings
        return Bench(
            platform=platform,
            worker_id=worker_id,
            engine=guardian_engine(settings),
            lease=timedelta(seconds=settings.job_lease_seconds),
            slots=slots,
            work_dir=settings.data_dir.resolve() / "work",
        )
