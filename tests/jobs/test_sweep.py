"""What nobody ended, the elected process ends; on a database of its own, without a broker."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from taskyard.core.uow import unit_of_work
from taskyard.jobs.engine import workers
from taskyard.jobs.engine.workers import Identity, node
from taskyard.jobs.models import Job
from taskyard.kit.ids import uuid7
from tests.conftest import OpenInstance
from tests.jobs.conftest import Jobs
from tests.world import Account


@pytest.fixture
async def alone(open_other: OpenInstance) -> Jobs:
    """Jobs of an instance without workers; its relay sweeps."""
    instance = await open_other(empty=True, redis_url=None)
    return Jobs(instance.platform, instance.world)


@pytest.fixture
async def someone(alone: Jobs) -> Account:
    """Someone there."""
    return await alone.world.account()


async def swept(jobs: Jobs, job_id: UUID, *states: str) -> Job:
    """Wait until a job is in one of the states."""
    return await jobs.wait(job_id, *states, seconds=15)


async def lose(jobs: Jobs, job_id: UUID) -> None:
    """Let a job's worker hold it, and fall silent."""
    await jobs.do(
        "UPDATE jobs SET state = 'running', attempt = attempt + 1, started_at = now(),"
        " lease_until = now() - interval '1 second', deadline_at = now() + interval '1 hour'"
        " WHERE id = :id",
        id=job_id,
    )


async def test_a_lost_job_is_ready_again(alone: Jobs, someone: Account) -> None:
    job_id = await alone.ask(someone)
    await lose(alone, job_id)
    job = await swept(alone, job_id, "queued")
    assert job.lost == 1
    assert job.errors == 0
    assert job.lease_until is None
    assert job.dispatched_at is None
    _, name, data = (await alone.events(job_id))[-1]
    assert name == "job.queued"
    assert data["because"] == "worker_lost"


async def test_a_job_that_takes_its_workers_along_is_given_up(
    alone: Jobs, someone: Account
) -> None:
    job_id = await alone.ask(someone)
    for lost in (1, 2):
        await lose(alone, job_id)
        assert (await swept(alone, job_id, "queued")).lost == lost
    await lose(alone, job_id)
    job = await swept(alone, job_id, "failed")
    assert job.failure is not None
    assert job.failure["reason"] == "worker_lost"
    assert "3 workers" in job.failure["message"]
    assert [name for _, name, _ in await alone.events(job_id)][-1] == "job.failed"


