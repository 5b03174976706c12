"""The bus wakes every process that listens, and stops whenever it is told to."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from taskyard.core.bus import BELL, FRAMES, Bus
from taskyard.core.platform import connect_valkey
from taskyard.core.settings import Settings


@pytest.fixture
async def valkey(settings: Settings) -> AsyncIterator[Redis]:
    client = connect_valkey(settings)
    assert client is not None
    yield client
    await client.aclose()


@pytest.mark.parametrize("turns", range(40))
async def test_it_stops_whatever_it_is_about(settings: Settings, turns: int) -> None:
    """Stopped in the middle of connecting, subscribing or reading, after so many turns."""
    client = connect_valkey(settings)
    assert client is not None
    bus = Bus(client)
    await bus.start()
    for _ in range(turns):
        await asyncio.sleep(0)
    async with asyncio.timeout(3):
        await bus.stop()
    await client.aclose()


async def test_a_message_reaches_every_process_and_its_own_handlers_once(
    settings: Settings, valkey: Redis
) -> None:
    other = connect_valkey(settings)
    assert other is not None
    here, there = Bus(valkey), Bus(other)
    heard: dict[str, list[bytes]] = {"here": [], "there": []}
    arrived, ready = asyncio.Event(), asyncio.Event()

    def at_there(message: bytes) -> None:
        heard["there"].append(message)
        (arrived if message else ready).set()

    here.on(FRAMES, heard["here"].append)
    there.on(FRAMES, at_there)
    await there.start()
    await here.start(listen=False)
    async with asyncio.timeout(5):
        await ready.wait()
        here.tell(b"frame")
        await arrived.wait()
    assert heard == {"here": [b"frame"], "there": [b"", b"frame"]}
    await here.stop()
    await there.stop()
    await other.aclose()


async def test_without_valkey_it_reaches_this_process() -> None:
    bus = Bus(None)
    heard: list[bytes] = []
    bus.on(BELL, heard.append)
    await bus.start()
    bus.ring()
    bus.off(BELL, heard.append)
    bus.ring()
    await bus.stop()
    assert heard == [b"!"]


async def test_a_handler_that_fails_silences_no_other() -> None:
    bus = Bus(None)
    heard: list[bytes] = []

    def broken(_: bytes) -> None:
        raise ZeroDivisionError

    bus.on(BELL, broken)
    bus.on(BELL, heard.append)
    bus.ring()
    assert heard == [b"!"]
