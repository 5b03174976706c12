"""A month's rows lie in a month's table, and a clock far off loses nothing."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from taskyard.core import partitions
from taskyard.core.db import Database
from taskyard.core.partitions import first_id, months
from taskyard.core.spine import EventRow
from taskyard.entry.wiring import chores
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from tests.conftest import OpenInstance


def test_months_follow_each_other_without_a_gap() -> None:
    found = list(months(datetime(2026, 11, 21, tzinfo=UTC), ahead=14))
    assert [suffix for suffix, _, _ in found[:4]] == ["2026_11", "2026_12", "2027_01", "2027_02"]
    assert all(a[2] == b[1] for a, b in pairwise(found))


def test_an_id_made_now_lies_in_this_month() -> None:
    now = datetime.now(UTC)
    [(_, begin, end)] = months(now, ahead=0)
    assert begin <= uuid7() < end
    assert first_id(now - timedelta(seconds=1)) < uuid7() < first_id(now + timedelta(seconds=60))


def _id_at(moment: datetime) -> UUID:
    return UUID(int=first_id(moment).int | uuid7().int & (1 << 64) - 1)


@pytest.mark.parametrize(
    ("moment", "table"),
    [
        (datetime(2031, 3, 1, tzinfo=UTC), "events_2031_03"),
        (datetime(2031, 3, 31, 23, 59, 59, 999000, tzinfo=UTC), "events_2031_03"),
        (datetime(2031, 4, 1, tzinfo=UTC), "events_2031_04"),
        (datetime(2031, 9, 1, tzinfo=UTC), "events_default"),
        (datetime(1971, 1, 1, tzinfo=UTC), "events_default"),
    ],
)
async def test_a_row_lies_where_its_time_says(
    open_other: OpenInstance, moment: datetime, table: str
) -> None:
    database = (await open_other(empty=True)).platform.database
    async with database.engine.connect() as connection:
        await partitions.ensure(connection, datetime(2031, 3, 14, tzinfo=UTC))
        await connection.commit()
    async with database.session() as db:
        row = EventRow(id=_id_at(moment), name="door.knocked.v1", subject_id=uuid7(), payload={})
        db.add(row)
        await db.flush()
        where = text("SELECT tableoid::regclass::text FROM events WHERE id = :id")
        assert await db.scalar(where, {"id": row.id}) == table


_STRAYS = {
    "events": "(id, name, subject_id, payload) VALUES (:id, 'door.knocked.v1', :id, '{}')",
    "job_events": "VALUES (:id, 1, 1, 'job.queued', now(), '{}')",
    "api_calls": "VALUES (:id, now(), NULL, '/', 'GET', 200, 1)",
}


@pytest.mark.parametrize("table", _STRAYS)
async def test_rows_that_came_before_their_months_partition_move_into_it(
    open_other: OpenInstance, table: str
) -> None:
    database = (await open_other(empty=True)).platform.database
    early, another = (_id_at(datetime(2031, month, 9, tzinfo=UTC)) for month in (9, 2))
    column = partitions.PARTITIONED[table]
    async with database.engine.begin() as connection:
        for row_id in (early, another):
            await connection.execute(text(f"INSERT INTO {table} {_STRAYS[table]}"), {"id": row_id})
    async with database.engine.begin() as connection:
        await partitions.ensure(connection, datetime(2031, 9, 14, tzinfo=UTC))
        for row_id, place in ((early, f"{table}_2031_09"), (another, f"{table}_default")):
            where = text(f"SELECT tableoid::regclass::text FROM {table} WHERE {column} = :id")
            assert await connection.scalar(where, {"id": row_id}) == place
        indexes = text("SELECT count(*) FROM pg_index WHERE indrelid = CAST(:of AS regclass)")
        moved = await connection.scalar(indexes, {"of": f"{table}_2031_09"})
        made = await connection.scalar(indexes, {"of": f"{table}_2031_10"})
        assert moved == made, "what moved is found as fast"
    assert {f"{name}_2031_12" for name in partitions.PARTITIONED} <= await _tables(database)


async def test_making_partitions_again_changes_nothing(open_other: OpenInstance) -> None:
    database = (await open_other(empty=True)).platform.database
    count = text("SELECT count(*) FROM pg_inherits")
    async with database.engine.connect() as connection:
        before = await connection.scalar(count)
        for _ in range(2):
            await partitions.ensure(connection, datetime.now(UTC))
        assert await connection.scalar(count) == before


async def _tables(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.scalars(text("SELECT relname FROM pg_class WHERE relkind='r'")))


async def _that_keeps_everything(open_other: OpenInstance) -> Database:
    """Return a database whose elected process drops nothing meanwhile."""
    return (await open_other(empty=True, retention_days=36_500)).platform.database


async def test_months_that_are_over_for_long_enough_are_dropped(open_other: OpenInstance) -> None:
    database = await _that_keeps_everything(open_other)
    async with database.engine.begin() as connection:
        await partitions.ensure(connection, datetime(2025, 1, 1, tzinfo=UTC))
        for moment in ("2025-01-31T23:59:59.999Z", "2025-02-01T00:00:00Z", "1999-05-05T00:00:00Z"):
            row_id = _id_at(datetime.fromisoformat(moment))
            for values in (
                "job_events VALUES (:id, 1, 1, 'job.queued', now(), '{}')",
                "api_calls VALUES (:id, now(), NULL, '/', 'GET', 200, 1)",
            ):
                await connection.execute(text(f"INSERT INTO {values}"), {"id": row_id})
    dropped = await partitions.drop_older(database.engine, datetime(2025, 2, 1, tzinfo=UTC))
    assert dropped == ["job_events_2025_01", "file_access_log_2025_01", "api_calls_2025_01"]
    there = await _tables(database)
    assert there.isdisjoint(dropped)
    assert {"events_2025_01", "api_calls_2025_02", "job_events_2025_02"} <= there
    async with database.engine.connect() as connection:
        for table in ("api_calls", "job_events"):
            left = await connection.scalar(text(f"SELECT count(*) FROM {table}"))
            assert left == 1, "the month that is not over for long enough; no stray of long ago"
    assert await partitions.drop_older(database.engine, datetime(2025, 2, 28, tzinfo=UTC)) == []


async def test_a_year_ends_like_any_month(open_other: OpenInstance) -> None:
    database = await _that_keeps_everything(open_other)
    async with database.engine.begin() as connection:
        await partitions.ensure(connection, datetime(2024, 12, 31, tzinfo=UTC))
    before = datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert await partitions.drop_older(database.engine, before) == []
    dropped = await partitions.drop_older(database.engine, datetime(2025, 1, 1, tzinfo=UTC))
    assert dropped == ["job_events_2024_12", "file_access_log_2024_12", "api_calls_2024_12"]


async def test_the_elected_process_keeps_to_the_setting(open_other: OpenInstance) -> None:
    other = await open_other(empty=True, retention_days=36_500)
    database = other.platform.database
    over, kept = now() - timedelta(days=70), now() - timedelta(days=31)
    async with database.engine.begin() as connection:
        await partitions.ensure(connection, over)
    [chore] = [chore for chore in chores() if chore.name == "partitions"]
    changed = other.settings.model_copy(update={"retention_days": 31})
    await chore.do(replace(other.platform, settings=changed))
    there = await _tables(database)
    assert f"job_events_{over:%Y_%m}" not in there
    assert f"api_calls_{over:%Y_%m}" not in there
    assert {f"job_events_{kept:%Y_%m}", f"events_{over:%Y_%m}"} <= there


async def test_a_month_in_use_is_dropped_another_day(open_other: OpenInstance) -> None:
    database = await _that_keeps_everything(open_other)
    async with database.engine.begin() as connection:
        await partitions.ensure(connection, datetime(2025, 1, 1, tzinfo=UTC))
    async with database.engine.begin() as reader:
        await reader.execute(text("SELECT count(*) FROM job_events"))
        began = time.monotonic()
        with pytest.raises(DBAPIError, match="lock timeout"):
            await partitions.drop_older(database.engine, datetime(2025, 2, 1, tzinfo=UTC))
        assert time.monotonic() - began < 4
    dropped = await partitions.drop_older(database.engine, datetime(2025, 2, 1, tzinfo=UTC))
    assert dropped == ["job_events_2025_01", "file_access_log_2025_01", "api_calls_2025_01"]
