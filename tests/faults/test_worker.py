"""Faults 4, 5 and 10: processes of the worker are killed, or kill themselves."""

import asyncio
import os
import signal
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import psutil
import pytest

from tests.faults.figures import Figures, Row
from tests.faults.modes import LEASE_S, long_only, rounds, within
from tests.faults.twins import nowhere, twin
from tests.faults.yard import Yard

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]


async def at_work(yard: Yard, count: int) -> list[UUID]:
    """Have so many jobs at work, each past its first step."""
    people = [await yard.someone() for _ in range(2)]
    told = [await yard.ask(people[n % 2], steps=16, pause=0.25) for n in range(count)]
    for job_id in told:
        await yard.under_way(job_id)
    return told


async def a_killed_child_is_noticed(
    yard: Yard, row: Row, *, kills: int, patience: float = LEASE_S + 10
) -> None:
    """Kill a process of the pool in the middle of its job, again and again."""
    told: list[UUID] = []
    done = []
    for _ in range(kills):
        [job_id] = await at_work(yard, 1)
        told.append(job_id)
        kill = await yard.kill_busy_child(job_id)
        assert kill is not None
        done.append(kill)
        await yard.wait(job_id, lambda job: job.attempt == 2, "taken up again", seconds=patience)
    await yard.finished(told)
    await yard.recovered(row, done, told)
    await yard.hold_to_the_invariants(row, told)
    assert sorted(row.recoveries)[len(row.recoveries) // 2] < within(5)


async def test_4_a_killed_child_is_noticed(yard: Yard, figures: Figures) -> None:
    row = figures.row("4", "busy process of the pool killed")
    await a_killed_child_is_noticed(yard, row, kills=rounds(short=2, long=25))


@twin("the sweeper")
async def test_4_twin(ruined: Yard) -> None:
    with ruined.switched("off: sweeper"):
        await a_killed_child_is_noticed(ruined, nowhere(), kills=1, patience=LEASE_S)


async def nothing_outlives_the_worker(yard: Yard, row: Row, *, kills: int) -> None:
    """Kill the worker's first process while its pool is at work."""
    for _ in range(kills):
        told = await at_work(yard, 3)
        family = yard.part("worker").family()
        kill = await yard.kill_worker()
        try:
            await asyncio.sleep(3)
            late = await yard.rows(
                "SELECT pid, what FROM drill_ledger WHERE pid = ANY(:pids) AND at > :then",
                pids=[process.pid for process in family],
                then=kill.at + timedelta(seconds=1),
            )
            assert not late, "an effect of a process whose worker is dead"
        finally:
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        await yard.finished(told)
        await yard.recovered(row, [kill], told)
        await yard.hold_to_the_invariants(row, told)


async def test_5_nothing_outlives_the_worker(yard: Yard, figures: Figures) -> None:
    row = figures.row("5", "worker killed with its pool at work")
    await nothing_outlives_the_worker(yard, row, kills=rounds(short=1, long=15))


@twin("the kernel ending the pool with its parent")
async def test_5_twin(ruined: Yard) -> None:
    with ruined.switched("off: dying with the parent"):
        # The next worker reads that when it starts.
        ruined.part("worker").kill()
        await ruined.well()
    with ruined.switched("off: sweeper"):
        await nothing_outlives_the_worker(ruined, nowhere(), kills=1)


async def a_poisonous_job_is_given_up(yard: Yard, row: Row) -> None:
    """Run a job that kills its own process, beside others."""
    someone = await yard.someone()
    others = [await yard.ask(someone, steps=6, pause=0.3) for _ in range(3)]
    starts = yard.part("worker").starts
    poison = await yard.ask(someone, steps=1, then="die", until_attempt=3)
    job = await yard.wait(
        poison, lambda job: job.finished_at is not None or job.attempt > 3, "given up"
    )
    assert (job.state, job.attempt, job.lost) == ("failed", 3, 3)
    assert job.failure is not None
    assert job.failure["reason"] == "worker_lost"
    row.kills += 3
    await yard.hold_to_the_invariants(row, [poison], state="failed")
    await yard.finished(others)
    await yard.hold_to_the_invariants(row, others)
    assert yard.part("worker").starts == starts, "the worker lives on"
    async with yard.client(someone) as client:
        assert (await client.post(f"/jobs/{poison}/retry")).status_code == 200
    job = await yard.wait(poison, lambda job: job.state == "completed", "a retry works")
    assert job.attempt == 4


async def test_10_a_poisonous_job_is_given_up(yard: Yard, figures: Figures) -> None:
    row = figures.row("10", "job that kills its own process")
    await a_poisonous_job_is_given_up(yard, row)


@twin("giving up after three")
async def test_10_twin(ruined: Yard) -> None:
    with ruined.switched("off: giving up"):
        await a_poisonous_job_is_given_up(ruined, nowhere())


async def test_a_worker_that_is_stopped_hands_its_jobs_back(yard: Yard, figures: Figures) -> None:
    row = figures.row("–", "worker stopped for a new release")
    told = await at_work(yard, 2)
    worker = yard.part("worker")
    starts = worker.starts
    worker.signal(signal.SIGTERM)
    while worker.starts == starts:  # noqa: ASYNC110 — a process, no event
        await asyncio.sleep(0.05)
    await yard.finished(told)
    await yard.hold_to_the_invariants(row, told)
    for job_id in told:
        job = await yard.jobs.get(job_id)
        assert (job.lost, job.errors, job.attempt) == (0, 0, 2), "a deploy counts for nothing"


@long_only
async def test_a_worker_that_hears_nothing_is_started_again(yard: Yard, figures: Figures) -> None:
    row = figures.row("–", "consumer frozen: the worker hears nothing")
    worker = yard.part("worker")
    starts = worker.starts
    consumer = worker.family()[0].children()[0]
    os.kill(consumer.pid, signal.SIGSTOP)
    someone = await yard.someone()
    told = [await yard.ask(someone, steps=1)]
    await yard.finished(told)
    assert worker.starts > starts
    await yard.hold_to_the_invariants(row, told)