async def test_a_new_leader_waits_for_those_who_could_not_renew(
    open_other: OpenInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL may have been away: for them too. Only who is known to be dead loses his jobs."""
    monkeypatch.setattr("taskyard.jobs.engine.relay._GRACE_S", 3600.0)
    instance = await open_other(empty=True, redis_url=None)
    jobs = Jobs(instance.platform, instance.world)
    someone = await jobs.world.account()
    silent, dead = [await jobs.ask(someone) for _ in range(2)]
    await lose(jobs, silent)
    await lose(jobs, dead)
    worker_id = uuid7()
    await jobs.do("UPDATE jobs SET lease_worker = :w WHERE id = :id", w=worker_id, id=dead)
    async with unit_of_work(instance.platform.database) as uow:
        await workers.remove(uow.db, worker_id)
    assert (await swept(jobs, dead, "queued")).lost == 1
    await asyncio.sleep(1.5)
    assert (await jobs.get(silent)).state == "running"


async def test_a_lost_job_that_was_to_be_cancelled_is_cancelled(
    alone: Jobs, someone: Account
) -> None:
    job_id = await alone.ask(someone, held=True)
    await alone.do("UPDATE jobs SET cancel_requested = true WHERE id = :id", id=job_id)
    await lose(alone, job_id)
    assert (await swept(alone, job_id, "cancelled", "queued", "failed")).state == "cancelled"


async def test_a_job_is_ready_when_its_time_has_come(alone: Jobs, someone: Account) -> None:
    soon, later = await alone.ask(someone), await alone.ask(someone)
    for job_id, pause in ((soon, "0.5 seconds"), (later, "1 hour")):
        await alone.do(
            "UPDATE jobs SET state = 'waiting',"
            " run_at = now() + CAST(CAST(:pause AS text) AS interval) WHERE id = :id",
            id=job_id,
            pause=pause,
        )
    job = await swept(alone, soon, "queued")
    assert job.run_at is None
    assert job.deadline_at is not None
    assert job.deadline_at > datetime.now(UTC)
    assert (await alone.get(later)).state == "waiting"


@pytest.mark.parametrize("state", ["queued", "waiting"])
async def test_a_job_does_not_wait_for_ever(alone: Jobs, someone: Account, state: str) -> None:
    job_id = await alone.ask(someone)
    await alone.do(
        "UPDATE jobs SET state = :state, deadline_at = now() - interval '1 second' WHERE id = :id",
        id=job_id,
        state=state,
    )
    job = await swept(alone, job_id, "failed")
    assert job.failure is not None
    assert job.failure["reason"] == "queue_timeout"
    assert job.failure["retry_helps"]


async def test_a_job_whose_guardian_failed_is_ended_at_its_deadline(
    alone: Jobs, someone: Account
) -> None:
    job_id = await alone.ask(someone, held=True)
    await alone.do(
        "UPDATE jobs SET started_at = now() - interval '10 minutes',"
        " deadline_at = now() - interval '5 minutes' WHERE id = :id",
        id=job_id,
    )
    job = await swept(alone, job_id, "failed")
    assert job.failure is not None
    assert job.failure["reason"] == "deadline"
    assert "5 minutes" in job.failure["message"]


async def test_a_hint_that_nobody_answered_is_forgotten(alone: Jobs, someone: Account) -> None:
    old, fresh = await alone.ask(someone), await alone.ask(someone)
    for job_id, age in ((old, "61 seconds"), (fresh, "30 seconds")):
        await alone.do(
            "UPDATE jobs SET dispatched_at = now() - CAST(CAST(:age AS text) AS interval)"
            " WHERE id = :id",
            id=job_id,
            age=age,
        )
    job = await alone.wait(old, "queued", when=lambda job: job.dispatched_at is None)
    assert job.dispatched_at is None
    assert (await alone.get(fresh)).dispatched_at is not None


async def test_a_killed_worker_of_this_machine_is_noticed_at_once(
    alone: Jobs, someone: Account
) -> None:
    job_id = await alone.ask(someone, held=True)
    hinted = await alone.ask(someone)
    here, gone, far = Identity.of_this_process(), uuid7(), uuid7()
    for worker_id, where, started in (
        (here.id, here.node, here.pid_started),
        (gone, node(), here.pid_started + 1),
        (far, "another machine", 1),
    ):
        await alone.do(
            "INSERT INTO workers (id, host, node, pid, pid_started, slots)"
            " VALUES (:id, 'h', :node, :pid, :started, 1)",
            id=worker_id,
            node=where,
            pid=here.pid,
            started=started,
        )
    await alone.do("UPDATE jobs SET dispatched_at = now() WHERE id = :id", id=hinted)
    await alone.do("UPDATE jobs SET lease_worker = :gone WHERE id = :id", gone=gone, id=job_id)
    job = await swept(alone, job_id, "queued")
    assert job.lost == 1
    assert (await alone.get(hinted)).dispatched_at is None, "its hints are sent again"
    left = {row.id for row in await alone.rows("SELECT id FROM workers")}
    assert left == {here.id, far}


async def test_of_two_processes_one_leads_and_the_other_follows_it(
    open_other: OpenInstance,
) -> None:
    first = await open_other(empty=True, redis_url=None)
    jobs = Jobs(first.platform, first.world)
    someone = await first.world.account()
    second = await open_other(database_url=first.settings.database_url, redis_url=None)
    here = (
        "FROM pg_locks WHERE locktype = 'advisory' AND objid = 1952543598"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    leaders = f"SELECT count(*) {here}"
    for _ in range(20):
        if (await jobs.rows(leaders))[0][0] == 1:
            break
        await asyncio.sleep(0.1)
    assert (await jobs.rows(leaders))[0][0] == 1
    # The leader's connection dies; one of the two leads again, and sweeps.
    await jobs.rows(f"SELECT pg_terminate_backend(pid) {here}")
    job_id = await jobs.ask(someone)
    await lose(jobs, job_id)
    assert (await swept(jobs, job_id, "queued")).lost == 1
    assert second.platform is not first.platform
