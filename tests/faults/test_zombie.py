"""Fault 8: an attempt is frozen, another takes its job over, and the first wakes up."""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psutil
import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.uow import unit_of_work
from taskyard.jobs.engine import fence, outcome, states
from taskyard.jobs.engine.fence import Fenced, Write
from taskyard.jobs.engine.journal import Journal
from taskyard.jobs.engine.states import Claim, Claimed, Hand
from taskyard.jobs.errors import LeaseLost
from taskyard.jobs.models import Job
from tests.faults.figures import Figures
from tests.faults.modes import LEASE_S, long_only, rounds, within
from tests.faults.twins import twin
from tests.faults.yard import Yard
from tests.world.instances import until_blocking

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

_LATE = """
SELECT count(*) FROM job_events AS late WHERE job_id = :id AND attempt = 1 AND seq >
  (SELECT seq FROM job_events WHERE job_id = :id AND name = 'job.started' AND attempt = 2)
"""


async def pid_of(yard: Yard, job_id: UUID) -> int:
    """Return the process that is at work on a job."""
    return next(pid for job, _, pid in await yard.busy() if job == job_id)


async def test_8_a_frozen_process_wakes_up_to_find_its_job_gone(
    yard: Yard, figures: Figures
) -> None:
    """It stands still for two leases, in the middle of a write: its transaction holds the job."""
    row = figures.row("8", "process of the pool frozen for two leases")
    someone = await yard.someone()
    told = []
    for _ in range(rounds(short=1, long=12)):
        job_id = await yard.ask(someone, steps=30, pause=0.25)
        told.append(job_id)
        await yard.under_way(job_id)
        pid = await pid_of(yard, job_id)
        async with yard.platform.database.session() as db:
            await db.execute(text("LOCK TABLE job_events IN EXCLUSIVE MODE"))
            await until_blocking(db)
            frozen = psutil.Process(pid)
            frozen.suspend()
            kill = yard.note("frozen process", ((job_id, 1),))
        try:
            taken = await yard.wait(
                job_id,
                lambda job: job.attempt == 2 and job.progress > 0,
                "taken over",
                seconds=within(2 * LEASE_S + 5),
            )
            assert taken.lost == 1
        finally:
            frozen.resume()
        await yard.finished([job_id])
        assert (await yard.rows(_LATE, id=job_id))[0][0] == 0, "a word of the first afterwards"
        assert (await yard.jobs.get(job_id)).attempt == 2
        await yard.recovered(row, [kill], [job_id])
    await yard.hold_to_the_invariants(row, told)


@long_only
async def test_a_frozen_leader_gives_way(yard: Yard, figures: Figures) -> None:
    """Its connection stays open, and with it the lock that makes it the leader."""
    row = figures.row("–", "elected process frozen")
    someone = await yard.someone()
    leader = yard.leader()
    process = psutil.Process(leader.pid)
    process.suspend()
    try:
        kill = yard.note("leader")
        told = [await yard.ask(someone, steps=1)]
        await yard.finished(told, seconds=within(25))
    finally:
        process.resume()
    row.kills += 1
    query = "SELECT extract(epoch FROM max(at) - :at) FROM job_events WHERE job_id = ANY(:ids)"
    row.recoveries.append(float((await yard.rows(query, at=kill.at, ids=told))[0][0]))
    await yard.hold_to_the_invariants(row, told)


@pytest.fixture
async def claimed(yard: Yard) -> AsyncIterator[Callable[[UUID], Any]]:
    """Claims a job as a worker would, in this process."""

    async def claim(job_id: UUID) -> Claimed:
        by = Claim(uuid4(), str(uuid4()), timedelta(hours=1), slots=None)
        async with unit_of_work(yard.platform.database) as uow:
            got = await uow.db.run_sync(
                lambda db: states.claim(
                    Hand(db, uow.emit), job_id, by, lambda _: timedelta(hours=1)
                )
            )
        assert got is not None
        return got

    yield claim
    await yard.jobs.do(
        "UPDATE jobs SET state = 'cancelled', lease_until = NULL"
        " WHERE state = 'running' AND lease_until > now() + interval '1 minute'"
    )


async def write_effect(yard: Yard, claimed: Claimed) -> None:
    """Do something as an attempt, in the transaction of a word in its journal."""
    journal = Journal(
        yard.platform, yard.platform.bus, claimed, is_lost=lambda: False, finished_steps={}
    )

    async def enter(db: AsyncSession) -> None:
        await db.execute(
            text("INSERT INTO drill_ledger VALUES (:id, 'effect', :attempt, 0)"),
            {"id": claimed.job_id, "attempt": claimed.attempt},
        )

    await journal.write(Write(lambda _: [("job.log", {"lines": []})], 1, effect=enter))


async def a_zombie_writes_nothing(
    yard: Yard, claim: Callable[[UUID], Any], *, paused: Callable[[Callable[[], Any]], None]
) -> None:
    """Pause an attempt between its reading and its writing; another does the work meanwhile."""
    someone = await yard.someone(tier="free")
    await yard.jobs.ask(someone, held=True)
    job_id = await yard.jobs.ask(someone)
    old = await claim(job_id)

    async def take_over() -> None:
        async with unit_of_work(yard.platform.database) as uow:
            await uow.db.run_sync(
                lambda db: states.settle_attempt(
                    Hand(db, uow.emit), job_id, old.attempt, outcome.worker_lost()
                )
            )
        await write_effect(yard, await claim(job_id))

    paused(take_over)
    with contextlib.suppress(LeaseLost):
        await write_effect(yard, old)
    entered = await yard.rows(
        "SELECT attempt FROM drill_ledger WHERE job_id = :id AND what = 'effect'", id=job_id
    )
    assert [row.attempt for row in entered] == [2], "the effect happened once"


async def test_8_a_zombie_paused_between_reading_and_writing_writes_nothing(
    yard: Yard, figures: Figures, claimed: Callable[[UUID], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = figures.row("8", "zombie paused between reading and writing")
    passing = fence.pass_fence

    def paused(meanwhile: Callable[[], Any]) -> None:
        async def late(db: AsyncSession, *rest: Any) -> Fenced | None:
            monkeypatch.setattr(fence, "pass_fence", passing)
            # It has read that the job is its own; now it is about to write.
            await meanwhile()
            return await passing(db, *rest)

        monkeypatch.setattr(fence, "pass_fence", late)

    for _ in range(rounds(short=5, long=200)):
        await a_zombie_writes_nothing(yard, claimed, paused=paused)
        row.kills += 1
        row.jobs += 1


@twin("the fence: it looks whether the job is still its own, and then writes")
async def test_8_twin(
    ruined: Yard, claimed: Callable[[UUID], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look_then_write(
        db: AsyncSession, job_id: UUID, attempt: int, _: int, write: Write
    ) -> Fenced | None:
        job = await db.get_one(Job, job_id)
        if job.attempt != attempt or job.state != "running":
            raise LeaseLost
        await db.rollback()
        if waiting:
            await waiting.pop()()
        found = (
            await db.execute(
                update(Job)
                .where(Job.id == job_id)
                .values(next_seq=Job.next_seq + write.count)
                .returning(Job.next_seq)
            )
        ).one()
        return Fenced(found[0] - write.count, 0, 0.0)

    waiting: list[Callable[[], Any]] = []
    monkeypatch.setattr(fence, "pass_fence", look_then_write)
    await a_zombie_writes_nothing(ruined, claimed, paused=waiting.append)
