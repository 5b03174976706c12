"""Fault 6: PostgreSQL is killed, held away, or hangs."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
import pytest

from tests.faults.figures import Figures, Row
from tests.faults.modes import SHORT, chances, rounds, within
from tests.faults.twins import nowhere, twin
from tests.faults.yard import Yard
from tests.world import Account

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

#: Within this the API says that the database is away, and so soon it works again by itself.
_SAYS_SO_S = 5
_WELL_AGAIN_S = 15
#: Without a bad answer for so long, it is well.
_FOR_GOOD_S = 0.5


@dataclass
class Watch:
    """Somebody who calls the API all the time, and what they saw."""

    client: httpx.AsyncClient
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    #: When the API last answered well, and when it last did not, by the monotonic clock.
    well_at: float = 0.0
    ill_at: float = 0.0

    async def call(self) -> None:
        """Call once, and note the answer."""
        begun = time.monotonic()
        with suppress(httpx.ConnectError):
            status = (await self.client.get("/jobs")).status_code
            self.statuses[status] += 1
            if status == 200:
                self.well_at = time.monotonic()
            else:
                self.ill_at = time.monotonic()
        self.slowest = max(self.slowest, time.monotonic() - begun)

    async def go_on(self) -> None:
        """Call until cancelled."""
        while True:
            await self.call()
            await asyncio.sleep(0.1)

    async def well_after(self, then: float) -> float:
        """Return how long after `then` the last answer came that was not a good one."""
        while self.well_at < max(then, self.ill_at) + _FOR_GOOD_S:
            waited = time.monotonic() - then
            assert waited < within(_WELL_AGAIN_S), f"not well {waited:.0f} s after"
            await asyncio.sleep(0.02)
        return max(0.0, self.ill_at - then)


@asynccontextmanager
async def watching(yard: Yard, someone: Account) -> AsyncIterator[Watch]:
    """Have ten callers call for the block: more than one uses the API at a time."""
    async with yard.client(someone) as client:
        watch = Watch(client)
        callers = [asyncio.create_task(watch.go_on()) for _ in range(10)]
        try:
            yield watch
        finally:
            for caller in callers:
                caller.cancel()
            await asyncio.gather(*callers, return_exceptions=True)


async def a_database_that_dies_is_waited_for(
    yard: Yard, row: Row, *, kills: int, away_s: float
) -> None:
    """Kill the postmaster or a backend, or hold PostgreSQL away, while jobs run."""
    draw = chances("postgres")
    people = [await yard.someone() for _ in range(2)]
    starts = (yard.part("api").starts, yard.part("worker").starts)
    told = [
        await yard.ask(people[n % 2], steps=8, pause=0.25)
        for n in range(6 * kills if SHORT else 80)
    ]
    async with watching(yard, people[0]) as watch:
        done = []
        victims = [("postgres", "postgres backend")[n % 2] for n in range(kills)]
        for victim in victims:
            await asyncio.sleep(draw.uniform(1.0, 2.0))
            kill = await yard.kill_any(victim)
            assert kill is not None
            done.append(kill)
            row.recoveries.append(await watch.well_after(time.monotonic()))
        with yard.part("postgres").away():
            row.kills += 1
            await asyncio.sleep(away_s)
            begun = time.monotonic()
            async with yard.client() as other:
                answer = await other.post(
                    "/auth/login", json={"email": "a@example.com", "password": "x"}
                )
            assert answer.status_code == 503, answer.text
            assert time.monotonic() - begun < within(_SAYS_SO_S)
        back = time.monotonic()
        row.recoveries.append(await watch.well_after(back))
        await yard.finished(told)
    row.kills += len(done)
    await yard.hold_to_the_invariants(row, told)
    assert set(watch.statuses) <= {200, 503}, watch.statuses
    assert watch.slowest < within(_SAYS_SO_S)
    assert (yard.part("api").starts, yard.part("worker").starts) == starts, "by themselves"
    row.note(f"slowest answer {watch.slowest:.1f} s, {dict(watch.statuses)}")


async def test_6_a_database_that_dies_is_waited_for(yard: Yard, figures: Figures) -> None:
    row = figures.row("6", "PostgreSQL killed: postmaster, backend; held away")
    await a_database_that_dies_is_waited_for(
        yard, row, kills=rounds(short=2, long=20), away_s=rounds(short=1, long=10)
    )


@twin("knowing an outage from a fault of ours")
async def test_6_twin(ruined: Yard) -> None:
    with ruined.switched("off: 503"):
        await a_database_that_dies_is_waited_for(ruined, nowhere(), kills=0, away_s=0.5)


async def test_a_database_that_hangs_is_said_to_be_away(yard: Yard, figures: Figures) -> None:
    row = figures.row("6", "PostgreSQL hangs")
    someone = await yard.someone()
    told = [await yard.ask(someone, steps=16, pause=0.25) for _ in range(3)]
    for job_id in told:
        await yard.under_way(job_id)
    async with watching(yard, someone) as watch:
        await asyncio.sleep(0.5)
        with yard.part("postgres").frozen():
            row.kills += 1
            await asyncio.sleep(rounds(short=6, long=20))
            assert watch.statuses[503] > 0
        row.recoveries.append(await watch.well_after(time.monotonic()))
        await yard.finished(told)
    assert set(watch.statuses) <= {200, 503}, watch.statuses
    assert watch.slowest < within(_SAYS_SO_S)
    await yard.hold_to_the_invariants(row, told)
    row.note(f"slowest answer {watch.slowest:.1f} s")
