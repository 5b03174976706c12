"""Monthly partitions over a UUIDv7 column.

A UUIDv7 begins with its time, so a range of ids is a range of time: the key stays a plain unique
id, and a month's rows are dropped by dropping a table. A default partition catches what no month
covers (a clock far off), so that a write never fails for want of one.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

#: Tables that grow by time, with the column whose id says when.
PARTITIONED: Final = {
    "events": "id",
    "job_events": "job_id",
    "api_calls": "id",
    "file_access_log": "id",
}
#: Those whose old months are dropped. Events are kept: activity and the audit log read them.
RETAINED: Final = ("job_events", "api_calls", "file_access_log")
#: Making and dropping partitions locks the table; whoever uses it does not wait for longer.
_PATIENCE: Final = text("SET LOCAL lock_timeout = '2s'")
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
    await connection.execute(_PATIENCE)
    for table in PARTITIONED:
        for statement in statements(table, now):
            await connection.execute(text(statement))


async def drop_older(engine: AsyncEngine, moment: datetime) -> list[str]:
    """Drop the months that ended before `moment`; return their tables' names. Called daily.

    Each in a transaction of its own, so that one that is in use holds up none of the others. What
    a default partition holds of that time goes row by row.
    """
    dropped: list[str] = []
    for table, partition in await _partitions(engine):
        if partition == f"{table}_default":
            statement = f"DELETE FROM {partition} WHERE {PARTITIONED[table]} < '{first_id(moment)}'"  # noqa: S608
        elif _end_of(partition) <= moment:
            statement = f"DROP TABLE IF EXISTS {partition}"
            dropped.append(partition)
        else:
            continue
        async with engine.begin() as connection:
            await connection.execute(_PATIENCE)
            await connection.execute(text(statement))
    return dropped


async def _partitions(engine: AsyncEngine) -> Sequence[tuple[str, str]]:
    """Return (table, partition) of what is not kept for ever; defaults only where they hold any."""
    query = text(
        "SELECT parent.relname, part.relname FROM pg_inherits"
        " JOIN pg_class parent ON parent.oid = inhparent JOIN pg_class part ON part.oid = inhrelid"
        " WHERE part.relkind = 'r' AND parent.relname = ANY (:tables)"
        " AND (part.relname NOT LIKE '%\\_default' OR pg_relation_size(part.oid) > 0)"
        " ORDER BY 1 DESC, 2"
    )
    async with engine.connect() as connection:
        rows = await connection.execute(query, {"tables": list(RETAINED)})
        return [(row[0], row[1]) for row in rows]


def _end_of(partition: str) -> datetime:
    """Return the first moment after a month's partition."""
    year, month = map(int, partition[-7:].split("_"))
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
