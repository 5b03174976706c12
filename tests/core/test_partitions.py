"""A month's rows lie in a month's table, and a clock far off loses nothing."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import text

from taskyard.core import partitions
from taskyard.core.partitions import first_id, months
from taskyard.core.spine import EventRow
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


async def test_making_partitions_again_changes_nothing(open_other: OpenInstance) -> None:
    database = (await open_other(empty=True)).platform.database
    count = text("SELECT count(*) FROM pg_inherits")
    async with database.engine.connect() as connection:
        before = await connection.scalar(count)
        for _ in range(2):
            await partitions.ensure(connection, datetime.now(UTC))
        assert await connection.scalar(count) == before
