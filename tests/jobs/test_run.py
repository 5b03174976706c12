"""A job from the asking to its end, by a real worker."""

import pytest

from tests.jobs.conftest import Jobs
from tests.world import World

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_job_is_done(jobs: Jobs, world: World) -> None:
    someone = await world.account()
    job_id = await jobs.ask(someone, steps=3, lines=5)
    job = await jobs.wait(job_id)
    await jobs.check(job_id)
    assert job.state == "completed"
    assert job.result == {"steps": 3, "attempt": 1}
