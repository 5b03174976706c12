"""A database that hangs is noticed soon; one that is only busy or gone is not given up."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from taskyard.core.db import Database, DatabaseBusy, is_outage
from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.core.silence import noticed


class Line:
    """A way to PostgreSQL on which nothing may get through for a while."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open = asyncio.Event()
        self._open.set()
        #: Whether the other end hears of it when one hangs up.
        self.hangs_up = True
        #: Seconds each message takes.
        self.takes = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: list[asyncio.StreamWriter] = []
        self.server: asyncio.Server | None = None

    async def listen(self) -> int:
        """Begin; return the port."""
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    def cut(self) -> None:
        """Let nothing through, and close nothing."""
        self._open.clear()

    def mend(self) -> None:
        """Let through what waited."""
        self._open.set()

    async def close(self) -> None:
        """End."""
        assert self.server is not None
        self.server.close()
        for end in self._ends:
            end.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._path)
        self._ends += [back, writer]
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                await self._open.wait()
                await asyncio.sleep(self.takes)
                target.write(data)
        if self.hangs_up:
            target.close()


@pytest.fixture
async def line(settings: Settings) -> AsyncIterator[Line]:
    parts = urlsplit(settings.database_url)
    line = Line(f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432")
    yield line
    await line.close()


@pytest.fixture
async def database(settings: Settings, line: Line) -> AsyncIterator[Database]:
    async with _over(line, settings) as database:
        yield database


@asynccontextmanager
async def _over(line: Line, settings: Settings) -> AsyncIterator[Database]:
    """Give a database that is reached over the line, and whose silence is noticed."""
    parts = urlsplit(settings.database_url)
    port = await line.listen()
    address = f"postgresql://{parts.username}:{parts.password}@127.0.0.1:{port}{parts.path}"
    made = settings.model_copy(update={"database_url": address, "database_pool": 3})
    database = Database(made)
    async with noticed(database, made.async_dsn):
        yield database
    line.mend()
    await database.dispose()


async def _ask(database: Database) -> float:
    """Ask something; return how long it took until there was an answer, or a refusal."""
    begun = time.monotonic()
    try:
        async with database.session() as db:
            await db.execute(text("SELECT 1"))
    except Exception as error:
        if not is_outage(error):
            raise
    return time.monotonic() - begun


async def test_nobody_waits_long_for_a_database_that_hangs(database: Database, line: Line) -> None:
    await asyncio.gather(*(_ask(database) for _ in range(3)))
    line.cut()
    # Three hold a connection, the others wait for one.
    assert max(await asyncio.gather(*(_ask(database) for _ in range(20)))) < 5
    assert database.hangs
    assert max([await _ask(database) for _ in range(10)]) < 0.2, "nobody is let in any more"
    line.mend()
    async with asyncio.timeout(10):
        while True:
            with suppress(DatabaseBusy, DBAPIError):
                async with database.session() as db:
                    assert await db.scalar(text("SELECT 1")) == 1
                    break
            await asyncio.sleep(0.05)


async def test_a_process_that_does_not_listen_for_a_while_gives_nothing_up(
    database: Database,
) -> None:
    async with database.session() as db:
        await db.execute(text("SELECT 1"))
        await asyncio.sleep(0.6)
        time.sleep(2.5)  # noqa: ASYNC251 — as a busy process would
        await asyncio.sleep(0.5)
        assert await db.scalar(text("SELECT 2")) == 2
    assert not database.hangs


async def test_a_database_that_is_slow_to_connect_to_is_not_given_up(
    settings: Settings, line: Line
) -> None:
    line.takes = 0.25  # and to connect takes some eight messages
    async with _over(line, settings) as database:
        await asyncio.sleep(6)
        assert not database.hangs


async def test_a_database_that_refuses_is_left_to_those_who_ask(
    database: Database, line: Line
) -> None:
    assert line.server is not None
    await _ask(database)
    line.server.close()
    await asyncio.sleep(2)
    assert not database.hangs


async def test_a_connection_that_was_told_its_end_is_no_fault_of_ours(
    database: Database, line: Line, platform: Platform
) -> None:
    line.hangs_up = False
    async with database.driver() as driver:
        pid = await driver.fetchval("SELECT pg_backend_pid()")
    async with platform.database.driver() as other:
        assert await other.fetchval("SELECT pg_terminate_backend($1)", pid)
    await asyncio.sleep(0.3)
    with pytest.raises(DatabaseBusy):
        async with database.driver() as driver:
            await driver.fetchval("SELECT 1")
    async with database.driver() as driver:
        assert await driver.fetchval("SELECT pg_backend_pid()") != pid
