"""Every event reaches every listener exactly once, whatever commits late or dies midway."""

import asyncio
import sys
from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.db import Database
from taskyard.core.spine import (
    START,
    Event,
    ListenerFailed,
    Told,
    drain,
    events_of,
    look_ahead,
    newest_position,
    pass_by,
    read_after,
)
from taskyard.core.uow import Uow, unit_of_work
from taskyard.kit.ids import uuid7
from tests.conftest import OpenInstance
from tests.world.instances import sent_statements


class Knocked(Event):
    """Somebody knocked."""

    name: ClassVar[str] = "door.knocked.v1"
    times: int = 1


class Opened(Event):
    """A door was opened."""

    name: ClassVar[str] = "door.opened.v1"


class Porter:
    """Writes down whom it heard, in the transaction that moves its position."""

    handles = frozenset({Knocked.name})

    def __init__(
        self, name: str = "test.porter", then: Callable[[int], None] | None = None
    ) -> None:
        self.name = name
        self._then = then
        self._heard = 0

    async def handle(self, db: AsyncSession, event: Told) -> None:
        await db.execute(
            text("INSERT INTO heard (listener, event_id) VALUES (:name, :id)"),
            {"name": self.name, "id": event.id},
        )
        self._heard += 1
        if self._then is not None:
            self._then(self._heard)


@pytest.fixture
async def database(open_other: OpenInstance) -> Database:
    database = (await open_other(empty=True)).platform.database
    async with database.session() as db:
        await db.execute(text("CREATE TABLE heard (seq serial, listener text, event_id uuid)"))
        await db.commit()
    return database


async def _tell(database: Database, count: int = 1) -> list[UUID]:
    told: list[UUID] = []
    for _ in range(count):
        async with unit_of_work(database) as uow:
            row = uow.emit(Knocked(subject_id=uuid7()))
            await uow.db.flush()
            told.append(row.id)
    await _settled(database, told[-1])
    return told


async def _settled(database: Database, event_id: UUID) -> None:
    """Wait until an event may be read: transactions of the server's other databases hold it up."""
    async with asyncio.timeout(20):
        while True:
            async with database.session() as db:
                if (await newest_position(db))[1] == event_id:
                    return
            await asyncio.sleep(0.01)


async def _heard(database: Database, listener: str = "test.porter") -> list[UUID]:
    async with database.session() as db:
        query = text("SELECT event_id FROM heard WHERE listener = :name ORDER BY seq")
        return list(await db.scalars(query, {"name": listener}))


async def _begun(db: AsyncSession) -> UUID:
    """Begin a transaction that tells of something but is not yet committed."""
    row = Uow(db).emit(Knocked(subject_id=uuid7()))
    await db.flush()
    return row.id


async def test_events_committed_in_inverted_order_are_both_delivered(database: Database) -> None:
    """The second to begin commits first; a reader that came between must not pass the first by."""
    porter = Porter()
    async with database.session() as early, database.session() as late:
        first, second = await _begun(early), await _begun(late)
        await late.commit()
        assert await drain(database, porter) == 0, "the early one could still precede it"
        await early.commit()
    assert await drain(database, porter) == 2
    assert await _heard(database) == [first, second]


async def test_a_position_by_id_alone_would_lose_one(database: Database) -> None:
    """The twin of the test above: what happens without the transaction's id."""
    async with database.session() as early, database.session() as late:
        first, second = await _begun(early), await _begun(late)
        await late.commit()
        async with database.session() as reader:
            seen = await reader.scalar(text("SELECT max(id::text)::uuid FROM events"))
        await early.commit()
    assert seen == second
    async with database.session() as reader:
        query = text("SELECT id FROM events WHERE id > :seen")
        assert first not in set(await reader.scalars(query, {"seen": seen}))


