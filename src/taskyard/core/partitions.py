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
    for month in months(start):
        yield from _made(table, *month)


def _made(table: str, suffix: str, begin: UUID, end: UUID) -> Iterator[str]:
    yield (
        f"CREATE TABLE IF NOT EXISTS {table}_{suffix} PARTITION OF {table}"
        f" FOR VALUES FROM ('{begin}') TO ('{end}')"
    )


def _made_of_strays(table: str, suffix: str, begin: UUID, end: UUID) -> Iterator[str]:
    """Yield the SQL that makes a month's partition of what the default one holds of it.

    PostgreSQL makes none beside such rows, and by itself it never would again.
    """
    # The whole before its parts, as everybody else comes: the months after this one need it too.
    yield f"LOCK TABLE {table}"
    yield f"CREATE TABLE {table}_{suffix} (LIKE {table} INCLUDING ALL)"
    yield (
        f"WITH strays AS (DELETE FROM {_strays(table, begin, end)} RETURNING *)"  # noqa: S608 — constants
        f" INSERT INTO {table}_{suffix} SELECT * FROM strays"
    )
    yield (
        f"ALTER TABLE {table} ATTACH PARTITION {table}_{suffix}"
        f" FOR VALUES FROM ('{begin}') TO ('{end}')"
    )


def _strays(table: str, begin: UUID, end: UUID) -> str:
    column = PARTITIONED[table]
    return f"{table}_default WHERE {column} >= '{begin}' AND {column} < '{end}'"


async def ensure(connection: AsyncConnection, now: datetime) -> None:
    """Make the coming months' partitions of every table that has them. Called daily.

    An instance that stood still for longer than they reach writes its first rows into the default
    one; they move.
    """
    await connection.execute(_PATIENCE)
    for table in PARTITIONED:
        for suffix, begin, end in months(now):
            strays = f"SELECT EXISTS (SELECT FROM {_strays(table, begin, end)})"  # noqa: S608 — constants
            found = await connection.scalar(text(strays))
            make = _made_of_strays if found else _made
            for statement in make(table, suffix, begin, end):
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
