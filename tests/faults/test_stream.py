"""Fault 12: clients follow jobs while what feeds them is killed, and while they come and go."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.core.live_client import Follower, following
from tests.faults.figures import Figures, Row
from tests.faults.modes import PATIENCE_S, chances, long_only, rounds, within
from tests.faults.twins import nowhere, twin
from tests.faults.yard import Yard
from tests.world import Account

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

_SOCKETS = 40
_GONE = (ConnectionClosed, InvalidHandshake, OSError, TimeoutError)


@dataclass
class Reader:
    """A client that comes and goes, and asks each time for what it has not seen."""

    someone: Account
    job_id: UUID
    draw: Random
    #: Whether it leaves by itself now and then.
    restless: bool = True
    seen: list[int] = field(default_factory=list)
    #: Seconds from a line of the runner's log to here.
    delays: list[float] = field(default_factory=list)
    #: The longest time without a word, and when the last came.
    silence: float = 0.0
    heard: float = 0.0

    async def read(self, address: str) -> None:
        """Read until the job's end."""
        ended = False
        while not ended:
            try:
                async with following(address, self.someone) as follower:
                    ended = await self._listen(follower)
            except _GONE:
                await asyncio.sleep(0.2)

    async def _listen(self, follower: Follower) -> bool:
        await follower.subscribe(f"job:{self.job_id}", after=self.seen[-1] if self.seen else 0)
        until = time.monotonic() + (self.draw.uniform(0.3, 3.0) if self.restless else PATIENCE_S)
        while (left := until - time.monotonic()) > 0:
            event = await follower.hear("event", seconds=left)
            self._note(event)
            if event["name"] == "job.completed":
                return True
        return False

    def _note(self, event: dict[str, Any]) -> None:
        now = time.time()
        self.seen.append(event["seq"])
        self.silence = max(self.silence, now - (self.heard or now))
        self.heard = now
        for line in event["data"].get("lines", []):
            self.delays.append(now - datetime.fromisoformat(line["at"]).timestamp())


async def read_by_many(
    yard: Yard,
    job_ids: list[UUID],
    someone: Account,
    *,
    victims: tuple[str, ...] = (),
    patience: float = PATIENCE_S,
) -> list[Reader]:
    """Have forty clients follow these jobs while parts are killed; return what they saw."""
    draw = chances("reading")
    readers = [
        Reader(someone, job_ids[number % len(job_ids)], draw, restless=bool(victims))
        for number in range(_SOCKETS)
    ]
    reading = [asyncio.create_task(reader.read(yard.address)) for reader in readers]
    try:
        for victim in victims:
            await asyncio.sleep(draw.uniform(1.0, 2.0))
            yard.kill_part(victim)
        await yard.finished(job_ids)
        _, late = await asyncio.wait(reading, timeout=patience)
        assert not late, f"{len(late)} of {_SOCKETS} readers were not told of the end"
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
    return readers


async def every_reader_sees_all(
    yard: Yard, row: Row, *, victims: tuple[str, ...], patience: float = PATIENCE_S
) -> None:
    """Compare what the clients saw with what was told."""
    someone = await yard.someone()
    steps = 15 + 10 * len(victims)
    job_ids = [await yard.ask(someone, steps=steps, pause=0.2) for _ in range(2)]
    readers = await read_by_many(yard, job_ids, someone, victims=victims, patience=patience)
    told = {job_id: (await yard.jobs.get(job_id)).next_seq for job_id in job_ids}
    for reader in readers:
        assert reader.seen == list(range(1, told[reader.job_id])), "1..N, in order"
    row.kills += len(victims)
    row.note(
        f"{sum(len(reader.seen) for reader in readers)} events to {len(readers)} sockets, "
        f"none silent for more than {max(reader.silence for reader in readers):.1f} s"
    )
    await yard.hold_to_the_invariants(row, job_ids)


async def test_12_readers_miss_nothing(yard: Yard, figures: Figures) -> None:
    row = figures.row("12", "40 sockets coming and going, servers killed")
    victims = ("valkey", "api", "postgres") * rounds(short=1, long=4)
    await every_reader_sees_all(yard, row, victims=victims)


@long_only
async def test_12_a_quiet_stream_is_quick(yard: Yard, figures: Figures) -> None:
    """The research's bound for the median, 50 ms, is of a machine that does nothing else."""
    row = figures.row("12", "40 quiet sockets")
    someone = await yard.someone()
    job_ids = [await yard.ask(someone, steps=60, pause=0.2) for _ in range(4)]
    for job_id in job_ids:
        await yard.under_way(job_id)
    readers = await read_by_many(yard, job_ids, someone)
    # What was said before a client had come is no delay.
    delays = sorted(
        delay for reader in readers for delay in reader.delays[len(reader.delays) // 2 :]
    )
    middle, slow = statistics.median(delays), delays[int(len(delays) * 0.99)]
    row.note(f"p50 {middle * 1000:.0f} ms, p99 {slow * 1000:.0f} ms")
    assert slow < within(0.5)
    await yard.hold_to_the_invariants(row, job_ids)


@twin("reading again what was told while nobody listened")
async def test_12_twin(ruined: Yard) -> None:
    with ruined.switched("off: replay"):
        await every_reader_sees_all(ruined, nowhere(), victims=("valkey",), patience=3)
