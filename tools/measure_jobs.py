"""Measure the figures of docs/jobs.md on this machine, by `python -m tools.measure_jobs`.

Starts servers, an API and a worker of its own; takes about two minutes. Read the figures together
with the load average it prints: everything shares the machine's cores.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from uuid import UUID

import httpx

from taskyard.entry.asgi import create_app
from tests.core.live_client import Follower, following, serving
from tests.faults.opening import open_yard
from tests.faults.yard import Yard
from tests.jobs.test_dispatch import Yard as Crowd
from tests.world import Account

_PICK_UPS = 60
_CHOICES = 100


def told(what: str, millis: Sequence[float]) -> None:
    """Print the middle and the ends of a series."""
    found = sorted(millis)
    p99 = found[min(len(found) - 1, int(len(found) * 0.99))]
    print(
        f"{what:<46} n {len(found):>5}  min {found[0]:6.1f}  p50 {statistics.median(found):6.1f}"
        f"  p99 {p99:7.1f} ms"
    )


async def pick_up(yard: Yard, server: str, someone: Account) -> None:
    """Time from the moment a POST is sent to the moment the job runs, nothing else going on."""
    took: list[float] = []
    headers = {"Authorization": f"Bearer {someone.token}"}
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=headers) as client:
        for _ in range(_PICK_UPS):
            await asyncio.sleep(0.3)
            asked = time.time()
            body = {"kind": "drill", "parameters": {"steps": 0}}
            answer = await client.post("/api/v1/jobs", json=body)
            job = await yard.jobs.wait(UUID(answer.json()["data"]["id"]))
            assert job.started_at is not None
            took.append((job.started_at.timestamp() - asked) * 1000)
    told("POST to running, idle", took)


async def events(yard: Yard, server: str, someone: Account) -> None:
    """Time from a runner's word to the clients' sockets: 4 jobs, 40 sockets, 20 events/s."""
    took: list[float] = []

    async def follow(follower: Follower, job_id: UUID) -> None:
        await follower.subscribe(f"job:{job_id}", after=0)
        begun = time.time()
        while True:
            event = await follower.hear("event", seconds=60)
            heard = time.time()
            if event["name"] == "job.completed":
                return
            said = [
                datetime.fromisoformat(line["at"]).timestamp()
                for line in event["data"].get("lines", [])
            ]
            took.extend((heard - at) * 1000 for at in said if at > begun)

    async with AsyncExitStack() as stack:
        followers = [await stack.enter_async_context(following(server, someone)) for _ in range(40)]
        job_ids = [await yard.ask(someone, steps=60, pause=0.2) for _ in range(4)]
        await asyncio.gather(
            *(follow(follower, job_ids[number % 4]) for number, follower in enumerate(followers))
        )
    told("a runner's word to a client's socket", took)


async def choice(yard: Yard) -> None:
    """Time to choose the next of 100,000 queued jobs of 200 owners, 90,000 of them one's."""
    crowd = Crowd(yard.platform)
    owners = [await crowd.owner() for _ in range(200)]
    for owner, count in [(owners[0], 90_050), *((owner, 50) for owner in owners[1:])]:
        await crowd.queue(owner, count)
    await crowd.do("ANALYZE jobs")
    await crowd.workers(4)
    took: list[float] = []
    for _ in range(_CHOICES):
        begun = time.perf_counter()
        assert len(await crowd.choose()) == 4, "one for each place"
        took.append((time.perf_counter() - begun) * 1000)
    told("choosing the next of 100,000 queued jobs", took)


async def main() -> None:
    """Measure everything."""
    async with open_yard() as yard:
        someone = await yard.jobs.world.account()
        app = create_app(yard.platform.settings)
        async with app.router.lifespan_context(app), serving(app) as server:
            print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            await pick_up(yard, server, someone)
            await events(yard, server, someone)
        with yard.part("worker").frozen(), yard.part("api").frozen():
            await choice(yard)
        print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    asyncio.run(main())
