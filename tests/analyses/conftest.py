"""A project with source, and analyses of it by a real worker."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from taskyard.core.settings import Settings
from tests.conftest import Api
from tests.jobs.hands import WorkerProcess, environment, until
from tests.world import Account, World

__all__ = ["until"]

GOOD = {
    "shop/__init__.py": "",
    "shop/cart.py": '"""Carts."""\n\n\ndef total(prices: list[int]) -> int:\n'
    '    """Return the sum."""\n    return sum(prices)\n',
    "tests/test_cart.py": "from shop.cart import total\n\n\n"
    "def test_total() -> None:\n    assert total([1, 2]) == 3\n",
}
BAD = GOOD | {
    "shop/run.py": "import subprocess\n\n\ndef run(name):\n"
    "    return subprocess.call(f'echo {name}', shell=True)\n",
}


@pytest.fixture(scope="package")
def worker(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """A worker that analyses."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    process = WorkerProcess(environment(settings), log).start()
    yield process
    process.stop()


class Yard:
    """A project whose source is analysed."""

    def __init__(self, client: httpx.AsyncClient, owner: Account, project_id: str) -> None:
        self.client = client
        self.owner = owner
        self.url = f"/api/v1/projects/{project_id}"

    async def give(self, files: Mapping[str, str]) -> str:
        """Upload source; return the snapshot's id."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        answer = await self.client.post(
            f"{self.url}/source", files={"file": ("source.zip", packed.getvalue())}
        )
        assert answer.status_code in {200, 201}, answer.text
        return str(answer.json()["data"]["id"])

    async def start(self, **wanted: Any) -> dict[str, Any]:
        """Ask for an analysis."""
        answer = await self.client.post(f"{self.url}/analyses", json=wanted)
        assert answer.status_code == 202, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def finished(self, analysis_id: str, *, seconds: float = 90) -> dict[str, Any]:
        """Follow an analysis to its end over the events' address."""
        async with self.client.stream(
            "GET",
            f"/api/v1/jobs/{analysis_id}/events",
            headers={"Accept": "text/event-stream"},
            timeout=seconds,
        ) as stream:
            async for _ in stream.aiter_lines():
                pass
        found = await self.client.get(f"{self.url}/analyses/{analysis_id}")
        data: dict[str, Any] = found.json()["data"]
        return data

    async def analysed(self, files: Mapping[str, str], **wanted: Any) -> dict[str, Any]:
        """Upload source and analyse it."""
        await self.give(files)
        return await self.finished((await self.start(**wanted))["id"])


@pytest.fixture
async def yard(api: Api, world: World, worker: WorkerProcess) -> Yard:
    """A project of somebody's, and a worker that will serve it."""
    assert worker.process is not None
    owner = await world.account()
    project = await world.project(owner=owner)
    return Yard(api(as_=owner), owner, str(project.id))
