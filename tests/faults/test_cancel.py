"""Fault 11: a job is cancelled while it waits, works, hears nothing, or is just about to end."""

import asyncio
import time
from functools import partial
from uuid import UUID

import httpx
import pytest

from tests.faults.figures import Figures, Row
from tests.faults.modes import LEASE_S, chances, long_only, rounds, within
from tests.faults.twins import nowhere, twin
from tests.faults.yard import Yard

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

_AT_ONCE = 10
_LATE = """
SELECT count(*) FROM drill_ledger JOIN job_events ON job_events.job_id = drill_ledger.job_id
 WHERE drill_ledger.job_id = ANY(:ids) AND job_events.name = 'job.cancelled'
   AND drill_ledger.at > job_events.at
"""
_FINISHED = "SELECT job_id FROM drill_ledger WHERE job_id = ANY(:ids) AND what = 'finished'"


async def cancelled_within(
    yard: Yard, client: httpx.AsyncClient, job_id: UUID, seconds: float
) -> float:
    """Cancel a job, and return how many seconds that took; it may take so many."""
    begun = time.monotonic()
    assert (await client.delete(f"/jobs/{job_id}")).status_code == 200
    job = await yard.wait(
        job_id, lambda job: job.finished_at is not None, "cancelled", seconds=within(seconds)
    )
    assert job.state == "cancelled"
    return time.monotonic() - begun


@long_only
async def test_11_a_cancel_is_heeded_in_every_state(yard: Yard, figures: Figures) -> None:
    row = figures.row("11", "job cancelled: queued, at work, deaf")
    someone = await yard.someone(tier="free")
    for _ in range(5):
        deaf = await yard.ask(someone, steps=3, pause=0.2, then="block")
        queued = await yard.ask(someone, steps=1)
        await yard.under_way(deaf)
        # Its steps are over by then, and nothing gets through to it any more.
        await asyncio.sleep(1)
        async with yard.client(someone) as client:
            took = [await cancelled_within(yard, client, queued, 2)]
            took.append(await cancelled_within(yard, client, deaf, 20))
            willing = await yard.ask(someone, steps=100, pause=0.25)
            await yard.under_way(willing)
            took.append(await cancelled_within(yard, client, willing, LEASE_S / 3 + 2))
        told = [queued, deaf, willing]
        await asyncio.sleep(1)
        assert (await yard.rows(_LATE, ids=told))[0][0] == 0, "an effect after the end"
        await yard.hold_to_the_invariants(row, told, state="cancelled")
        row.recoveries += took


async def what_was_told_happened(
    yard: Yard, row: Row, *, count: int, latest_s: float = 0.3, pause: float = 0.05
) -> None:
    """Cancel jobs about when they end: accepted means cancelled, refused means completed."""
    draw = chances("cancelling")
    people = [await yard.someone() for _ in range(_AT_ONCE)]
    told: dict[UUID, bool] = {}

    async def race(client: httpx.AsyncClient) -> None:
        body = {"kind": "drill", "parameters": {"steps": 1, "pause": pause}}
        answer = await client.post("/jobs", json=body)
        job_id = UUID(answer.json()["data"]["id"])
        await yard.wait(job_id, lambda job: job.state != "queued", "taken")
        await asyncio.sleep(draw.uniform(0, latest_s))
        answer = await client.delete(f"/jobs/{job_id}")
        assert answer.status_code in {200, 409}, answer.text
        told[job_id] = answer.status_code == 200

    async def race_on(number: int) -> None:
        async with yard.client(people[number]) as client:
            for _ in range(number, count, _AT_ONCE):
                await race(client)

    await asyncio.gather(*map(race_on, range(_AT_ONCE)))
    await yard.finished(told)
    accepted = [job_id for job_id, was in told.items() if was]
    refused = [job_id for job_id, was in told.items() if not was]
    await yard.hold_to_the_invariants(row, accepted, state="cancelled")
    await yard.hold_to_the_invariants(row, refused)
    finished = {one.job_id for one in await yard.rows(_FINISHED, ids=list(told))}
    assert finished == set(refused), "the end's own effect is there where the job is completed"
    row.note(f"{len(accepted)} cancelled, {len(refused)} completed")


async def test_11_a_cancel_that_meets_the_end_wins_or_loses(yard: Yard, figures: Figures) -> None:
    row = figures.row("11", "cancel racing the end")
    await what_was_told_happened(yard, row, count=rounds(short=40, long=200))


@twin("the end asking whether it was cancelled meanwhile")
async def test_11_twin(ruined: Yard) -> None:
    with ruined.switched("off: asking at the end"):
        # Cancelled in their first moments, and done before their guardian looks.
        race = partial(what_was_told_happened, latest_s=0.0, pause=0.4)
        await race(ruined, nowhere(), count=_AT_ONCE)
