"""An upload in parts costs the server the same memory whatever its size."""

import sys
from pathlib import Path

import httpx
import pytest

from taskyard.core.settings import Settings
from tests.files.giving import PART, announce, complete, put_part
from tests.files.serving import MIB, server
from tests.world import World


def held_mib(pid: int, what: str) -> float:
    """Return the memory a process holds now (Pss), or has held at most (VmHWM)."""
    source = "smaps_rollup" if what == "Pss" else "status"
    for line in Path(f"/proc/{pid}/{source}").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"no {what}")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize(
    "largest_mib", [120, pytest.param(500, marks=(pytest.mark.slow, pytest.mark.timeout(600)))]
)
async def test_memory_does_not_grow_with_an_upload(
    settings: Settings, world: World, largest_mib: int
) -> None:
    account = await world.account(role="admin")
    told = []
    with server(settings) as (address, child):
        async with httpx.AsyncClient(
            base_url=address,
            headers={"Authorization": f"Bearer {account.token}"},
            timeout=120,
            trust_env=False,
        ) as client:
            for size_mib in (10, largest_mib):
                upload = await announce(client, size_mib * MIB)
                for number in range(1, upload["parts_expected"] + 1):
                    content = number.to_bytes(4) * (PART // 4)
                    answer = await put_part(client, upload["id"], number, content)
                    assert answer.status_code == 200
                done = await complete(client, upload["id"])
                assert done.status_code == 201, done.text
                told.append((held_mib(child.pid, "Pss"), held_mib(child.pid, "VmHWM")))
    print(f"MiB after 10 and {largest_mib} MiB, Pss and peak: {told}")  # noqa: T201
    assert told[1][0] - told[0][0] < 25
    assert told[1][1] - told[0][1] < 40
