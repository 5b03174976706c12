"""Sending hints: quickly, or not at all."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest
from kombu.exceptions import OperationalError
from redis.asyncio import Redis

from taskyard.core import queue as module
from taskyard.core.platform import connect_valkey
from taskyard.core.queue import FUNCTION, BrokerAway, Hint, Hints, make_celery
from taskyard.core.settings import Settings
from taskyard.kit.ids import uuid7


@pytest.fixture
async def valkey(settings: Settings) -> AsyncIterator[Redis]:
    """The broker's own view."""
    client = connect_valkey(settings)
    assert client is not None
    yield client
    await client.aclose()


@pytest.fixture
async def hints(settings: Settings) -> AsyncIterator[Hints]:
    """A sender."""
    sender = Hints(settings)
    yield sender
    await asyncio.to_thread(sender.close)


async def test_hints_lie_in_their_queue_in_order(hints: Hints, valkey: Redis) -> None:
    queue = f"tests.{uuid7().hex}"
    ids = [uuid7() for _ in range(5)]
    await hints.send([Hint(job_id, queue) for job_id in ids])
    assert await valkey.llen(queue) == 5
    first = await valkey.rpop(queue)
    assert isinstance(first, bytes)
    assert FUNCTION.encode() in first
    await valkey.delete(queue)


async def test_a_broker_that_lost_everything_is_noticed_once(hints: Hints, valkey: Redis) -> None:
    await hints.broker_is_new()
    assert not await hints.broker_is_new()
    await valkey.delete("ty:epoch")
    assert await hints.broker_is_new()
    assert not await hints.broker_is_new()


async def test_a_broker_that_is_away_says_so_soon(settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0", "broker_url": None})
    hints = Hints(away)
    begun = time.monotonic()
    with pytest.raises(BrokerAway):
        await hints.send([Hint(uuid7(), "tests")])
    with pytest.raises(BrokerAway):
        await hints.broker_is_new()
    assert time.monotonic() - begun < 5
    await asyncio.to_thread(hints.close)


async def _sent(hints: Hints, queue: str) -> None:
    """Send a hint, as the relay does: again and again until it is taken."""
    async with asyncio.timeout(20):
        while True:
            try:
                await hints.send([Hint(uuid7(), queue)])
            except BrokerAway:
                await asyncio.sleep(0.05)
            else:
                return


async def test_it_finds_the_broker_again(hints: Hints, valkey: Redis) -> None:
    queue = f"tests.{uuid7().hex}"
    await _sent(hints, queue)
    await valkey.client_kill_filter(_type="normal", skipme=True)
    await _sent(hints, queue)
    assert await valkey.llen(queue) >= 2
    await valkey.delete(queue)


async def test_a_broker_that_hangs_is_waited_for_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_AT_FIRST_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        hints = Hints(settings.model_copy(update={"redis_url": address, "broker_url": None}))
        waited = []
        for _ in range(40):
            begun = time.monotonic()
            with pytest.raises(BrokerAway):
                await hints.broker_is_new()
            waited.append(time.monotonic() - begun)
            await asyncio.sleep(0.1)
    assert [seconds > 0.2 for seconds in waited] == [True] + [False] * 39, waited
    await asyncio.to_thread(hints.close)


async def test_a_broker_that_woke_up_is_asked_again_and_what_it_lost_is_told(
    settings: Settings, valkey: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A place of its own, where no relay asks at the same time.
    place = f"{settings.celery_broker}?virtual_host=9"
    hints = Hints(settings.model_copy(update={"broker_url": place}))
    await hints.broker_is_new()
    monkeypatch.setattr(module, "_PATIENCE_S", 0.2)
    await valkey.swapdb(8, 9)
    # It answers only when a second is over: nobody hears that the key was gone.
    await valkey.client_pause(1000)
    with pytest.raises(BrokerAway, match="no answer within"):
        await hints.broker_is_new()
    monkeypatch.undo()
    async with asyncio.timeout(20):
        while True:
            try:
                assert await hints.broker_is_new(), "that it lost everything is told later"
            except BrokerAway:
                await asyncio.sleep(0.05)
            else:
                break
    assert not await hints.broker_is_new()
    await asyncio.to_thread(hints.close)


def test_without_a_broker_there_is_no_queue(settings: Settings) -> None:
    with pytest.raises(ValueError, match="TASKYARD_REDIS_URL"):
        make_celery(settings.model_copy(update={"redis_url": None, "broker_url": None}))


def test_a_consumer_tries_every_second_and_says_so_now_and_then(settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0", "broker_url": None})
    connection = make_celery(away).connection_for_read()
    told: list[float] = []
    begun = time.monotonic()
    with pytest.raises(OperationalError, match="refused"):
        connection.ensure_connection(lambda _, pause: told.append(pause), 3)
    assert 2.5 < time.monotonic() - begun < 5
    assert told == [1.0]


def test_celery_keeps_its_hands_off(settings: Settings) -> None:
    conf = make_celery(settings).conf
    assert conf.task_acks_late is False
    assert conf.result_backend is None
    assert conf.accept_content == ["json"]
    assert conf.worker_prefetch_multiplier == 1
    assert conf.worker_disable_prefetch is True
    rabbit = make_celery(settings.model_copy(update={"broker_url": "amqp://localhost//"})).conf
    assert rabbit.task_default_queue_type == "quorum"
    assert rabbit.broker_transport_options == {"confirm_publish": True}
