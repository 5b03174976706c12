"""Listeners: what becomes of jobs whose project is gone, and of what a listener fails on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core import parking
from taskyard.core.db import Database
from taskyard.core.parking import Parked
from taskyard.core.platform import Platform
from taskyard.core.spine import START, Event, Listener, Told, read_after
from taskyard.core.uow import unit_of_work
from taskyard.jobs import repository
from taskyard.jobs.engine import listening
from taskyard.kit.ids import uuid7
from tests.conftest import OpenInstance
from tests.jobs.conftest import Jobs
from tests.world import World
from tests.world.instances import sent_statements


async def test_long_deleted_projects_take_their_jobs_with_them(
    jobs: Jobs, world: World, platform: Platform
) -> None:
    someone = await world.account()
    gone, lately, alive = [await world.project(owner=someone) for _ in range(3)]
    ids = {p.id: await jobs.ask(someone, project_id=p.id, held=True) for p in (gone, lately, alive)}
    await jobs.do(
        "UPDATE jobs SET state = 'cancelled', lease_until = NULL WHERE owner_id = :owner",
        owner=someone.id,
    )
    for project, days in ((gone, 31), (lately, 29)):
        await jobs.do(
            "UPDATE projects SET deleted_at = now() - make_interval(days => :days) WHERE id = :id",
            days=days,
            id=project.id,
        )
    async with unit_of_work(platform.database) as uow:
        await repository.delete_of_deleted_projects(uow.db, older_than=timedelta(days=30))
        left = await uow.db.scalars(
            text("SELECT id FROM jobs WHERE owner_id = :owner").bindparams(owner=someone.id)
        )
    assert set(left) == {ids[lately.id], ids[alive.id]}


class Rung(Event):
    """Somebody rang."""

    name: ClassVar[str] = "bell.rung.v1"


class Doorman:
    """Notes whom it heard, and stumbles over some of them."""

    name = "test.doorman"
    handles = frozenset({Rung.name})

    def __init__(self) -> None:
        self.heard: list[UUID] = []
        #: How often it still fails on each.
        self.fails: dict[UUID, int] = {}

    async def handle(self, db: AsyncSession, event: Told) -> None:
        left = self.fails.get(event.id, 0)
        if left:
            self.fails[event.id] = left - 1
            # As broken code would: PostgreSQL itself refuses.
            await db.execute(text("SELECT 1 / 0"))
        await db.execute(text("INSERT INTO heard VALUES (:id)"), {"id": event.id})


async def heard(database: Database) -> list[UUID]:
    """Return whom the doorman heard, in that order."""
    async with database.session() as db:
        return list(await db.scalars(text("SELECT event_id FROM heard ORDER BY seq")))


async def left(database: Database) -> list[Parked]:
    """Return what is parked."""
    async with database.session() as db:
        return list(await parking.parked(db))


@pytest.fixture
async def house(open_other: OpenInstance, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """An instance nothing else listens in, with shorter pauses."""
    monkeypatch.setattr(listening, "_PAUSES_S", (0.01,) * 5)
    platform = (await open_other(empty=True)).platform
    async with unit_of_work(platform.database) as uow:
        await uow.db.execute(text("CREATE TABLE heard (event_id uuid, seq serial)"))
    return platform


async def rung(platform: Platform, count: int) -> list[UUID]:
    """Ring so many times."""
    async with unit_of_work(platform.database) as uow:
        rows = [uow.emit(Rung(subject_id=uuid7())) for _ in range(count)]
        await uow.db.flush()
        return [row.id for row in rows]


@asynccontextmanager
async def on_duty(platform: Platform, *listeners: Listener) -> AsyncIterator[None]:
    """Let them listen for the block."""
    duty = asyncio.create_task(listening.listen(platform, listeners))
    try:
        yield
    finally:
        duty.cancel()
        await asyncio.gather(duty, return_exceptions=True)


async def until_heard(platform: Platform, ids: list[UUID]) -> None:
    """Wait until the doorman has heard exactly these."""
    async with asyncio.timeout(20):
        while await heard(platform.database) != ids:  # noqa: ASYNC110 — rows, no event
            await asyncio.sleep(0.02)


async def test_what_a_listener_stumbles_over_now_and_then_is_tried_again(house: Platform) -> None:
    doorman = Doorman()
    told = await rung(house, 6)
    doorman.fails = {told[0]: 1, told[3]: 5}
    async with on_duty(house, doorman):
        await until_heard(house, told)
    assert await left(house.database) == []


async def test_what_a_listener_fails_on_for_good_is_parked(
    house: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    doorman = Doorman()
    told = await rung(house, 6)
    doorman.fails = {told[2]: 7, told[4]: 100}
    async with on_duty(house, doorman):
        await until_heard(house, [told[0], told[1], told[3], told[5]])
        more = await rung(house, 1)
        await until_heard(house, [told[0], told[1], told[3], told[5], *more])
    first, second = await left(house.database)
    assert [first.event.id, second.event.id] == [told[2], told[4]]
    assert (first.listener, first.event.name) == (doorman.name, Rung.name)
    assert "division by zero" in first.error
    assert capsys.readouterr().out.count("event_parked") == 2
    # It has one failure left, and the other is as broken as before.
    still = await parking.retry(house.database, [doorman])
    assert [one.event.id for one in still] == [told[2], told[4]]
    still = await parking.retry(house.database, [doorman])
    assert [one.event.id for one in still] == [told[4]]
    assert (await heard(house.database))[-1] == told[2]
    assert await parking.retry(house.database, []) == still, "kept for a listener that is not there"
    doorman.fails = {}
    assert await parking.retry(house.database, [doorman]) == []
    assert sorted(await heard(house.database)) == sorted([*told, *more])


async def test_an_event_another_leader_got_past_is_not_parked(house: Platform) -> None:
    doorman = Doorman()
    told = await rung(house, 2)
    async with on_duty(house, doorman):
        await until_heard(house, told)
    async with house.database.session() as db:
        [first, _] = await read_after(db, START)
    await parking.park(house.database, doorman, first, ValueError("late"))
    assert await left(house.database) == []


class Sleeper:
    """Is told nothing it wants."""

    handles = frozenset({"door.opened.v1"})

    def __init__(self, number: int) -> None:
        self.name = f"test.sleeper_{number}"

    async def handle(self, _db: AsyncSession, event: Told) -> None:
        raise AssertionError(event.name)


async def until_all_at(platform: Platform, told: UUID, count: int) -> None:
    """Wait until so many listeners are past an event."""
    places = text(
        "SELECT count(*) FROM listener_positions WHERE event_id = :told AND name LIKE 'test.%'"
    )
    async with asyncio.timeout(20):
        while True:
            async with platform.database.session() as db:
                if await db.scalar(places, {"told": told}) == count:
                    return
            await asyncio.sleep(0.02)


async def test_those_nothing_is_told_to_are_passed_by_together(house: Platform) -> None:
    doorman, sleepers = Doorman(), [Sleeper(number) for number in range(20)]
    told: list[UUID] = []
    with sent_statements(house.database) as sent:
        async with on_duty(house, doorman, *sleepers):
            for _ in range(10):
                told += await rung(house, 1)
                await until_all_at(house, told[-1], 21)
    moved = [one for one in sent if one.lstrip().startswith("UPDATE listener_positions")]
    # 210, were each to move by itself, as the first time, and where one is still at work.
    assert len(moved) < 80
    assert await heard(house.database) == told


async def test_one_that_was_left_behind_catches_up_by_itself(
    house: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_BY_ITSELF_S", 0.2)
    [first] = await rung(house, 1)
    async with on_duty(house, Sleeper(1)):
        await until_all_at(house, first, 1)
        async with house.database.session() as db:
            await db.execute(text("UPDATE listener_positions SET xid = '0'"))
            await db.commit()
        [second] = await rung(house, 1)
        await until_all_at(house, second, 1)
