"""The event spine: every change worth knowing is one row here, written with the change.

Each row carries its transaction's id. Readers take only rows of transactions older than every
one still open, ordered by (xid, id); a transaction that commits late is then never skipped,
which an ordinary sequence cannot promise.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Index, String, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from taskyard.core.db import Base, Database
from taskyard.core.partitions import first_id
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7

_NAME = re.compile(r"^[a-z_]+\.[a-z_]+\.v\d+$")


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, which asyncpg and psycopg carry as text or int."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the column's type in SQL."""
        return "xid8"


#: Lets SQLAlchemy recognise the column when models and database are compared.
ischema_names["xid8"] = Xid8


class Event(BaseModel):
    """Something that happened; a subclass per name, `thing.happened.v1`."""

    model_config = ConfigDict(frozen=True)
    name: ClassVar[str]

    #: The thing it happened to; the name's first word says what it is.
    subject_id: UUID
    #: Who did it; None for the platform itself.
    actor_id: UUID | None = None
    #: The project it belongs to, which decides who may see it.
    project_id: UUID | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not _NAME.match(cls.name):
            raise TypeError(f"{cls.__name__}.name must look like 'thing.happened.v1'")

    def payload(self) -> dict[str, Any]:
        """Return the event's own fields as JSON values."""
        return self.model_dump(mode="json", exclude={"subject_id", "actor_id", "project_id"})


class EventRow(Base):
    """One row of the spine. Partitioned by month through its time-ordered id; never dropped."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_xid_id", "xid", "id"),
        Index("ix_events_project_id_id", "project_id", "id"),
        Index("ix_events_subject_id_id", "subject_id", "id"),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    xid: Mapped[int] = mapped_column(
        Xid8(), server_default=text("pg_current_xact_id()"), nullable=False
    )
    name: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    subject_id: Mapped[UUID]
    actor_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)

    @classmethod
    def of(cls, event: Event) -> "EventRow":
        """Return the row that records `event`."""
        return cls(
            name=event.name,
            subject_id=event.subject_id,
            actor_id=event.actor_id,
            project_id=event.project_id,
            payload=event.payload(),
        )


class ListenerPosition(Base):
    """How far a listener has read; moved in the listener's own transaction."""

    __tablename__ = "listener_positions"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    xid: Mapped[int] = mapped_column(Xid8())
    event_id: Mapped[UUID]
    moved_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


@dataclass(frozen=True)
class Told:
    """An event as a reader sees it."""

    id: UUID
    xid: int
    name: str
    at: datetime
    subject_id: UUID
    actor_id: UUID | None
    project_id: UUID | None
    payload: dict[str, Any]


#: Where a reader that has read nothing stands.
START: tuple[int, UUID] = (0, UUID(int=0))

_READ = text(
    """
    SELECT id, xid::text::bigint AS xid, name, at, subject_id, actor_id, project_id, payload
      FROM events
     WHERE (xid, id) > (CAST(CAST(:xid AS text) AS xid8), :id)
       AND xid < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY events.xid, events.id
     LIMIT :limit
    """
)


async def read_after(
    db: AsyncSession, position: tuple[int, UUID], *, limit: int = 200
) -> Sequence[Told]:
    """Return the next events after `position`, none that a late commit could still precede."""
    rows = await db.execute(_READ, {"xid": str(position[0]), "id": position[1], "limit": limit})
    return [Told(**row) for row in rows.mappings()]


#: The newest event that may be read now; no row where there is none.
NEWEST: Final = (
    "SELECT xid::text::bigint AS xid, id FROM events"
    " WHERE xid < pg_snapshot_xmin(pg_current_snapshot())"
    " ORDER BY events.xid DESC, events.id DESC LIMIT 1"
)


async def newest_position(db: AsyncSession) -> tuple[int, UUID]:
    """Return the position after everything that may be read now."""
    row = (await db.execute(text(NEWEST))).one_or_none()
    return (row[0], row[1]) if row else START


class Listener(Protocol):
    """Reacts to what happened in rooms below; called once per event, in order."""

    @property
    def name(self) -> str:
        """The name its position is kept under; never reused."""

    @property
    def handles(self) -> frozenset[str]:
        """The event names it wants."""

    async def handle(self, db: AsyncSession, event: Told) -> None:
        """React, in the transaction that also moves the position."""


