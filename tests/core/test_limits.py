"""The sliding window is exact, shared while Valkey is there, and per process while it is not."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from taskyard.core.limits import (
    TIERS,
    Bucket,
    LocalWindow,
    RateLimitExceeded,
    Throttle,
    TierLimitExceeded,
    tier_limits,
)
from taskyard.core.platform import connect_valkey
from taskyard.core.settings import Settings
from taskyard.kit.ids import uuid7


def _bucket(limit: int = 60, window: int = 60, name: str = "test") -> Bucket:
    return Bucket(name, str(uuid7()), limit, window)


async def _hit(throttle: Throttle, *buckets: Bucket) -> bool:
    try:
        await throttle.hit(str(uuid7()), buckets)
    except RateLimitExceeded:
        return False
    return True


@pytest.fixture
async def valkey(settings: Settings) -> AsyncIterator[Redis]:
    client = connect_valkey(settings)
    assert client is not None
    # A test machine that is busy is no Valkey that is away.
    client.connection_pool.timeout = 60  # type: ignore[attr-defined]
    yield client
    await client.aclose()


@pytest.fixture(params=["shared", "away", "none"])
async def throttle(
    request: pytest.FixtureRequest, settings: Settings, valkey: Redis
) -> AsyncIterator[Throttle]:
    """One throttle with Valkey, one whose Valkey does not answer, one that never had any."""
    away = connect_valkey(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"}))
    assert away is not None
    found = {"shared": valkey, "away": away, "none": None}[request.param]
    yield Throttle(found, on=True)
    await away.aclose()


async def test_of_300_at_once_exactly_the_limit_pass(throttle: Throttle) -> None:
    bucket = _bucket(limit=60)
    passed = await asyncio.gather(*(_hit(throttle, bucket) for _ in range(300)))
    assert passed.count(True) == 60


async def test_two_processes_share_one_window(settings: Settings, valkey: Redis) -> None:
    other = connect_valkey(settings)
    assert other is not None
    throttles = [Throttle(valkey, on=True), Throttle(other, on=True)]
    bucket = _bucket(limit=30)
    passed = await asyncio.gather(*(_hit(throttles[n % 2], bucket) for n in range(100)))
    assert passed.count(True) == 30
    await other.aclose()


async def test_a_hit_that_one_bucket_refuses_counts_in_none(throttle: Throttle) -> None:
    narrow, wide = _bucket(limit=2), _bucket(limit=10)
    for _ in range(20):
        await _hit(throttle, wide, narrow)
    passed = [await _hit(throttle, wide) for _ in range(10)]
    assert passed == [True] * 8 + [False] * 2


async def test_a_refusal_says_when_to_come_back(throttle: Throttle) -> None:
    bucket = _bucket(limit=1, window=60)
    [verdict] = await throttle.hit("a", [bucket])
    assert (verdict.allowed, verdict.remaining) == (True, 0)
    with pytest.raises(RateLimitExceeded) as refused:
        await throttle.hit("b", [bucket])
    details = refused.value.details
    assert (details["bucket"], details["limit"], details["window"]) == ("test", 1, 60)
    assert 55 <= details["retry_after"] <= 60
    assert "1 per 60 s" in refused.value.message


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
    await throttle.give_back("another", bucket)
    assert not await _hit(throttle, bucket)
    await throttle.give_back("mine", bucket)
    assert await _hit(throttle, bucket)


async def test_a_throttle_that_is_off_lets_everything_through(valkey: Redis) -> None:
    throttle, bucket = Throttle(valkey, on=False), _bucket(limit=1)
    assert all([await _hit(throttle, bucket) for _ in range(5)])
    await throttle.give_back("x", bucket)


async def test_nothing_to_count_is_nothing_to_ask(throttle: Throttle) -> None:
    assert await throttle.hit("x", []) == []


async def test_a_key_is_not_to_be_read_where_it_is_counted(valkey: Redis) -> None:
    bucket = Bucket("login", "maya@example.com", 10, 3600)
    await Throttle(valkey, on=True).hit("x", [bucket])
    assert "maya" not in bucket.slot
    assert await valkey.ttl(bucket.slot) == pytest.approx(3601, abs=5)
    await valkey.delete(bucket.slot)


def test_memory_is_bounded_whoever_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalWindow, "MAX_KEYS", 100)
    window = LocalWindow()
    for _ in range(1_000):
        window.hit("x", [_bucket()])
    assert len(window._hits) == 100


def test_an_unknown_tier_counts_as_the_lowest() -> None:
    assert tier_limits("gold") == TIERS["free"]


def test_a_higher_tier_never_allows_less() -> None:
    for lower, higher in zip(list(TIERS.values()), list(TIERS.values())[1:], strict=False):
        for name, limit in vars(lower).items():
            if name != "queue_priority":
                more = getattr(higher, name)
                assert more is None or (limit is not None and more >= limit), name


@pytest.mark.parametrize(("tier", "next_tier"), [("free", "pro"), ("pro", "premium")])
def test_a_tiers_end_names_the_tier_above(tier: str, next_tier: str | None) -> None:
    error = TierLimitExceeded(limit_type="projects", limit=3, used=3, tier=tier)
    assert error.details["recommended_tier"] == next_tier
    assert TierLimitExceeded(limit=3, tier="premium").details["recommended_tier"] is None
