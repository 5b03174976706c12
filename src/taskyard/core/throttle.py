"""The exact sliding window: hits are counted in Valkey, shared by every process."""

import asyncio
import hashlib
import math
import time
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import NoScriptError, RedisError, ResponseError

from taskyard.core.limits import RATES, Rate, RateLimitExceeded

_log = structlog.get_logger(__name__)

#: Valkey answers within a millisecond. One that hangs must not hold up every request.
_PATIENCE_S: Final = 1.0
#: How often a Valkey that did not answer is asked whether it does now.
_REST_S: Final = 1.0
_WARN_EVERY_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """At most `limit` hits within any `window` seconds for one key."""

    name: str
    key: str
    limit: int
    window: int
    #: Counted in this process while Valkey is away.
    vital: bool = False

    @property
    def slot(self) -> str:
        """The name it is counted under; the key is hashed, since it may be an address."""
        return f"ty:rl:{self.name}:{hashlib.sha256(self.key.encode()).hexdigest()[:24]}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bucket said: hits left, seconds until one is free."""

    bucket: Bucket
    allowed: bool
    remaining: int
    reset: int


def refusal_of(verdicts: Sequence[Verdict]) -> RateLimitExceeded | None:
    """Return the refusal that the fullest bucket asks for, if any does."""
    full = [verdict for verdict in verdicts if not verdict.allowed]
    if not full:
        return None
    worst = max(full, key=lambda verdict: verdict.reset)
    return RateLimitExceeded(
        bucket=worst.bucket.name,
        limit=worst.bucket.limit,
        window=worst.bucket.window,
        retry_after=max(1, worst.reset),
    )


#: Exact: a sorted set of the hits within the window. All buckets in one round trip, and a hit
#: that one bucket refuses is counted in none. The answer is `allowed left reset;…`.
_WINDOW: Final = """
local now = redis.call('TIME'); local t = now[1] * 1000000 + now[2]
local left, said, allowed = {}, {}, true
for i, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[i*2]), tonumber(ARGV[i*2+1]) * 1000000
  redis.call('ZREMRANGEBYSCORE', key, '-inf', t - window)
  left[i] = limit - redis.call('ZCARD', key)
  local next = math.max(0, -left[i])
  local hit = redis.call('ZRANGE', key, next, next, 'WITHSCORES')[2]
  said[i] = math.ceil((tonumber(hit or t) + window - t) / 1000000)
  allowed = allowed and left[i] > 0
end
for i, key in ipairs(KEYS) do
  local free = left[i] > 0 and 1 or 0
  if allowed then
    redis.call('ZADD', key, t, ARGV[1]); redis.call('EXPIRE', key, ARGV[i*2+1] + 1)
    left[i] = left[i] - 1
  end
  said[i] = free .. ' ' .. math.max(0, left[i]) .. ' ' .. said[i]
end
return table.concat(said, ';')
"""
_WINDOW_SHA: Final = hashlib.sha1(_WINDOW.encode(), usedforsecurity=False).hexdigest()


