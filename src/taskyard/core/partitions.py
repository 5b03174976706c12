"""Monthly partitions over a UUIDv7 column.

A UUIDv7 begins with its time, so a range of ids is a range of time: the key stays a plain unique
id, and a month's rows are dropped by dropping a table. A default partition catches what no month
covers (a clock far off), so that a write never fails for want of one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

#: Tables that grow by time, with the column whose id says when.
PARTITIONED = ("events", "job_events")
_AHEAD = 3


def first_id(moment: datetime) -> UUID:
    """Return the smallest UUIDv7 of a moment."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def months(start: datetime, *, ahead: int = _AHEAD) -> Iterator[tuple[str, UUID, UUID]]:
    """Yield (suffix, first id, first id after) for the month of `start` and those after it."""
    year, month = start.year, start.month
    for _ in range(ahead + 1):
        following = (year + month // 12, month % 12 + 1)
        begin = datetime(year, month, 1, tzinfo=UTC)
        end = datetime(following[0], following[1], 1, tzinfo=UTC)
        yield f"{year}_{month:02}", first_id(begin), first_id(end)
        year, month = following


def statements(table: str, start: datetime) -> Iterator[str]:
    """Yield the SQL that makes a table's partitions from the month of `start` on."""
    yield f"CREATE TABLE IF NOT EXISTS {table}_default PARTITION OF {table} DEFAULT"
    for suffix, begin, end in months(start):
        yield (
            f"CREATE TABLE IF NOT EXISTS {table}_{suffix} PARTITION OF {table}"
            f" FOR VALUES FROM ('{begin}') TO ('{end}')"
        )


async def ensure(connection: AsyncConnection, now: datetime) -> None:
    """Make the coming months' partitions of every table that has them. Called daily."""
    await connection.execute(text("SET LOCAL lock_timeout = '2s'"))
    for table in PARTITIONED:
        for statement in statements(table, now):
            await connection.execute(text(statement))
