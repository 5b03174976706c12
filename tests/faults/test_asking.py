"""Faults 1 and 2: the API is killed while it is asked for a job, or the broker is away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID, uuid4

import httpx
import pytest

from taskyard.core.queue import BrokerAway, Hint, Hints
from taskyard.jobs.engine.dispatch import QUEUES
from tests.faults.figures import Figures, Row
from tests.faults.modes import BROKER, chances, rounds, within
from tests.faults.off import POINTS
from tests.faults.twins import nowhere, twin
from tests.faults.yard import Yard, until_answered

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

_AT_ONCE = 8


async def asked(client: httpx.AsyncClient, key: str) -> UUID:
    """Ask for a job as clients should: what is not answered is asked again, with the same key."""
    body = {"kind": "drill", "parameters": {"steps": 1}}
    while True:
        answer = await until_answered(
            lambda: client.post("/jobs", json=body, headers={"Idempotency-Key": key})
        )
        if answer.status_code == 202:
            return UUID(answer.json()["data"]["id"])
        # PostgreSQL may not have noticed yet that the first asker is dead.
        assert answer.json()["error"]["code"] == "IDEMPOTENCY_IN_PROGRESS", answer.text
        await asyncio.sleep(0.1)


async def each_key_makes_one_job(
    yard: Yard, row: Row, *, points: tuple[str, ...], random_kills: int, off: tuple[str, ...] = ()
) -> None:
    """Kill the API at these points of a request, and at others that are left to chance."""
    draw = chances("asking")
    someone = await yard.someone()
    told: list[UUID] = []
    async with yard.client(someone) as client:
        for point in points:
            starts = yard.part("api").starts
            with yard.switched(f"die: {point}", *off):
                asking = asyncio.create_task(asked(client, str(uuid4())))
                while yard.part("api").starts == starts:  # noqa: ASYNC110 — a process, no event
                    await asyncio.sleep(0.02)
            killed = time.monotonic()
            with yard.switched(*off):
                told.append(await asking)
            row.recoveries.append(time.monotonic() - killed)
        for _ in range(random_kills):
            batch = [asyncio.create_task(asked(client, str(uuid4()))) for _ in range(_AT_ONCE)]
            await asyncio.sleep(draw.uniform(0.0, 0.2))
            yard.kill_part("api")
            killed = time.monotonic()
            told += await asyncio.gather(*batch)
            row.recoveries.append(time.monotonic() - killed)
    row.kills += len(points) + random_kills
    found = {row.id for row in await yard.rows(_OWNED, owner=someone.id)}
    row.lost += len(set(told) - found)
    row.doubled += len(found) - len(told)
    assert len(told) == len(set(told)) == len(points) + random_kills * _AT_ONCE
    assert found == set(told), "one job for each key, and it is the one that was told"
    await yard.finished(told)
    await yard.hold_to_the_invariants(row, told)


_OWNED = "SELECT id FROM jobs WHERE owner_id = :owner"


async def test_1_a_key_makes_one_job_wherever_the_api_dies(yard: Yard, figures: Figures) -> None:
    row = figures.row("1", "API killed while it is asked for a job")
    await each_key_makes_one_job(yard, row, points=POINTS, random_kills=rounds(short=2, long=50))


@twin("idempotency")
async def test_1_twin(ruined: Yard) -> None:
    await each_key_makes_one_job(
        ruined, nowhere(), points=POINTS[2:], random_kills=0, off=("off: idempotency",)
    )


async def asking_needs_no_broker(
    yard: Yard,
    row: Row,
    *,
    count: int,
    away_s: float = 0,
    patience: float | None = None,
    after_each: Callable[[UUID], Awaitable[None]] | None = None,
) -> None:
    """Ask for jobs while the broker is away; bring it back after so many seconds at least."""
    someone = await yard.someone()
    told: list[UUID] = []
    slowest = 0.0
    valkey = yard.part("valkey")
    async with yard.client(someone) as client:
        with valkey.away():
            row.kills += 1
            for _ in range(count):
                begun = time.monotonic()
                told.append(await asked(client, str(uuid4())))
                slowest = max(slowest, time.monotonic() - begun)
                if after_each is not None:
                    await after_each(told[-1])
            assert slowest < within(1), "asking does not wait for the broker"
            await asyncio.sleep(away_s)
    back = time.monotonic()
    await yard.claimed_since(told, seconds=patience or within(5), what="a claim")
    row.recoveries.append(time.monotonic() - back)
    await yard.finished(told)
    await yard.hold_to_the_invariants(row, told)
    row.note(f"slowest answer {slowest * 1000:.0f} ms")


async def test_2_asking_needs_no_broker(yard: Yard, figures: Figures) -> None:
    row = figures.row("2", "broker away while jobs are asked for")
    await asking_needs_no_broker(
        yard, row, count=rounds(short=10, long=50), away_s=rounds(short=1, long=20)
    )


@twin("the relay: a hint is sent once, after the commit")
@pytest.mark.skipif(BROKER is not None, reason="it is Valkey that is away, not RabbitMQ")
async def test_2_twin(ruined: Yard) -> None:
    hints = Hints(ruined.settings)

    async def send(job_id: UUID) -> None:
        with suppress(BrokerAway):
            await hints.send([Hint(job_id, QUEUES["work"])])

    try:
        with ruined.switched("off: relay"):
            await asking_needs_no_broker(ruined, nowhere(), count=3, patience=5, after_each=send)
    finally:
        await asyncio.to_thread(hints.close)
