"""A dump restored into a new cluster: what was not heard of is, and so is what happens after."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core import restored
from taskyard.core.db import Database
from taskyard.core.settings import Settings
from taskyard.core.spine import Event, Told, drain, newest_position
from taskyard.core.uow import unit_of_work
from taskyard.entry.up import binaries
from taskyard.entry.up.embedded import EmbeddedServers
from taskyard.kit.ids import uuid7
from tests.conftest import OpenInstance


class Rung(Event):
    """A bell was rung."""

    name: ClassVar[str] = "bell.rung.v1"


class Keeper:
    """Keeps what it heard."""

    handles = frozenset({Rung.name})

    def __init__(self, name: str) -> None:
        self.name = name
        self.heard: list[UUID] = []

    async def handle(self, _: AsyncSession, event: Told) -> None:
        self.heard.append(event.id)


#: Each exception block that is left by its exception has taken a transaction id.
_AGE = """
DO $$ BEGIN
  CREATE TEMPORARY TABLE spent (n int) ON COMMIT DROP;
  FOR n IN 1..3000 LOOP
    BEGIN INSERT INTO spent VALUES (n); RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN NULL; END;
  END LOOP;
END $$
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """Another cluster, as new as can be."""
    servers = EmbeddedServers.start(tmp_path_factory.mktemp("elsewhere"), durable=False)
    yield servers
    servers.stop()


async def _tell(database: Database) -> UUID:
    async with unit_of_work(database) as uow:
        row = uow.emit(Rung(subject_id=uuid7()))
        await uow.db.flush()
        told = row.id
    # Transactions of the server's other databases hold it up.
    async with asyncio.timeout(20):
        while True:
            async with database.session() as db:
                if (await newest_position(db))[1] == told:
                    return told
            await asyncio.sleep(0.01)


async def _hear(database: Database, listener: Keeper) -> list[UUID]:
    listener.heard.clear()
    await drain(database, listener)
    return listener.heard


def _run(program: str, *words: str) -> None:
    subprocess.run([binaries.find().postgres_bin / program, *words], check=True)


async def test_listeners_go_on_after_a_restore(
    open_other: OpenInstance, elsewhere: EmbeddedServers, settings: Settings, tmp_path: Path
) -> None:
    before = await open_other(empty=True)
    database, ahead, behind = before.platform.database, Keeper("test.ahead"), Keeper("test.behind")
    async with database.session() as db:
        await db.execute(text(_AGE))
        await db.commit()
    first = await _tell(database)
    for listener in (ahead, behind):
        assert await _hear(database, listener) == [first]
    second = await _tell(database)
    assert await _hear(database, ahead) == [second]
    dump = tmp_path / "dump"
    _run("pg_dump", "-Fc", f"--file={dump}", before.settings.sync_dsn)
    there = settings.model_copy(update={"database_url": elsewhere.database_url})
    _run(
        "pg_restore", "--single-transaction", "--no-owner", f"--dbname={there.sync_dsn}", str(dump)
    )

    moved = Database(there)
    try:
        third = await _tell(moved)
        assert await _hear(moved, ahead) == [], "what this is for"
        async with unit_of_work(moved) as uow:
            assert await restored.go_on(uow.db)
        assert await _hear(moved, ahead) == [third]
        assert await _hear(moved, behind) == [second, third]
        async with unit_of_work(moved) as uow:
            assert not await restored.go_on(uow.db), "once is enough"
        fourth = await _tell(moved)
        assert await _hear(moved, behind) == [fourth]
    finally:
        await moved.dispose()


async def test_where_nothing_was_restored_nothing_is_touched(open_other: OpenInstance) -> None:
    database = (await open_other(empty=True)).platform.database
    listener = Keeper("test.stays")
    first = await _tell(database)
    async with unit_of_work(database) as uow:
        assert not await restored.go_on(uow.db)
    assert await _hear(database, listener) == [first]
