"""What the bus delivers: soon where it can, lost where it must, in nobody's way."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from taskyard.core.bus import BELL, FRAMES, Bus
from taskyard.core.platform import connect_valkey
from taskyard.core.settings import Settings
from tests.core.heard import Heard


@pytest.fixture
async def pair(settings: Settings) -> AsyncIterator[tuple[Bus, Bus]]:
    """The ends of two processes."""
    async with contextlib.AsyncExitStack() as stack:
        ends = []
        for _ in range(2):
            valkey = connect_valkey(settings)
            assert valkey is not None
            bus = Bus(valkey)
            await bus.start()
            stack.push_async_callback(valkey.aclose)
            stack.push_async_callback(bus.stop)
            ends.append(bus)
        while not all(bus.connected for bus in ends):  # noqa: ASYNC110 — no event for both
            await asyncio.sleep(0.01)
        yield ends[0], ends[1]


async def test_a_ring_is_heard_here_and_there(pair: tuple[Bus, Bus]) -> None:
    here, there = Heard(), Heard()
    pair[0].on(BELL, here)
    pair[1].on(BELL, there)
    pair[0].ring()
    assert here.messages == [b"!"], "at once in this process"
    await there.until(1)


async def test_many_rings_may_arrive_as_one(pair: tuple[Bus, Bus]) -> None:
    there = Heard()
    pair[1].on(BELL, there)
    for _ in range(500):
        pair[0].ring()
    await there.until(1)
    await asyncio.sleep(0.2)
    assert len(there.messages) < 50


async def test_frames_keep_their_order(pair: tuple[Bus, Bus]) -> None:
    there = Heard()
    pair[1].on(FRAMES, there)
    for number in range(200):
        pair[0].tell(str(number).encode())
    await there.until(200)
    assert there.messages == [str(number).encode() for number in range(200)]


async def test_who_listens_no_longer_hears_nothing(pair: tuple[Bus, Bus]) -> None:
    heard = Heard()
    pair[0].on(BELL, heard)
    pair[0].off(BELL, heard)
    pair[0].ring()
    assert heard.messages == []


async def test_a_handler_that_breaks_silences_nobody(pair: tuple[Bus, Bus]) -> None:
    def breaks(_: bytes) -> None:
        raise ValueError

    heard = Heard()
    pair[0].on(BELL, breaks)
    pair[0].on(BELL, heard)
    pair[0].ring()
    assert heard.messages == [b"!"]


async def test_a_connection_that_was_lost_comes_back_and_says_so(
    pair: tuple[Bus, Bus], settings: Settings
) -> None:
    heard = Heard()
    pair[1].on(FRAMES, heard)
    valkey = connect_valkey(settings)
    assert valkey is not None
    async with valkey:
        await valkey.client_kill_filter(_type="pubsub")
    # The empty message: something may have been missed.
    await heard.until(1)
    assert heard.messages[0] == b""
    pair[0].tell(b"again")
    await heard.until(2)
    assert heard.messages[-1] == b"again"


async def test_without_valkey_it_reaches_this_process() -> None:
    bus, heard = Bus(None), Heard()
    await bus.start()
    bus.on(BELL, heard)
    bus.ring()
    bus.tell(b"nobody")
    assert heard.messages == [b"!"]
    assert not bus.connected
    await bus.stop()


async def test_a_valkey_that_is_away_delays_nobody(settings: Settings) -> None:
    valkey = connect_valkey(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    assert valkey is not None
    bus = Bus(valkey)
    await bus.start()
    begun = time.monotonic()
    for _ in range(5000):
        bus.ring()
        bus.tell(b"x" * 1000)
    assert time.monotonic() - begun < 1
    await asyncio.sleep(0.3)
    assert not bus.connected
    await bus.stop()
    await valkey.aclose()
