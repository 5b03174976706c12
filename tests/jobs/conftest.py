"""Workers and jobs for tests."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.core.uow import unit_of_work
from taskyard.jobs import service
from taskyard.jobs.models import Job
from taskyard.jobs.schemas import JobCreate
from tests.jobs import drills
from tests.jobs.hands import WorkerProcess, environment
from tests.world import Account, World

drills.register()


@pytest.fixture(scope="session", autouse=True)
async def ledger(platform: Platform) -> None:
    """A table in which an effect that happened twice is seen."""
    async with unit_of_work(platform.database) as uow:
        await uow.db.execute(text(drills.LEDGER))


@pytest.fixture(scope="package")
def worker(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """A worker of four places, for all tests of jobs."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    process = WorkerProcess(environment(settings, TASKYARD_WORKER_SLOTS="4"), log).start()
    yield process
    process.stop()


_HOLD = """
UPDATE jobs SET state = 'running', attempt = 1, started_at = now(),
       lease_until = now() + interval '1 hour', deadline_at = now() + interval '1 hour'
 WHERE id = :id
"""


class Jobs:
    """Asks for jobs and looks at them."""

    def __init__(self, platform: Platform, world: World) -> None:
        self.platform = platform
        self.world = world

    async def ask(
        self,
        by: Account,
        kind: str = "drill",
        project_id: UUID | None = None,
        *,
        held: bool = False,
        **drill: Any,
    ) -> UUID:
        """Ask for a drill through the service.

        `held`: as if a worker of another machine had it already, for the next hour.
        """
        actor = await self.world.actor(by)
        async with unit_of_work(self.platform.database) as uow:
            access = await service.enqueue(
                uow,
                actor,
                JobCreate(kind=kind, parameters=drill, project_id=project_id, task_id=None),
            )
            if held:
                await uow.db.execute(text(_HOLD), {"id": access.job_id})
        return access.job_id

    async def ask_errand(self, **drill: Any) -> UUID:
        """Ask for a drill in the platform's own name."""
        async with unit_of_work(self.platform.database) as uow:
            return await service.enqueue_system(uow, "errand", drills.Drill(**drill))

    async def get(self, job_id: UUID) -> Job:
        """Return a job as it is."""
        async with self.platform.database.session() as db:
            return await db.get_one(Job, job_id)

    async def wait(
        self,
        job_id: UUID,
        *states: str,
        seconds: float = 20,
        when: Callable[[Job], bool] | None = None,
    ) -> Job:
        """Wait until a job is in one of the states (ended, where none is named)."""
        wanted = states or ("completed", "failed", "cancelled")
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            job = await self.get(job_id)
            if job.state in wanted and (when is None or when(job)):
                return job
            assert asyncio.get_running_loop().time() < deadline, f"still {job.state}: {vars(job)}"
            await asyncio.sleep(0.02)

    async def events(self, job_id: UUID) -> list[tuple[int, str, dict[str, Any]]]:
        """Return a job's events."""
        rows = await self.rows(
            "SELECT seq, name, data FROM job_events WHERE job_id = :job ORDER BY seq", job=job_id
        )
        return [(row.seq, row.name, row.data) for row in rows]

    async def ledger(self, job_id: UUID, what: str | None = None) -> list[Any]:
        """Return what was entered for a job."""
        rows = await self.rows("SELECT * FROM drill_ledger WHERE job_id = :job", job=job_id)
        return [row for row in rows if what is None or row.what == what]

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """Return what a query finds."""
        async with self.platform.database.session() as db:
            return list((await db.execute(text(sql), values)).all())

    async def do(self, sql: str, **values: Any) -> int:
        """Change something by hand; return how many rows."""
        async with unit_of_work(self.platform.database) as uow:
            done = await uow.db.execute(text(sql), values)
            return int(done.rowcount)  # type: ignore[attr-defined]

    async def check(self, job_id: UUID) -> Job:
        """Hold a job that has ended to the invariants, whatever happened to it."""
        job = await self.get(job_id)
        events = await self.events(job_id)
        assert [seq for seq, _, _ in events] == list(range(1, job.next_seq)), "a gap in the events"
        ends = [name for _, name, _ in events if name in ENDS]
        assert ends == [f"job.{job.state}"], f"not one end: {ends}"
        progress = [data["progress"] for _, name, data in events if name == "job.progress"]
        assert progress == sorted(progress), "progress fell"
        done = [
            data["name"]
            for _, name, data in events
            if name == "job.step" and data["status"] == "done"
        ]
        assert len(done) == len(set(done)), "a step was finished twice"
        assert job.lease_until is None
        finished = await self.ledger(job_id, "finished")
        assert len(finished) == (1 if job.state == "completed" else 0), "the end's effect"
        spine = await self.rows(
            "SELECT name FROM events WHERE subject_id = :job AND name IN"
            " ('job.completed.v1', 'job.failed.v1', 'job.cancelled.v1')",
            job=job_id,
        )
        assert [row.name for row in spine] == [f"job.{job.state}.v1"]
        return job


ENDS = {"job.completed", "job.failed", "job.cancelled"}


@pytest.fixture
def jobs(platform: Platform, world: World) -> Jobs:
    """Ask for jobs, look at them."""
    return Jobs(platform, world)