_POSITION = text(
    "SELECT xid::text::bigint, event_id FROM listener_positions WHERE name = :name FOR UPDATE"
)
_AHEAD = text(
    """
    SELECT name, xid::text::bigint AS xid, id FROM events
     WHERE (xid, id) > (CAST(CAST(:xid AS text) AS xid8), :id)
       AND xid < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY events.xid, events.id
     LIMIT :limit
    """
)
_PASS = text(
    """
    UPDATE listener_positions
       SET xid = CAST(CAST(:end_xid AS text) AS xid8), event_id = :end_id, moved_at = now()
     WHERE name = ANY(:names)
       AND (xid, event_id) >= (CAST(CAST(:start_xid AS text) AS xid8), :start_id)
       AND (xid, event_id) < (CAST(CAST(:end_xid AS text) AS xid8), :end_id)
    """
)
_BEGIN = text(
    "INSERT INTO listener_positions (name, xid, event_id)"
    " VALUES (:name, '0', :start) ON CONFLICT DO NOTHING"
)


class ListenerFailed(Exception):
    """A listener raised, which is the cause; nothing of its batch is done."""

    def __init__(self, event: Told, before: int) -> None:
        super().__init__(event.name, str(event.id))
        #: What it failed on, and how many events of the batch came before.
        self.event = event
        self.before = before


async def drain(database: Database, listener: Listener, *, limit: int = 200) -> int:
    """Let `listener` work through what it has not seen; return how many events it was past.

    One batch is one transaction with the position's row locked, so that a second process waits,
    and a process killed anywhere repeats the batch or has done it: nothing is lost or doubled.
    Raises ListenerFailed.
    """
    async with database.session() as db:
        events = await read_after(db, await held_position(db, listener.name), limit=limit)
        for number, event in enumerate(events):
            if event.name in listener.handles:
                try:
                    await listener.handle(db, event)
                    # What PostgreSQL refuses is this event's fault, and not that of a later one.
                    await db.flush()
                except Exception as error:
                    raise ListenerFailed(event, number) from error
        if events:
            await move(db, listener.name, events[-1])
        await db.commit()
    return len(events)


@dataclass(frozen=True)
class Ahead:
    """What lies between two positions: the names of the events, and where the last one is."""

    names: frozenset[str]
    end: tuple[int, UUID]


async def look_ahead(
    database: Database, position: tuple[int, UUID], *, limit: int = 1000
) -> Ahead | None:
    """Say what may be read after `position`; None where nothing may. Takes no transaction."""
    async with database.session(reads=True) as db:
        rows = (
            await db.execute(_AHEAD, {"xid": str(position[0]), "id": position[1], "limit": limit})
        ).all()
    if not rows:
        return None
    return Ahead(frozenset(row.name for row in rows), (rows[-1].xid, rows[-1].id))


async def pass_by(
    database: Database, names: Sequence[str], start: tuple[int, UUID], end: tuple[int, UUID]
) -> None:
    """Move listeners that handle nothing between two positions past it, all at once.

    One that has not come as far as `start` stays: there may be something for it before.
    """
    async with database.session(reads=True) as db:
        await db.execute(
            _PASS,
            {
                "names": list(names),
                "start_xid": str(start[0]),
                "start_id": start[1],
                "end_xid": str(end[0]),
                "end_id": end[1],
            },
        )


async def held_position(db: AsyncSession, name: str) -> tuple[int, UUID]:
    """Return how far a listener is, its row locked until the transaction ends."""
    row = (await db.execute(_POSITION, {"name": name})).one_or_none()
    if row is None:
        await db.execute(_BEGIN, {"name": name, "start": START[1]})
        row = (await db.execute(_POSITION, {"name": name})).one()
    return row[0], row[1]


async def move(db: AsyncSession, name: str, last: Told) -> None:
    """Note that a listener is past an event."""
    await db.execute(
        text(
            "UPDATE listener_positions SET xid = CAST(CAST(:xid AS text) AS xid8),"
            " event_id = :id, moved_at = now() WHERE name = :name"
        ),
        {"xid": str(last.xid), "id": last.id, "name": name},
    )


async def told_lately(db: AsyncSession, event: Event, *, within: timedelta) -> bool:
    """Say whether the same actor did the same to the same thing within that time."""
    earlier = select(EventRow.id).where(
        EventRow.subject_id == event.subject_id,
        EventRow.id > first_id(now() - within),
        EventRow.name == event.name,
        EventRow.actor_id == event.actor_id,
    )
    return bool(await db.scalar(select(earlier.exists())))


async def events_of(db: AsyncSession, subject_id: UUID) -> Sequence[EventRow]:
    """Return everything told of one thing, oldest first."""
    query = select(EventRow).where(EventRow.subject_id == subject_id).order_by(EventRow.id)
    return (await db.scalars(query)).all()
