"""Faults 3 and 9: the broker forgets its hints, or they come more than once."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from taskyard.core.queue import Hint, Hints
from taskyard.jobs.engine.dispatch import QUEUES
from tests.faults.figures import Figures, Row
from tests.faults.modes import BROKER, chances, long_only, rounds, within
from tests.faults.twins import nowhere, twin
from tests.faults.yard import Yard

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]


async def queued(yard: Yard, count: int) -> list[UUID]:
    """Ask for jobs of several people, so that there is always one whose turn it is."""
    people = [await yard.someone() for _ in range(4)]
    return [await yard.ask(people[n % 4], steps=2, pause=0.15) for n in range(count)]


async def a_wiped_broker_stops_nothing(
    yard: Yard, row: Row, told: list[UUID], *, wipes: int, patience: float | None = None
) -> None:
    """Kill a broker that keeps nothing, again and again, while jobs are queued."""
    draw = chances("wipes")
    for _ in range(wipes):
        await asyncio.sleep(draw.uniform(0.2, 0.8))
        kill = yard.kill_part("valkey")
        # Hints that were taken before the kill may still start something within that second.
        later = kill.at + timedelta(seconds=1)
        await yard.claimed_since(told, later, seconds=patience or within(6), what="a claim")
        row.kills += 1
        row.recoveries.append((datetime.now(UTC) - kill.at).total_seconds())
    await yard.finished(told)
    await yard.hold_to_the_invariants(row, told)
    again = await yard.rows("SELECT id FROM jobs WHERE id = ANY(:ids) AND attempt <> 1", ids=told)
    assert not again, "no job that ran was started again"


@pytest.mark.skipif(BROKER is not None, reason="RabbitMQ keeps its queues")
async def test_3_a_wiped_broker_stops_nothing(yard: Yard, figures: Figures) -> None:
    row = figures.row("3", "broker killed, and everything in it gone")
    told = await queued(yard, rounds(short=40, long=200))
    await a_wiped_broker_stops_nothing(yard, row, told, wipes=rounds(short=2, long=5))


@long_only
@twin("the relay: hints are sent once, after the commit")
@pytest.mark.skipif(BROKER is not None, reason="RabbitMQ keeps its queues")
async def test_3_twin(ruined: Yard) -> None:
    hints = Hints(ruined.settings)
    try:
        with ruined.switched("off: relay"):
            told = await queued(ruined, 20)
            await hints.send([Hint(job_id, QUEUES["work"]) for job_id in told])
            await a_wiped_broker_stops_nothing(ruined, nowhere(), told, wipes=1, patience=6)
    finally:
        await asyncio.to_thread(hints.close)


async def a_doubled_hint_starts_one_attempt(
    yard: Yard, row: Row, *, count: int, pause: float = 0.2
) -> None:
    """Publish each hint five times from each of three clients."""
    someone = await yard.someone()
    clients = [Hints(yard.settings) for _ in range(3)]
    try:
        for client in clients:
            # Connected before, so that the doubles come while the jobs are at work.
            await client.send([])
        told = [await yard.ask(someone, steps=2, pause=pause) for _ in range(count)]
        for _ in range(5):
            for client in clients:
                await client.send([Hint(job_id, QUEUES["work"]) for job_id in told])
        await yard.finished(told)
        # Also once the last of the doubles was looked at.
        await yard.finished([await yard.ask(someone, steps=1)])
    finally:
        for client in clients:
            await asyncio.to_thread(client.close)
    claims = await yard.rows(
        "SELECT count(*) FROM job_events WHERE job_id = ANY(:ids) AND name = 'job.started'",
        ids=told,
    )
    row.note(f"{15 * count} hints beside the relay's, {claims[0][0]} claims")
    assert claims[0][0] == count, "one claim for each job"
    await yard.hold_to_the_invariants(row, told)


async def test_9_a_doubled_hint_starts_one_attempt(yard: Yard, figures: Figures) -> None:
    row = figures.row("9", "each hint 16 times")
    await a_doubled_hint_starts_one_attempt(yard, row, count=rounds(short=8, long=100))


@twin("the claim asking whether the job is still queued")
async def test_9_twin(ruined: Yard) -> None:
    # One job, so that a process of the pool has nothing to do but to look at its doubles.
    with ruined.switched("off: claim"):
        await a_doubled_hint_starts_one_attempt(ruined, nowhere(), count=1, pause=1)
