"""Cancelling jobs that a real worker runs, whatever they are busy with."""

import asyncio

import pytest

from tests.conftest import Api
from tests.jobs.conftest import Jobs
from tests.jobs.hands import WorkerProcess, until
from tests.world import Account, World


@pytest.fixture
async def someone(world: World) -> Account:
    """Someone of the highest tier."""
    return await world.account()


@pytest.mark.usefixtures("worker")
async def test_a_running_job_stops_within_seconds(jobs: Jobs, someone: Account, api: Api) -> None:
    job_id = await jobs.ask(someone, steps=100, pause=0.2)
    await jobs.wait(job_id, "running", when=lambda job: job.progress > 0)
    answer = await api(as_=someone).delete(f"/api/v1/jobs/{job_id}")
    assert answer.json()["data"]["status"] == "running"
    job = await jobs.wait(job_id, seconds=6)
    await jobs.check(job_id)
    assert job.state == "cancelled"
    done = len(await jobs.ledger(job_id))
    await asyncio.sleep(0.5)
    assert len(await jobs.ledger(job_id)) == done, "nothing happens after the end"
    shown = (await api(as_=someone).get(f"/api/v1/jobs/{job_id}")).json()["data"]
    assert {step["status"] for step in shown["steps"]} <= {"done", "failed"}
    assert shown["can_retry"]


@pytest.mark.usefixtures("worker")
async def test_a_sleeping_job_is_woken_to_stop(jobs: Jobs, someone: Account, api: Api) -> None:
    job_id = await jobs.ask(someone, steps=1, pause=55)
    await jobs.wait(job_id, "running")
    await api(as_=someone).delete(f"/api/v1/jobs/{job_id}")
    job = await jobs.wait(job_id, seconds=8)
    await jobs.check(job_id)
    assert job.state == "cancelled"


@pytest.mark.slow
async def test_a_job_that_hears_nothing_is_killed_with_its_process(
    jobs: Jobs, someone: Account, api: Api, worker: WorkerProcess
) -> None:
    deaf = await jobs.ask(someone, steps=1, then="block")
    other = await jobs.ask(someone, steps=60, pause=0.3)
    while not (entered := await jobs.ledger(deaf)):  # noqa: ASYNC110 — another process writes it
        await asyncio.sleep(0.1)
    await jobs.wait(other, "running")
    await asyncio.sleep(0.5)
    await api(as_=someone).delete(f"/api/v1/jobs/{deaf}")
    job = await jobs.wait(deaf, seconds=25)
    await jobs.check(deaf)
    assert job.state == "cancelled"
    assert (await jobs.get(other)).attempt == 1, "its neighbour goes on"
    await api(as_=someone).delete(f"/api/v1/jobs/{other}")
    await jobs.wait(other)
    again = await jobs.ask(someone, steps=1)
    assert (await jobs.wait(again)).state == "completed"
    # A dead child is listed until Celery has looked after it.
    until(lambda: entered[0].pid not in worker.pool(), what="its process was replaced")


@pytest.mark.usefixtures("worker")
async def test_a_cancelled_job_can_be_tried_again_and_goes_on(
    jobs: Jobs, someone: Account, api: Api
) -> None:
    job_id = await jobs.ask(someone, steps=20, pause=0.1)
    client = api(as_=someone)
    await jobs.wait(job_id, "running", when=lambda job: job.progress > 0.1)
    await client.delete(f"/api/v1/jobs/{job_id}")
    await jobs.wait(job_id)
    await client.post(f"/api/v1/jobs/{job_id}/retry")
    job = await jobs.wait(job_id, when=lambda job: job.attempt == 2)
    assert job.state == "completed"
    entered = [row.what for row in await jobs.ledger(job_id)]
    # Only the step that was cut off may have begun twice.
    assert len(entered) <= 20 + 1 + 1


@pytest.mark.usefixtures("worker")
async def test_a_job_between_two_tries_is_cancelled_at_once(
    jobs: Jobs, someone: Account, api: Api
) -> None:
    job_id = await jobs.ask(someone, steps=0, then="stumble")
    await jobs.wait(job_id, "waiting")
    answer = await api(as_=someone).delete(f"/api/v1/jobs/{job_id}")
    assert answer.json()["data"]["status"] == "cancelled"
    await jobs.check(job_id)
    await asyncio.sleep(3)
    assert (await jobs.get(job_id)).state == "cancelled", "it does not come back"


@pytest.mark.usefixtures("worker")
async def test_a_deleted_projects_jobs_are_stopped(
    jobs: Jobs, world: World, someone: Account, api: Api
) -> None:
    project = await world.project(owner=someone)
    running = await jobs.ask(someone, project_id=project.id, steps=1, pause=55)
    await jobs.wait(running, "running")
    answer = await api(as_=someone).delete(f"/api/v1/projects/{project.id}")
    assert answer.status_code == 204
    assert (await jobs.wait(running, seconds=30)).state == "cancelled"
    await jobs.check(running)
