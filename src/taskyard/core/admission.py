"""Which rates one request is counted in, and what its answer says of them.

A request is counted once, as soon as it is known who calls: when the caller is recognised, when a
public route begins, or, where neither came about, when the request is refused. The route's own
rate is counted in the same question to Valkey. Only a request with an idempotency key has that
counted later, since a replay is free.
"""

import time
from typing import Final
from uuid import UUID

from starlette.requests import HTTPConnection

from taskyard.core.addresses import client_address, site_of
from taskyard.core.limits import ADDRESS, INVALID, SESSION, USER, RateLimitExceeded
from taskyard.core.throttle import Bucket, Throttle, Verdict, refusal_of
from taskyard.kit.errors import TaskyardError
from taskyard.kit.ids import uuid7

#: What a route without a rate of its own declares, and one that is not counted at all.
GENERAL: Final = USER
EXEMPT: Final = "none"
_KEY: Final = "taskyard.admission"


class Admission:
    """What one request has been counted in so far."""

    def __init__(self, connection: HTTPConnection, throttle: Throttle) -> None:
        self._connection = connection
        self._throttle = throttle
        self._hit_id = connection.scope.get("request_id") or str(uuid7())
        self._route: str | None = None
        self._waits = False
        self._counted = not throttle.on
        self._caller: tuple[str, str] | None = None
        self._hits: list[Bucket] = []
        self._verdicts: list[Verdict] = []

    def enter(self, bucket: str, *, later: bool) -> None:
        """Note which route the request found, and whether its own rate is to wait."""
        self._counted = self._counted or bucket == EXEMPT
        self._route = None if bucket == GENERAL else bucket
        self._waits = later

    async def account(self, user_id: UUID, tier: str, *, session_id: UUID | None) -> None:
        """Count for an account; for its session, where the web app's cookie came."""
        self._caller = (str(user_id), tier)
        if session_id is not None:
            await self._first(self._throttle.bucket(SESSION, str(session_id), tier))
        else:
            await self._first(self._throttle.bucket(USER, str(user_id), tier))

    async def stranger(self) -> None:
        """Count for the address of a caller without a credential."""
        if not self._counted:
            await self._first(self._by_address(ADDRESS))

    async def suspect(self) -> None:
        """Count for the address of a caller with a bad credential, or in search of addresses."""
        if not self._counted:
            await self._first(self._by_address(INVALID), self._by_address(ADDRESS))

    async def route(self) -> None:
        """Count the route's own rate, where it had to wait."""
        if self._waits:
            self._waits = False
            await self._count(self._own())

    async def also(self, rate: str, key: str | None = None) -> None:
        """Count in a further rate that the handler alone knows of; for the caller by default."""
        if self._throttle.on:
            await self._count([self._throttle.bucket(rate, key) if key else self._of_caller(rate)])

    async def forgive(self, rate: str) -> None:
        """Take this request's hit in a rate back."""
        await self._throttle.give_back(self._hit_id, [b for b in self._hits if b.name == rate])
        self._hits = [bucket for bucket in self._hits if bucket.name != rate]
        self._verdicts = [said for said in self._verdicts if said.bucket.name != rate]

    async def refusing(self, error: TaskyardError) -> TaskyardError:
        """Count a request that is about to be refused; return what to refuse it with."""
        try:
            await self.stranger()
        except RateLimitExceeded as exceeded:
            return exceeded
        return error

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return what the answer says: all rates, and the tightest in the widespread way."""
        if not self._verdicts:
            return []
        tightest = min(self._verdicts, key=lambda said: said.remaining / said.bucket.limit)
        policy = ", ".join(
            f'"{said.bucket.name}";q={said.bucket.limit};w={said.bucket.window}'
            for said in self._verdicts
        )
        state = ", ".join(
            f'"{said.bucket.name}";r={said.remaining};t={said.reset}' for said in self._verdicts
        )
        until = int(time.time()) + tightest.reset
        return [
            (b"x-ratelimit-limit", b"%d" % tightest.bucket.limit),
            (b"x-ratelimit-remaining", b"%d" % tightest.remaining),
            (b"x-ratelimit-reset", b"%d" % until),
            (b"ratelimit-policy", policy.encode()),
            (b"ratelimit", state.encode()),
        ]

    async def _first(self, *general: Bucket) -> None:
        if self._counted:
            return
        self._counted = True
        await self._count([*general, *([] if self._waits else self._own())])

    async def _count(self, buckets: list[Bucket]) -> None:
        """Count, or raise RateLimitExceeded and have the request counted in nothing at all."""
        verdicts = await self._throttle.hit(self._hit_id, buckets)
        self._verdicts += verdicts
        refusal = refusal_of(verdicts)
        if refusal is not None:
            await self._throttle.give_back(self._hit_id, self._hits)
            raise refusal
        self._hits += buckets

    def _own(self) -> list[Bucket]:
        if self._route is None:
            return []
        per = self._throttle.rates[self._route].per
        if per == "address":
            return [self._by_address(self._route)]
        return [self._of_caller(self._route)] if per == "account" else []

    def _of_caller(self, rate: str) -> Bucket:
        if self._caller is None:
            return self._by_address(rate)
        return self._throttle.bucket(rate, *self._caller)

    def _by_address(self, rate: str) -> Bucket:
        return self._throttle.bucket(rate, site_of(client_address(self._connection)))


def admission_of(connection: HTTPConnection) -> Admission:
    """Return a request's admission; the first to ask makes it."""
    found: Admission | None = connection.scope.get(_KEY)
    if found is None:
        found = Admission(connection, connection.app.state.platform.throttle)
        connection.scope[_KEY] = found
    return found


def headers_of(connection: HTTPConnection) -> list[tuple[bytes, bytes]]:
    """Return the headers that say what a request was counted in; none where it was not."""
    found: Admission | None = connection.scope.get(_KEY)
    return found.headers() if found is not None else []
