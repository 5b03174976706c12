"""Fault 7: everything of the others, mixed, while many people's jobs run."""

import asyncio
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest

from tests.faults.figures import Figures, Row
from tests.faults.modes import BROKER, chances, long_only, rounds, within
from tests.faults.twins import nowhere, twin
from tests.faults.yard import Kill, Yard

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]

VICTIMS = ("pool process", "worker", "postgres", "postgres backend", "api", "valkey")


def drawn(draw: Random, kills: int) -> list[str]:
    """Return whom to kill: each kind as often as the others, in any order."""
    victims = [VICTIMS[n % len(VICTIMS)] for n in range(kills)]
    draw.shuffle(victims)
    return [victim for victim in victims if BROKER is None or victim != "valkey"]


async def a_storm_loses_and_doubles_nothing(
    yard: Yard, row: Row, *, jobs: int, victims: list[str], seconds: float
) -> None:
    """Kill one after the other; then count."""
    draw = chances("storm")
    people = [await yard.someone() for _ in range(4)]
    told = [
        await yard.ask(draw.choice(people), steps=4, pause=draw.uniform(0.1, 0.3))
        for _ in range(jobs)
    ]
    kills = []
    for victim in victims:
        await asyncio.sleep(draw.uniform(0.8, 2.4))
        kill = await yard.kill_any(victim)
        kills += [kill] if kill is not None else []
    await yard.finished(told, seconds=seconds)
    await yard.recovered(row, kills, told)
    lost = await given_up(yard, told, kills)
    await yard.hold_to_the_invariants(row, lost, state="failed")
    await yard.hold_to_the_invariants(row, set(told) - lost)
    if lost:
        row.note(f"{len(lost)} given up, each hit three times")


async def given_up(yard: Yard, told: list[UUID], kills: list[Kill]) -> set[UUID]:
    """Return the jobs that three workers died on, and hold each of these deaths to be our doing."""
    found = set()
    for job in await yard.rows(_GIVEN_UP, ids=told):
        found.add(job.id)
        for begun, over in pairwise([*job.starts, job.finished_at]):
            hits = [kill for kill in kills if begun < kill.at < over]
            assert any(
                kill.victim == "worker" or job.id in {held for held, _ in kill.held}
                for kill in hits
            ), f"{job.id} was given up, but nobody killed the attempt that began at {begun}"
    return found


_GIVEN_UP = """
SELECT jobs.id, jobs.finished_at, array_agg(job_events.at ORDER BY seq) AS starts
  FROM jobs JOIN job_events ON job_events.job_id = jobs.id AND job_events.name = 'job.started'
 WHERE jobs.id = ANY(:ids) AND jobs.failure->>'reason' = 'worker_lost' AND jobs.lost = 3
 GROUP BY jobs.id
"""


async def test_7_a_storm_loses_and_doubles_nothing(yard: Yard, figures: Figures) -> None:
    row = figures.row("7", "all of these mixed, in a storm")
    victims = drawn(chances("victims"), rounds(short=6, long=40))
    await a_storm_loses_and_doubles_nothing(
        yard,
        row,
        jobs=rounds(short=24, long=200),
        victims=victims,
        seconds=within(rounds(short=60, long=300)),
    )


@long_only
@twin("relay and sweeper")
async def test_7_twin(ruined: Yard) -> None:
    with ruined.switched("off: relay", "off: sweeper"):
        await a_storm_loses_and_doubles_nothing(
            ruined, nowhere(), jobs=4, victims=["valkey"], seconds=5
        )
