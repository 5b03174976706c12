"""What each tier may use, and the exact sliding window that throttles.

The numbers are configuration: this table is their one home (contracts/tiers). Whose tier is
whose is a port that `billing` implements; until then everyone has the default tier.
"""

import hashlib
import math
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from taskyard.kit.errors import Kind, TaskyardError

_log = structlog.get_logger(__name__)
MIB = 1024 * 1024


class RateLimitExceeded(TaskyardError):
    """Too many requests: {limit} per {window} s. Try again in {retry_after} s."""

    kind = Kind.THROTTLED
    code = "RATE_LIMIT_EXCEEDED"


class TierLimitExceeded(TaskyardError):
    """Your {tier} tier allows {limit} ({limit_type}), and {used} are used."""

    kind = Kind.FORBIDDEN
    code = "TIER_LIMIT_EXCEEDED"

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields, recommended_tier=_ABOVE.get(fields.get("tier", "")))


@dataclass(frozen=True)
class TierLimits:
    """One column of the table; None is unlimited."""

    requests_per_minute: int
    analyses_per_minute: int
    builds_per_minute: int
    jobs_per_month: int | None
    jobs_at_once: int
    projects: int | None
    source_archive_bytes: int
    storage_bytes: int
    page_size: int
    queue_priority: int


TIERS: dict[str, TierLimits] = {
    "free": TierLimits(60, 5, 10, 100, 1, 3, 20 * MIB, 250 * MIB, 50, 2),
    "pro": TierLimits(120, 5, 10, 1_000, 3, 25, 100 * MIB, 5 * 1024 * MIB, 100, 1),
    "premium": TierLimits(300, 15, 30, None, 5, None, 500 * MIB, 100 * 1024 * MIB, 200, 0),
}
#: The tier to recommend to somebody who reached the end of theirs; above premium is none.
_ABOVE = dict(pairwise(TIERS))


def tier_limits(tier: str) -> TierLimits:
    """Return a tier's limits; an unknown tier counts as the lowest."""
    return TIERS.get(tier, TIERS["free"])


@dataclass(frozen=True)
class Bucket:
    """At most `limit` hits within any `window` seconds for one key."""

    name: str
    key: str
    limit: int
    window: int

    @property
    def slot(self) -> str:
        """The name it is counted under; the key is hashed, since it may be an address."""
        return f"ty:rl:{self.name}:{hashlib.sha256(self.key.encode()).hexdigest()[:24]}"


@dataclass(frozen=True)
class Verdict:
    """What a bucket said: hits left, seconds until one is free."""

    bucket: Bucket
    allowed: bool
    remaining: int
    reset: int


#: Exact: a sorted set of the hits within the window. All buckets in one round trip, and a hit
#: that one bucket refuses is counted in none.
_WINDOW = """
local now = redis.call('TIME'); local t = now[1] * 1000000 + now[2]
local out, allowed = {}, 1
for i, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[i*2]), tonumber(ARGV[i*2+1]) * 1000000
  redis.call('ZREMRANGEBYSCORE', key, '-inf', t - window)
  local used = redis.call('ZCARD', key)
  if used >= limit then allowed = 0 end
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  local reset = first[2] and math.ceil((tonumber(first[2]) + window - t) / 1000000) or 0
  out[i] = {used < limit and 1 or 0, limit - used, reset}
end
if allowed == 1 then
  for i, key in ipairs(KEYS) do
    redis.call('ZADD', key, t, ARGV[1]); redis.call('EXPIRE', key, tonumber(ARGV[i*2+1]) + 1)
    out[i][2] = out[i][2] - 1
  end
end
return out
"""


class Throttle:
    """Counts hits in Valkey, shared by every process; per process while Valkey is away."""

    def __init__(self, valkey: Redis | None, *, on: bool) -> None:
        self._script = valkey.register_script(_WINDOW) if valkey is not None else None
        self._valkey = valkey
        self._local = LocalWindow()
        self._on = on

    async def hit(self, hit_id: str, buckets: Sequence[Bucket]) -> list[Verdict]:
        """Count one hit in every bucket. Raises RateLimitExceeded, counting it in none."""
        if not self._on or not buckets:
            return []
        verdicts = await self._ask(hit_id, buckets)
        for verdict in verdicts:
            if not verdict.allowed:
                bucket = verdict.bucket
                raise RateLimitExceeded(
                    bucket=bucket.name,
                    limit=bucket.limit,
                    window=bucket.window,
                    retry_after=max(1, verdict.reset),
                )
        return verdicts

    async def give_back(self, hit_id: str, bucket: Bucket) -> None:
        """Take one hit back, as after a sign-in that was right."""
        self._local.give_back(hit_id, bucket)
        if self._valkey is not None and self._on:
            try:
                await self._valkey.zrem(bucket.slot, hit_id)
            except (RedisError, OSError):
                _log.warning("throttle_give_back_failed", bucket=bucket.name)

    async def _ask(self, hit_id: str, buckets: Sequence[Bucket]) -> list[Verdict]:
        if self._script is not None:
            args: list[str | int] = [hit_id]
            for bucket in buckets:
                args += [bucket.limit, bucket.window]
            try:
                rows = await self._script(keys=[bucket.slot for bucket in buckets], args=args)
                return [
                    Verdict(bucket, bool(row[0]), max(0, row[1]), row[2])
                    for bucket, row in zip(buckets, rows, strict=True)
                ]
            except (RedisError, OSError):
                _log.warning("throttle_local_only", reason="Valkey did not answer")
        return self._local.hit(hit_id, buckets)


class LocalWindow:
    """The same window in this process's memory, bounded to the most recent keys."""

    MAX_KEYS = 10_000

    def __init__(self) -> None:
        self._hits: OrderedDict[str, deque[tuple[float, str]]] = OrderedDict()

    def hit(self, hit_id: str, buckets: Sequence[Bucket]) -> list[Verdict]:
        """Count one hit in every bucket, or in none where one of them is full."""
        now = time.monotonic()
        verdicts = [self._look(bucket, now) for bucket in buckets]
        if not all(verdict.allowed for verdict in verdicts):
            return verdicts
        for bucket in buckets:
            self._hits[bucket.slot].append((now, hit_id))
        return [replace(verdict, remaining=verdict.remaining - 1) for verdict in verdicts]

    def _look(self, bucket: Bucket, now: float) -> Verdict:
        hits = self._hits.setdefault(bucket.slot, deque())
        self._hits.move_to_end(bucket.slot)
        while len(self._hits) > self.MAX_KEYS:
            self._hits.popitem(last=False)
        while hits and hits[0][0] <= now - bucket.window:
            hits.popleft()
        reset = math.ceil(hits[0][0] + bucket.window - now) if hits else 0
        return Verdict(bucket, len(hits) < bucket.limit, bucket.limit - len(hits), reset)

    def give_back(self, hit_id: str, bucket: Bucket) -> None:
        """Take one hit back."""
        hits = self._hits.get(bucket.slot)
        if hits is not None:
            self._hits[bucket.slot] = deque(item for item in hits if item[1] != hit_id)