async def test_one_that_never_commits_is_never_told_and_holds_nobody_up_after(
    database: Database,
) -> None:
    async with database.session() as db:
        await _begun(db)
        async with unit_of_work(database) as uow:
            row = uow.emit(Knocked(subject_id=uuid7()))
            await uow.db.flush()
            told = row.id
        assert await drain(database, Porter()) == 0
    await _settled(database, told)
    assert await drain(database, Porter()) == 1
    assert await _heard(database) == [told]


async def test_within_a_transaction_events_keep_their_order(database: Database) -> None:
    async with unit_of_work(database) as uow:
        rows = [uow.emit(Knocked(subject_id=uuid7(), times=n)) for n in range(50)]
        await uow.db.flush()
    await drain(database, Porter())
    assert await _heard(database) == [row.id for row in rows]


async def test_a_listener_passes_what_it_does_not_handle(database: Database) -> None:
    async with unit_of_work(database) as uow:
        uow.emit(Opened(subject_id=uuid7()))
    [told] = await _tell(database)
    assert await drain(database, Porter()) == 2
    assert await _heard(database) == [told]
    assert await drain(database, Porter()) == 0


async def _place(database: Database, listener: str) -> UUID:
    query = text("SELECT event_id FROM listener_positions WHERE name = :name")
    async with database.session() as db:
        found: UUID = (await db.execute(query, {"name": listener})).scalar_one()
    return found


async def test_looking_ahead_says_what_was_told_and_waits_for_what_is_open(
    database: Database,
) -> None:
    [told] = await _tell(database)
    ahead = await look_ahead(database, START)
    assert ahead is not None
    assert (ahead.names, ahead.end[1]) == (frozenset({Knocked.name}), told)
    async with database.session() as early:
        await _begun(early)
        async with unit_of_work(database) as uow:
            opened = uow.emit(Opened(subject_id=uuid7()))
        assert await look_ahead(database, ahead.end) is None, "the open one could still precede it"
    await _settled(database, opened.id)
    further = await look_ahead(database, ahead.end)
    assert further is not None
    assert (further.names, further.end[1]) == (frozenset({Opened.name}), opened.id)


async def test_those_it_is_not_for_are_passed_by_at_once_and_no_further_than_they_came(
    database: Database,
) -> None:
    [first] = await _tell(database)
    for name in ("test.ready", "test.other"):
        await drain(database, Porter(name))
    await drain(database, Porter("test.behind"), limit=1)
    start = await look_ahead(database, START)
    knocked = await _tell(database)
    await drain(database, Porter("test.ready"))
    await drain(database, Porter("test.other"))
    between = await look_ahead(database, START)
    async with unit_of_work(database) as uow:
        opened = uow.emit(Opened(subject_id=uuid7()))
    await _settled(database, opened.id)
    assert start is not None
    assert between is not None
    end = await look_ahead(database, between.end)
    assert end is not None
    with sent_statements(database) as sent:
        await pass_by(database, ["test.ready", "test.other", "test.behind"], between.end, end.end)
    assert len(sent) == 1
    places = [await _place(database, f"test.{name}") for name in ("ready", "other", "behind")]
    assert places == [opened.id, opened.id, first]
    await drain(database, Porter("test.behind"))
    assert await _heard(database, "test.behind") == [first, *knocked], "nothing was skipped"
    await pass_by(database, ["test.ready"], START, start.end)
    assert await _place(database, "test.ready") == opened.id, "nobody goes back"


async def test_a_backlog_is_worked_off_in_batches(database: Database) -> None:
    told = await _tell(database, 25)
    taken = [await drain(database, Porter(), limit=10) for _ in range(4)]
    assert taken == [10, 10, 5, 0]
    assert await _heard(database) == told


async def test_listeners_keep_positions_of_their_own(database: Database) -> None:
    told = await _tell(database, 3)
    await drain(database, Porter("test.first"))
    told += await _tell(database, 2)
    await drain(database, Porter("test.second"))
    await drain(database, Porter("test.first"))
    assert await _heard(database, "test.first") == told
    assert await _heard(database, "test.second") == told


