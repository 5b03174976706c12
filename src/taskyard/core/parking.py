"""Events a listener fails on for good, put aside so that what is behind them goes on.

`taskyard doctor` tells the operator, who mends what broke and has them tried again by
`taskyard parked --retry`. By then the listener has seen later events; order is what is lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import String, Text, delete, func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core import spine
from taskyard.core.db import Base, Database
from taskyard.core.spine import Listener, Told

_log = structlog.get_logger(__name__)
_MOST_CHARS: Final = 2000


class ParkedEvent(Base):
    """An event a listener could not handle."""

    __tablename__ = "parked_events"

    listener: Mapped[str] = mapped_column(String(100), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: What broke, the last time it was tried.
    error: Mapped[str] = mapped_column(Text)
    parked_at: Mapped[datetime] = mapped_column(server_default=func.now())


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked event as it is looked at."""

    listener: str
    event: Told
    error: str
    parked_at: datetime


_PARKED = text(
    """
    SELECT listener, error, parked_at,
           id, xid::text::bigint AS xid, name, at, subject_id, actor_id, project_id, payload
      FROM parked_events JOIN events ON events.id = event_id
     ORDER BY events.xid, events.id, listener
    """
)


async def park(database: Database, listener: Listener, event: Told, error: BaseException) -> None:
    """Put an event aside and let the listener go on behind it, in one transaction."""
    async with database.session() as db:
        if await spine.held_position(db, listener.name) >= (event.xid, event.id):
            # Another process led for a while, and got past it.
            return
        row = {"listener": listener.name, "event_id": event.id, "error": _said(error)}
        await db.execute(insert(ParkedEvent).values(row).on_conflict_do_nothing())
        await spine.move(db, listener.name, event)
        await db.commit()
    _log.error(
        "event_parked", listener=listener.name, event_id=str(event.id), event_name=event.name
    )


async def parked(db: AsyncSession) -> Sequence[Parked]:
    """Return what is parked, in the order in which it happened."""
    found = []
    for row in (await db.execute(_PARKED)).mappings():
        event = Told(**{name: row[name] for name in Told.__dataclass_fields__})
        found.append(Parked(row["listener"], event, row["error"], row["parked_at"]))
    return found


async def retry(database: Database, listeners: Iterable[Listener]) -> Sequence[Parked]:
    """Hand what is parked to its listeners once more; return what stays parked.

    Each in a transaction of its own. What fails again stays, with what broke this time.
    """
    known = {listener.name: listener for listener in listeners}
    async with database.session() as db:
        waiting = await parked(db)
    for one in waiting:
        if one.listener in known:
            await _retry(database, known[one.listener], one.event)
    async with database.session() as db:
        return await parked(db)


async def _retry(database: Database, listener: Listener, event: Told) -> None:
    key = (ParkedEvent.listener == listener.name, ParkedEvent.event_id == event.id)
    try:
        async with database.session() as db:
            # Somebody else who tries it too waits here, and then finds nothing to do.
            if await db.scalar(delete(ParkedEvent).where(*key).returning(ParkedEvent.event_id)):
                await listener.handle(db, event)
                await db.commit()
    except Exception as error:  # noqa: BLE001 — it is shown to whoever tries it
        async with database.session() as db:
            await db.execute(update(ParkedEvent).where(*key).values(error=_said(error)))
            await db.commit()


def _said(error: BaseException) -> str:
    """Return an error as a text that PostgreSQL takes."""
    return f"{type(error).__name__}: {error}".replace("\0", "")[:_MOST_CHARS]
