"""The window is exact, shared while Valkey is there, and kept for sign-in while it is not."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from taskyard.core import throttle as module
from taskyard.core.platform import connect_valkey
from taskyard.core.settings import Settings
from taskyard.core.throttle import Bucket, LocalWindow, Throttle, refusal_of
from taskyard.kit.ids import uuid7
from tests.core.log_lines import capture


def _bucket(limit: int = 60, window: int = 60, name: str = "test") -> Bucket:
    return Bucket(name, str(uuid7()), limit, window, vital=True)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the throttle writes into the log."""
    return capture(monkeypatch, module)


async def _hit(throttle: Throttle, *buckets: Bucket) -> bool:
    return refusal_of(await throttle.hit(str(uuid7()), buckets)) is None


async def _client(settings: Settings, url: str | None = None) -> Redis:
    client = connect_valkey(settings.model_copy(update={"redis_url": url or settings.redis_url}))
    assert client is not None
    return client


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test machine that is busy is no Valkey that is away."""
    monkeypatch.setattr(module, "_PATIENCE_S", 30.0)


@pytest.fixture
async def valkey(settings: Settings) -> AsyncIterator[Redis]:
    client = await _client(settings)
    yield client
    await client.aclose()


@pytest.fixture(params=["shared", "away", "none"])
async def throttle(
    request: pytest.FixtureRequest, settings: Settings, valkey: Redis
) -> AsyncIterator[Throttle]:
    """One throttle with Valkey, one whose Valkey does not answer, one that never had any."""
    away = await _client(settings, "redis://127.0.0.1:1")
    found = Throttle({"shared": valkey, "away": away, "none": None}[request.param], on=True)
    yield found
    await found.close()


@pytest.fixture
async def shared(valkey: Redis) -> AsyncIterator[Throttle]:
    found = Throttle(valkey, on=True)
    yield found
    await found.close()


async def test_of_300_at_once_exactly_the_limit_pass(throttle: Throttle) -> None:
    bucket = _bucket(limit=60)
    passed = await asyncio.gather(*(_hit(throttle, bucket) for _ in range(300)))
    assert passed.count(True) == 60


async def test_two_processes_share_one_window(settings: Settings, shared: Throttle) -> None:
    other = Throttle(await _client(settings), on=True)
    bucket = _bucket(limit=30)
    throttles = [shared, other]
    passed = await asyncio.gather(*(_hit(throttles[n % 2], bucket) for n in range(100)))
    assert passed.count(True) == 30
    await other.close()


async def test_a_hit_that_one_bucket_refuses_counts_in_none(throttle: Throttle) -> None:
    narrow, wide = _bucket(limit=2), _bucket(limit=10)
    for _ in range(20):
        await _hit(throttle, wide, narrow)
    passed = [await _hit(throttle, wide) for _ in range(10)]
    assert passed == [True] * 8 + [False] * 2


async def test_a_verdict_says_what_is_left_and_when_more_comes(throttle: Throttle) -> None:
    bucket = _bucket(limit=2, window=60)
    [first] = await throttle.hit("a", [bucket])
    assert (first.allowed, first.remaining, first.reset) == (True, 1, 60)
    [second] = await throttle.hit("b", [bucket])
    assert (second.allowed, second.remaining) == (True, 0)
    [third] = await throttle.hit("c", [bucket])
    assert (third.allowed, third.remaining) == (False, 0)
    assert 55 <= third.reset <= 60


async def test_the_longest_wait_is_named(throttle: Throttle) -> None:
    short, long = _bucket(limit=1, window=10), _bucket(limit=1, window=100, name="long")
    assert await _hit(throttle, short, long)
    refusal = refusal_of(await throttle.hit("again", [short, long]))
    assert refusal is not None
    details = refusal.details
    assert (details["bucket"], details["limit"], details["window"]) == ("long", 1, 100)
    assert 95 <= details["retry_after"] <= 100
    assert "1 per 100 s" in refusal.message


async def test_a_lowered_limit_names_the_hit_that_has_to_go(throttle: Throttle) -> None:
    bucket = _bucket(limit=3, window=2)
    for _ in range(3):
        assert await _hit(throttle, bucket)
        await asyncio.sleep(0.4)
    lowered = Bucket(bucket.name, bucket.key, 1, 2, vital=True)
    [said] = await throttle.hit("x", [lowered])
    # The third of three has to leave before there is room for one: not the first, in 0.8 s.
    assert (said.allowed, said.remaining, said.reset) == (False, 0, 2)


async def test_the_window_slides(throttle: Throttle) -> None:
    bucket = _bucket(limit=2, window=1)
    began = time.monotonic()
    while not await _hit(throttle, bucket) or not await _hit(throttle, bucket):
        pass
    while not await _hit(throttle, bucket):
        assert time.monotonic() - began < 3
        await asyncio.sleep(0.02)
    assert time.monotonic() - began >= 0.95


async def test_a_hit_given_back_leaves_room(throttle: Throttle) -> None:
    bucket = _bucket(limit=1)
    await throttle.hit("mine", [bucket])
    await throttle.give_back("another", [bucket])
    assert not await _hit(throttle, bucket)
    await throttle.give_back("mine", [bucket])
    assert await _hit(throttle, bucket)


async def test_a_bucket_that_is_cleared_has_all_its_room(throttle: Throttle) -> None:
    bucket, other = _bucket(2), _bucket(2)
    assert [await _hit(throttle, bucket, other) for _ in range(3)] == [True, True, False]
    await throttle.clear(bucket)
    assert [await _hit(throttle, bucket) for _ in range(3)] == [True, True, False]
    assert not await _hit(throttle, other)
    await Throttle(None, on=False).clear(bucket)


async def test_a_throttle_that_is_off_lets_everything_through(valkey: Redis) -> None:
    throttle, bucket = Throttle(valkey, on=False), _bucket(limit=1)
    assert all([await _hit(throttle, bucket) for _ in range(5)])
    await throttle.give_back("x", [bucket])


async def test_nothing_to_count_is_nothing_to_ask(throttle: Throttle) -> None:
    assert await throttle.hit("x", []) == []


async def test_a_key_is_not_to_be_read_where_it_is_counted(valkey: Redis, shared: Throttle) -> None:
    bucket = Bucket("login", "maya@example.com", 10, 3600)
    await shared.hit("x", [bucket])
    assert "maya" not in bucket.slot
    assert await valkey.ttl(bucket.slot) == pytest.approx(3601, abs=5)
    await valkey.delete(bucket.slot)


def test_memory_is_bounded_whoever_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalWindow, "MAX_KEYS", 100)
    window = LocalWindow()
    for _ in range(1_000):
        window.hit("x", [_bucket()])
    assert len(window._hits) == 100


async def _calls(valkey: Redis) -> dict[str, int]:
    stats: dict[str, Any] = await valkey.info("commandstats")
    return {name.removeprefix("cmdstat_"): entry["calls"] for name, entry in stats.items()}


async def test_all_buckets_of_a_request_are_one_question(valkey: Redis, shared: Throttle) -> None:
    buckets = [_bucket(name=name) for name in ("one", "two", "three")]
    await shared.hit("before", buckets)
    before = await _calls(valkey)
    for n in range(50):
        assert len(await shared.hit(str(n), buckets)) == 3
    after = await _calls(valkey)
    assert after["evalsha"] - before["evalsha"] == 50
    assert after.get("eval", 0) == before.get("eval", 0)


async def test_a_valkey_that_forgot_the_script_is_told_again(
    valkey: Redis, shared: Throttle
) -> None:
    bucket = _bucket(limit=2)
    assert await _hit(shared, bucket)
    await valkey.script_flush()
    assert [await _hit(shared, bucket) for _ in range(2)] == [True, False]


async def test_what_is_not_vital_passes_while_valkey_is_away(settings: Settings) -> None:
    throttle = Throttle(await _client(settings, "redis://127.0.0.1:1"), on=True)
    vital, other = _bucket(limit=2), Bucket("other", str(uuid7()), 1, 60)
    assert [await _hit(throttle, vital, other) for _ in range(4)] == [True, True, False, False]
    assert all([await _hit(throttle, other) for _ in range(4)])
    await throttle.close()


async def test_without_any_valkey_everything_is_counted_here() -> None:
    throttle, bucket = Throttle(None, on=True), Bucket("other", str(uuid7()), 1, 60)
    assert [await _hit(throttle, bucket) for _ in range(2)] == [True, False]


async def test_a_lost_valkey_is_warned_of_once_a_minute(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, said: list[Any]
) -> None:
    monkeypatch.setattr(module, "_REST_S", 0.0)
    throttle = Throttle(await _client(settings, "redis://127.0.0.1:1"), on=True)
    for _ in range(20):
        await _hit(throttle, _bucket())
    assert [line["event"] for line in said] == ["rate_limits_suspended"]
    assert 59 < throttle._warns_at - time.monotonic() <= 60
    throttle._warns_at = time.monotonic()
    await _hit(throttle, _bucket())
    assert len(said) == 2
    await throttle.close()


async def test_a_valkey_that_hangs_holds_nobody_up_for_long(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        throttle = Throttle(await _client(settings, f"redis://127.0.0.1:{port}"), on=True)
        began = time.monotonic()
        await asyncio.gather(*(_hit(throttle, _bucket()) for _ in range(20)))
        assert time.monotonic() - began < 2
        monkeypatch.setattr(module, "_REST_S", 0.1)
        for _ in range(50):
            again = time.monotonic()
            await _hit(throttle, _bucket())
            assert time.monotonic() - again < 0.2, "nobody waits for it a second time"
            await asyncio.sleep(0.02)
        await throttle.close()


async def test_a_lost_connection_is_opened_again(
    valkey: Redis, shared: Throttle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_REST_S", 0.0)
    bucket = Bucket("test", str(uuid7()), 3, 60)
    assert await _hit(shared, bucket)
    own = await valkey.client_id()
    for client in await valkey.client_list():
        if int(client["id"]) != own and client["cmd"] == "evalsha":
            await valkey.client_kill_filter(_id=client["id"])
    async with asyncio.timeout(20):
        while await _hit(shared, bucket):  # noqa: ASYNC110 — nobody tells that it is back
            await asyncio.sleep(0.01)


async def test_an_asker_that_goes_away_leaves_the_others_their_answers(shared: Throttle) -> None:
    wide = _bucket(limit=1_000)
    await _hit(shared, wide)
    asking = [asyncio.create_task(shared.hit(str(n), [wide])) for n in range(40)]
    await asyncio.sleep(0)
    for task in asking[::4]:
        task.cancel()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    heard = [said for said in answers if isinstance(said, list)]
    assert len(heard) == 30
    assert len({said[0].remaining for said in heard}) == 30, "nobody got another's answer"


def test_the_numbers_in_force_are_logged(said: list[Any]) -> None:
    Throttle(None, on=True).announce()
    Throttle(None, on=False).announce()
    assert (said[0]["event"], said[0]["user"]) == ("rate_limits", "60/120/300 per 60 s")
    assert (said[1]["event"], said[1]["log_level"]) == ("rate_limits_off", "warning")