async def test_processes_that_drain_at_once_double_nothing(database: Database) -> None:
    told = await _tell(database, 60)
    porters = [Porter() for _ in range(6)]
    taken = await asyncio.gather(*(drain(database, porter, limit=20) for porter in porters))
    assert sum(taken) == 60
    assert await _heard(database) == told


async def test_a_handler_that_fails_leaves_the_batch_to_be_repeated(database: Database) -> None:
    told = await _tell(database, 5)

    def fail(heard: int) -> None:
        if heard == 3:
            raise ZeroDivisionError

    with pytest.raises(ListenerFailed) as failed:
        await drain(database, Porter(then=fail))
    assert (failed.value.event.id, failed.value.before) == (told[2], 2)
    assert isinstance(failed.value.__cause__, ZeroDivisionError)
    assert await _heard(database) == []
    await drain(database, Porter())
    assert await _heard(database) == told


#: Drains in a process of its own, and stops dead in the middle of the batch.
_VICTIM = """
import asyncio, os, sys
from pydantic import SecretStr
from taskyard.core.db import Database
from taskyard.core.settings import Settings
from taskyard.core.spine import drain
from tests.core.test_spine import Porter

def stop(heard):
    if heard == 3:
        print("midway", flush=True)
        sys.stdin.read()

asyncio.run(drain(Database(Settings(database_url=sys.argv[1])), Porter(then=stop)))
"""


@pytest.mark.slow
async def test_a_process_killed_midway_neither_loses_nor_doubles(
    open_other: OpenInstance,
) -> None:
    other = await open_other(empty=True)
    database = other.platform.database
    async with database.session() as db:
        await db.execute(text("CREATE TABLE heard (seq serial, listener text, event_id uuid)"))
        await db.commit()
    told = await _tell(database, 6)
    pipe = asyncio.subprocess.PIPE
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _VICTIM, other.settings.database_url, stdin=pipe, stdout=pipe
    )
    assert victim.stdout is not None
    assert await victim.stdout.readline() == b"midway\n"
    victim.kill()
    await victim.communicate()
    assert await drain(database, Porter()) == 6
    assert await _heard(database) == told


async def test_reading_continues_after_a_position(database: Database) -> None:
    async with database.session() as db:
        assert await newest_position(db) == START
    told = await _tell(database, 4)
    async with database.session() as db:
        newest = await newest_position(db)
        seen = await read_after(db, START, limit=2)
        assert [event.id for event in seen] == told[:2]
        rest = await read_after(db, (seen[-1].xid, seen[-1].id))
        assert [event.id for event in rest] == told[2:]
        assert newest == (rest[-1].xid, rest[-1].id)
        assert await read_after(db, newest) == []


async def test_an_event_says_what_happened_to_what(database: Database) -> None:
    thing, actor, project = uuid7(), uuid7(), uuid7()
    async with unit_of_work(database) as uow:
        uow.emit(Knocked(subject_id=thing, actor_id=actor, project_id=project, times=3))
        uow.emit(Opened(subject_id=thing))
    async with database.session() as db:
        [knocked, opened] = await events_of(db, thing)
        [told, _] = await read_after(db, START)
    assert (knocked.name, knocked.payload) == ("door.knocked.v1", {"times": 3})
    assert (knocked.actor_id, knocked.project_id) == (actor, project)
    assert (opened.actor_id, opened.payload) == (None, {})
    assert told.payload == {"times": 3}
    assert told.at.utcoffset() is not None


@pytest.mark.parametrize("wrong", ["knocked", "door.knocked", "Door.Knocked.v1", "door.knocked.v"])
def test_an_events_name_is_thing_happened_version(wrong: str) -> None:
    with pytest.raises(TypeError, match=r"thing\.happened\.v1"):
        type("Wrong", (Event,), {"name": wrong, "__annotations__": {"name": ClassVar[str]}})
