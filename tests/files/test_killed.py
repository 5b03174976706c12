"""The API is killed in the middle of an upload: nothing half is seen, and a retry succeeds."""

import asyncio
from pathlib import Path

import httpx
import pytest

from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.core.storage import BlobMissing
from tests.conftest import Api
from tests.files.archives import upload
from tests.files.serving import noise, server
from tests.world import World


@pytest.mark.parametrize(
    "seconds", [0.15, *(pytest.param(at, marks=pytest.mark.slow) for at in (0.05, 0.3, 0.6))]
)
async def test_killed_in_mid_upload(
    api: Api,
    settings: Settings,
    platform: Platform,
    world: World,
    tmp_path: Path,
    seconds: float,
) -> None:
    account = await world.account()
    project = await world.project(owner=account)
    source = f"/api/v1/projects/{project.id}/source"
    archive = noise(tmp_path, 60)
    with server(settings) as (address, child):
        async with httpx.AsyncClient(
            base_url=address,
            headers={"Authorization": f"Bearer {account.token}"},
            timeout=30,
            trust_env=False,
        ) as client:
            assert (await client.get(source)).json()["total"] == 0
            with archive.open("rb") as file:
                sending = asyncio.create_task(
                    client.post(source, files={"file": ("noise.tar", file)})
                )
                await asyncio.sleep(seconds)
                child.kill()
                child.wait()
                outcome = (await asyncio.gather(sending, return_exceptions=True))[0]

    mine = api(as_=account)
    total = (await mine.get(source)).json()["total"]
    assert total == 1 if isinstance(outcome, httpx.Response) else total in {0, 1}
    for name in _stored(settings):
        try:
            platform.storage.read(name)
        except BlobMissing:
            pytest.fail(f"{name} is readable and is not whole")
    assert not list((settings.data_dir / "scratch").iterdir())

    again = await upload(mine, project.id, archive.read_bytes(), "noise.tar")
    assert again.status_code in {200, 201}
    assert (await mine.get(source)).json()["total"] == 1


def _stored(settings: Settings) -> list[str]:
    """Return the names of all that the store would hand out."""
    folder = settings.data_dir / "blobs" / "blobs"
    return [path.name for path in folder.glob("*/*") if "#" not in path.name]
