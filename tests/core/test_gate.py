"""The gate before the pool: as they came, nobody for ever, and no stall of our own counts."""

import asyncio
import time

import pytest

from taskyard.core import gate
from taskyard.core.gate import Gate


async def _in_a_row(number: int, row: list[int], place: Gate) -> None:
    assert await place.enter()
    row.append(number)
    await asyncio.sleep(0)
    place.leave()


async def test_whoever_comes_first_is_first() -> None:
    place, row = Gate(2), list[int]()
    await asyncio.gather(*(_in_a_row(number, row, place) for number in range(20)))
    assert row == list(range(20))


async def test_whoever_waits_too_long_is_sent_away_and_the_others_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gate, "TICK_S", 0.01)
    place = Gate(1)
    assert await place.enter()
    assert not await place.enter()
    late = asyncio.create_task(place.enter())
    await asyncio.sleep(0)
    place.leave()
    assert await late


async def test_a_process_that_stands_still_sends_nobody_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gate, "TICK_S", 0.1)
    place = Gate(1)
    assert await place.enter()
    waiting = [asyncio.create_task(place.enter()) for _ in range(3)]
    await asyncio.sleep(0)
    time.sleep(1.5)  # noqa: ASYNC251 — as a busy process would
    await asyncio.sleep(0)
    place.leave()
    for turn in waiting:
        assert await turn
        place.leave()


async def test_whoever_goes_away_takes_nobodys_turn() -> None:
    place = Gate(1)
    assert await place.enter()
    gone, called, stays = (asyncio.create_task(place.enter()) for _ in range(3))
    await asyncio.sleep(0)
    gone.cancel()
    place.leave()  # calls the second, who goes in the same moment
    called.cancel()
    assert await stays
    assert gone.cancelled()
    assert called.cancelled()
    place.leave()
    assert await place.enter()


async def test_whoever_goes_away_as_they_are_sent_away_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gate, "TICK_S", 0.0)
    monkeypatch.setattr(gate, "PATIENCE", 0)
    place = Gate(1)
    assert await place.enter()
    waiting = asyncio.create_task(place.enter())
    await asyncio.sleep(0)
    # Runs once the tick has, before the task: a call without a delay would come before both.
    asyncio.get_running_loop().call_later(0, waiting.cancel)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    place.leave()
    assert await place.enter()
    assert not await place.enter()
