"""Letting a listener read the spine, soon after each commit that told something."""

import asyncio
from collections.abc import Iterator
from typing import Final

import structlog

from taskyard.core import spine
from taskyard.core.bus import BELL
from taskyard.core.platform import Platform
from taskyard.core.spine import Listener

_log = structlog.get_logger(__name__)

#: A transaction that stays open a little longer hides those after it: look again later on.
_AFTER_BELL_S: Final = (0.02, 0.1, 0.4)
_LOOK_S: Final = 1.0
#: While much happens, what happens within so long is read together.
_GATHER_S: Final = 0.05
_BATCH: Final = 200
#: A listener that breaks tries again, ever more slowly; the others are not held up.
_TROUBLE_S: Final = (1.0, 60.0)


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
    trouble = _TROUBLE_S[0]
    while True:
        try:
            if await spine.drain(platform.database, listener, limit=_BATCH) < _BATCH:
                return
        except Exception as error:  # noqa: BLE001 — it tries again; the log says what broke
            _log.error("listener_failed", listener=listener.name, exc_info=error)
            await asyncio.sleep(trouble)
            trouble = min(trouble * 2, _TROUBLE_S[1])