class Throttle:
    """Counts hits. Without Valkey in this process alone; while it is away, only what is vital."""

    def __init__(
        self, valkey: Redis | None, *, on: bool, rates: Mapping[str, Rate] = RATES
    ) -> None:
        self.on = on
        self.rates = rates
        self._line = Line(valkey) if valkey is not None else None
        self._local = LocalWindow()
        self._warns_at = -math.inf
        #: Asks whether Valkey is back; while it does, nobody else asks anything.
        self._asking_back: asyncio.Task[None] | None = None

    def announce(self) -> None:
        """Write the numbers in force into the log."""
        if not self.on:
            _log.warning("rate_limits_off", remedy="TASKYARD_RATE_LIMITS=on")
            return
        numbers = {
            name: f"{rate.free}/{rate.pro}/{rate.premium} per {rate.window} s"
            for name, rate in self.rates.items()
        }
        _log.info("rate_limits", shared=self._line is not None, **numbers)

    def bucket(self, name: str, key: str, tier: str = "") -> Bucket:
        """Return the bucket of a rate for one key."""
        rate = self.rates[name]
        return Bucket(name, key, rate.limit(tier), rate.window, rate.vital)

    async def hit(self, hit_id: str, buckets: Sequence[Bucket]) -> list[Verdict]:
        """Count one hit in every bucket, or in none where one is full."""
        if not self.on or not buckets:
            return []
        if self._line is None:
            return self._local.hit(hit_id, buckets)
        try:
            return await self._shared(self._line, hit_id, buckets)
        except (RedisError, OSError) as error:
            self._away(error)
        return self._local.hit(hit_id, [bucket for bucket in buckets if bucket.vital])

    async def give_back(self, hit_id: str, buckets: Sequence[Bucket]) -> None:
        """Take one hit back, as after a sign-in that was right."""
        if not self.on:
            return
        self._local.give_back(hit_id, buckets)
        if self._line is None:
            return
        try:
            for bucket in buckets:
                await self._ask(self._line, "ZREM", bucket.slot, hit_id)
        except (RedisError, OSError) as error:
            self._away(error)

    async def clear(self, bucket: Bucket) -> None:
        """Forget every hit of a bucket, as after a password was reset."""
        if not self.on:
            return
        self._local.clear(bucket)
        if self._line is None:
            return
        try:
            await self._ask(self._line, "DEL", bucket.slot)
        except (RedisError, OSError) as error:
            self._away(error)

    async def close(self) -> None:
        """Close the connection to Valkey."""
        if self._asking_back is not None:
            self._asking_back.cancel()
            await asyncio.gather(self._asking_back, return_exceptions=True)
        if self._line is not None:
            await self._line.close()

    async def _shared(self, line: "Line", hit_id: str, buckets: Sequence[Bucket]) -> list[Verdict]:
        words: list[str | int] = [len(buckets), *(bucket.slot for bucket in buckets), hit_id]
        for bucket in buckets:
            words += (bucket.limit, bucket.window)
        try:
            said = await self._ask(line, "EVALSHA", _WINDOW_SHA, *words)
        except NoScriptError:
            said = await self._ask(line, "EVAL", _WINDOW, *words)
        rows = (map(int, row.split()) for row in said.split(b";"))
        return [
            Verdict(bucket, bool(allowed), left, reset)
            for bucket, (allowed, left, reset) in zip(buckets, rows, strict=True)
        ]

    async def _ask(self, line: "Line", *words: str | int) -> Any:
        if self._asking_back is not None and not self._asking_back.done():
            raise ConnectionError("Valkey did not answer a moment ago")
        return await self._patiently(line, *words)

    @staticmethod
    async def _patiently(line: "Line", *words: str | int) -> Any:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await line.ask(*words)
        except TimeoutError:
            await line.close()
            raise

    def _away(self, error: Exception) -> None:
        if self._line is not None and (self._asking_back is None or self._asking_back.done()):
            self._asking_back = asyncio.create_task(self._until_back(self._line), name="throttle")
        now = time.monotonic()
        if now >= self._warns_at:
            self._warns_at = now + _WARN_EVERY_S
            _log.warning("rate_limits_suspended", reason=repr(error), kept="sign-in")

    async def _until_back(self, line: "Line") -> None:
        """Ask until Valkey answers, so that a request waits for one that hangs only once."""
        while True:
            await asyncio.sleep(_REST_S)
            try:
                await self._patiently(line, "PING")
            except (RedisError, OSError):
                continue
            _log.info("rate_limits_resumed")
            return


class Line:
    """One connection that carries many questions at once; answers come in their order.

    The client's own way (a pool, retries, a lock for each call) costs some 220 µs of CPU a call,
    this 60. The client still does what is delicate: addresses, TLS, signing in, the protocol.
    """

    def __init__(self, valkey: Redis) -> None:
        pool = valkey.connection_pool
        self._kind: type[AbstractConnection] = pool.connection_class
        # Whoever asks limits the time: a time-out in here would wrap each write in a task.
        self._settings = {**pool.connection_kwargs, "socket_timeout": None}
        self._asked: deque[asyncio.Future[Any]] = deque()
        self._connection: AbstractConnection | None = None
        self._opening = asyncio.Lock()
        self._reader: asyncio.Task[None] | None = None

    async def ask(self, *words: str | int) -> Any:
        """Return Valkey's answer. Raises RedisError or OSError."""
        connection = self._connection or await self._open()
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        try:
            await connection.send_packed_command(_packed(words), check_health=False)
            return await answer
        finally:
            answer.cancel()

    async def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _open(self) -> AbstractConnection:
        async with self._opening:
            if self._connection is None:
                connection = self._kind(**self._settings)
                try:
                    await connection.connect()  # type: ignore[no-untyped-call]
                except BaseException:
                    await connection.disconnect(nowait=True)
                    raise
                self._connection = connection
                self._reader = asyncio.create_task(self._read(connection), name="throttle")
            return self._connection

    async def _read(self, connection: AbstractConnection) -> None:
        fault: Exception = ConnectionError("the connection to Valkey was closed")
        try:
            while True:
                try:
                    said = await connection.read_response(timeout=math.inf)
                except ResponseError as refused:
                    self._answer(refused)
                else:
                    self._answer(said)
        except (RedisError, OSError) as error:
            fault = error
        finally:
            self._connection = None
            while self._asked:
                self._answer(fault)
            await connection.disconnect(nowait=True)

    def _answer(self, said: Any) -> None:
        asked = self._asked.popleft()
        if asked.done():
            return  # its asker lost patience
        if isinstance(said, Exception):
            asked.set_exception(said)
        else:
            asked.set_result(said)


def _packed(words: Sequence[str | int]) -> bytes:
    """Write a command as Valkey reads it."""
    raw = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(raw) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in raw)


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
        left = bucket.limit - len(hits)
        first = hits[max(0, -left)][0] if hits else now
        reset = math.ceil(first + bucket.window - now)
        return Verdict(bucket, left > 0, max(0, left), reset)

    def clear(self, bucket: Bucket) -> None:
        """Forget every hit of a bucket."""
        self._hits.pop(bucket.slot, None)

    def give_back(self, hit_id: str, buckets: Sequence[Bucket]) -> None:
        """Take one hit back."""
        for bucket in buckets:
            hits = self._hits.get(bucket.slot)
            if hits is not None:
                self._hits[bucket.slot] = deque(item for item in hits if item[1] != hit_id)
