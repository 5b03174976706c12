"""The pool serves in order, and says so when the database is busy or away."""

import asyncio
import time
from contextlib import suppress

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.pool import QueuePool

from taskyard.core.db import Database, DatabaseBusy
from taskyard.core.settings import Settings
from tests.conftest import OpenInstance


async def test_an_address_as_hosting_services_write_it_connects(settings: Settings) -> None:
    mark = "&" if "?" in settings.database_url else "?"
    address = f"{settings.database_url}{mark}sslmode=prefer&channel_binding=prefer"
    database = Database(settings.model_copy(update={"database_url": address}))
    async with database.session() as db:
        assert await db.scalar(text("SELECT 1")) == 1
    await database.dispose()


async def test_whoever_asks_first_is_served_first(settings: Settings) -> None:
    database = Database(settings.model_copy(update={"database_pool": 2}))
    served: list[int] = []

    async def ask(number: int) -> None:
        async with database.session() as db:
            await db.execute(text("SELECT pg_sleep(0.01)"))
            served.append(number)

    await asyncio.gather(*(ask(number) for number in range(40)))
    # Of two on the way at once either may end first.
    assert all(abs(place - number) <= 2 for place, number in enumerate(served))
    await database.dispose()


async def test_who_waits_too_long_for_a_connection_is_told_to_come_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.core.gate.TICK_S", 0.01)
    database = Database(settings.model_copy(update={"database_pool": 2}))
    async with database.session(), database.session():
        with pytest.raises(DatabaseBusy) as refused:
            async with database.session():
                pass
    assert refused.value.details == {"retry_after": 1}
    async with database.session() as db:
        assert await db.scalar(text("SELECT 1")) == 1
    await database.dispose()


async def test_what_was_not_committed_is_rolled_back(settings: Settings) -> None:
    database = Database(settings)
    async with database.session() as db:
        await db.execute(text("CREATE TABLE never_made (id int)"))
    async with database.session() as db:
        assert await db.scalar(text("SELECT to_regclass('never_made')")) is None
    await database.dispose()


async def test_an_error_does_not_print_what_the_statement_carried(settings: Settings) -> None:
    database = Database(settings)
    with pytest.raises(DBAPIError) as refused:
        async with database.session() as db:
            await db.execute(text("SELECT CAST(:it AS text)::int / 0"), {"it": "hunter2-hash"})
    assert "hunter2-hash" not in str(refused.value).partition("invalid input")[0]
    await database.dispose()


UNREACHABLE = "postgresql://u:p@127.0.0.1:1/none"


async def test_a_database_that_is_away_is_a_503_and_the_process_stays_alive(
    open_other: OpenInstance,
) -> None:
    other = await open_other(database_url=UNREACHABLE)
    client = other.client()
    answer = await client.post("/api/v1/auth/login", json={"email": "a@x.com", "password": "p"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert int(answer.headers["retry-after"]) >= 1
    assert (await client.get("/api/v1/health")).status_code == 200
    detailed = (await client.get("/api/v1/health/detailed")).json()
    assert (detailed["status"], detailed["checks"]["database"]) == ("degraded", "error")


async def test_a_database_that_takes_nobody_in_is_a_503(open_other: OpenInstance) -> None:
    """As while PostgreSQL starts, or has no connection left: asyncpg's own errors come through."""
    other = await open_other(empty=True)
    database = other.platform.database
    async with database.session() as db:
        name = await db.scalar(text("SELECT current_database()"))
        await db.execute(text(f"ALTER DATABASE {name} CONNECTION LIMIT 0"))
        await db.commit()
    await _until_idle(database)
    await database.dispose()
    answer = await other.client().get("/api/v1/auth/setup")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")


async def test_connections_that_broke_are_replaced(open_other: OpenInstance) -> None:
    other = await open_other(empty=True)
    client = other.client()
    await asyncio.gather(*(client.get("/api/v1/auth/setup") for _ in range(8)))
    database = other.platform.database
    await _until_idle(database)
    async with database.session() as db:
        await db.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await asyncio.sleep(0.1)  # each driver hears of its end by itself, a moment after it
    answers = await asyncio.gather(*(client.get("/api/v1/auth/setup") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_connection_whose_transaction_did_not_begin_is_replaced(settings: Settings) -> None:
    """The driver would take what begins next on it for a part of that one, for ever."""
    database = Database(settings.model_copy(update={"database_pool": 1}))
    async with database.driver() as driver:
        busy = asyncio.create_task(driver.execute("SELECT pg_sleep(0.2)"))
        await asyncio.sleep(0.05)
    with pytest.raises(InterfaceError, match="another operation is in progress"):
        async with database.session() as db:
            await db.execute(text("SELECT 1"))
    await asyncio.gather(busy, return_exceptions=True)
    async with database.session() as db:
        assert await db.scalar(text("SELECT 1")) == 1
    await database.dispose()


async def test_a_connection_left_in_a_transaction_is_replaced(settings: Settings) -> None:
    """What the next one wrote on it would never be committed."""
    database = Database(settings.model_copy(update={"database_pool": 1}))
    async with database.driver() as driver:
        await driver.execute("BEGIN")
    async with database.driver() as other:
        assert not other.is_in_transaction()
    async with database.session() as db:
        assert await db.scalar(text("SELECT 1")) == 1
    await database.dispose()


async def test_a_refused_statement_costs_no_connection(settings: Settings) -> None:
    database = Database(settings.model_copy(update={"database_pool": 1}))
    pids = set()
    for statement in ("SELECT 1 / 0", "SELECT 1"):
        async with database.session() as db:
            pids.add(await db.scalar(text("SELECT pg_backend_pid()")))
            with suppress(DBAPIError):
                await db.execute(text(statement))
    async with database.session(reads=True) as db:
        with pytest.raises(DBAPIError):
            await db.execute(text("SELECT 1 / 0"))
    async with database.session(reads=True) as db:
        pids.add(await db.scalar(text("SELECT pg_backend_pid()")))
    assert len(pids) == 1
    await database.dispose()


async def _until_idle(database: Database) -> None:
    """Return once nothing of the instance's own, such as its chores, is in the middle of it."""
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    while pool.checkedout():  # noqa: ASYNC110 — the pool tells nobody
        await asyncio.sleep(0.01)


async def test_a_statement_that_never_ends_is_ended(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.core.db.STATEMENT_TIMEOUT_MS", 100)
    database = Database(settings)
    began = time.monotonic()
    with pytest.raises(DBAPIError, match="statement timeout"):
        async with database.session() as db:
            await db.execute(text("SELECT pg_sleep(60)"))
    assert time.monotonic() - began < 5
    await database.dispose()


def test_the_address_with_its_password_is_not_printed() -> None:
    database = Database(
        Settings(database_url="postgres://u:hunter2@h/d", secret_key=SecretStr("x"))
    )
    assert "hunter2" not in repr(database.engine)


async def test_what_a_frozen_process_holds_is_free_after_a_lease(settings: Settings) -> None:
    """`tests/faults` freezes one in the middle of a transaction."""
    database = Database(settings.model_copy(update={"job_lease_seconds": 7}))
    async with database.session() as db:
        assert await db.scalar(text("SHOW idle_in_transaction_session_timeout")) == "7s"
    await database.dispose()
