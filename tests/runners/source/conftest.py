"""Projects that fetch from a Git server, and a worker that does the fetching."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from taskyard.core.settings import Settings
from tests.conftest import Api
from tests.jobs.hands import WorkerProcess, environment
from tests.world import Account, World


@pytest.fixture(scope="package")
def worker(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """A worker that fetches."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    process = WorkerProcess(environment(settings), log).start()
    yield process
    process.stop()


class Yard:
    """A project that is given source."""

    def __init__(self, client: httpx.AsyncClient, owner: Account, project_id: UUID) -> None:
        self.client = client
        self.owner = owner
        self.project_id = project_id
        self.url = f"/api/v1/projects/{project_id}/source"

    async def ask(self, git_url: str, **wish: Any) -> dict[str, Any]:
        """Ask for a repository; return the run."""
        answer = await self.client.post(self.url, json={"git_url": git_url, **wish})
        assert answer.status_code == 202, answer.text
        data: dict[str, Any] = answer.json()["data"]
        assert answer.headers["location"] == f"/api/v1/jobs/{data['id']}"
        return data

    async def job(self, job_id: str) -> dict[str, Any]:
        """Return a job as it is."""
        data: dict[str, Any] = (await self.client.get(f"/api/v1/jobs/{job_id}")).json()["data"]
        return data

    async def ended(self, job_id: str, *, seconds: float = 60) -> dict[str, Any]:
        """Follow a job to its end."""
        async with self.client.stream(
            "GET",
            f"/api/v1/jobs/{job_id}/events",
            headers={"Accept": "text/event-stream"},
            timeout=seconds,
        ) as stream:
            async for _ in stream.aiter_lines():
                pass
        return await self.job(job_id)

    async def fetched(self, git_url: str, **wish: Any) -> dict[str, Any]:
        """Have a repository fetched; return the job that did it."""
        return await self.ended((await self.ask(git_url, **wish))["id"])

    async def log(self, job_id: str) -> str:
        """Return a job's log."""
        return (await self.client.get(f"/api/v1/jobs/{job_id}/log")).text

    async def snapshots(self) -> list[dict[str, Any]]:
        """Return the project's snapshots."""
        items: list[dict[str, Any]] = (await self.client.get(self.url)).json()["items"]
        return items


@pytest.fixture
async def yard(api: Api, world: World, worker: WorkerProcess) -> Yard:
    """A project of somebody's, and a worker that will serve it."""
    assert worker.process is not None
    owner = await world.account()
    project = await world.project(owner=owner)
    return Yard(api(as_=owner), owner, project.id)
