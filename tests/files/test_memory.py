"""An upload costs the server the same memory whatever its size."""

import sys
from pathlib import Path

import httpx
import pytest

from taskyard.core.settings import Settings
from tests.files.serving import MIB, noise, server
from tests.world import World


def peak_mib(pid: int) -> float:
    """Return the most memory a process has held so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
async def test_memory_does_not_grow_with_an_upload_or_download(
    settings: Settings, world: World, tmp_path: Path
) -> None:
    account = await world.account()
    project = await world.project(owner=account)
    source = f"/api/v1/projects/{project.id}/source"
    peaks = []
    with server(settings) as (address, child):
        async with httpx.AsyncClient(
            base_url=address,
            headers={"Authorization": f"Bearer {account.token}"},
            timeout=60,
            trust_env=False,
        ) as client:
            for size_mib in (1, 20, 120):
                with noise(tmp_path, size_mib).open("rb") as file:
                    answer = await client.post(source, files={"file": ("noise.tar", file)})
                assert answer.status_code == 201, answer.text
                peaks.append(peak_mib(child.pid))
            newest = (await client.get(source)).json()["items"][0]["id"]
            link = await client.get(f"{source}/{newest}/archive")
            async with client.stream("GET", link.json()["data"]["url"]) as download:
                received = sum([len(chunk) async for chunk in download.aiter_bytes()])
            assert received > 120 * MIB
            peaks.append(peak_mib(child.pid))
    # Measured: 106, 113, 118 and 118 MiB.
    assert peaks[1] - peaks[0] < 40
    assert peaks[3] - peaks[1] < 30
