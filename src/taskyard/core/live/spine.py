"""The spine as a live stream.

An event's number is its transaction's id times 4096 plus its place within the transaction. That
needs no counter, is the same in every process and after every restart, rises in the order in
which the spine may be read, and fits a JavaScript number for two thousand billion transactions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.live.frames import Frame
from taskyard.core.spine import NEWEST, Told, newest_position, read_after

_PLACES: Final = 4096
_FIRST: Final = UUID(int=0)
#: What `newest` returns, as an expression of SQL: for an answer that says where to follow on.
NEWEST_NUMBER: Final = (
    f"(coalesce((SELECT newest.xid FROM ({NEWEST}) newest), 0) + 1) * {_PLACES} - 1"  # noqa: S608
)
#: The header that carries it.
POSITION: Final = "Live-Position"


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event of the spine with its number."""

    seq: int
    event: Told
    #: Whether a transaction told so much that numbers ran out: readers must fetch afresh.
    too_many: bool

    def frame(self) -> Frame:
        """Return the event as readers get it: what a list needs to follow."""
        told = self.event
        data = {
            "id": str(told.subject_id),
            "project_id": str(told.project_id) if told.project_id else None,
            "actor_id": str(told.actor_id) if told.actor_id else None,
            **told.payload,
        }
        return Frame(self.seq, told.name.rpartition(".")[0], told.at, data)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which events of the spine a topic holds."""

    projects: frozenset[UUID] = frozenset()
    #: Accounts: what they did, and what was done to them.
    people: frozenset[UUID] = frozenset()
    #: What the names of its events begin with.
    only: str = ""

    def holds(self, event: Told) -> bool:
        """Say whether an event belongs to the topic."""
        return event.name.startswith(self.only) and (
            event.project_id in self.projects
            or event.actor_id in self.people
            or event.subject_id in self.people
        )


async def newest(db: AsyncSession) -> int:
    """Return the number after everything that may be read now."""
    xid, _ = await newest_position(db)
    return (xid + 1) * _PLACES - 1


async def read(db: AsyncSession, after: int, *, limit: int) -> Sequence[Numbered]:
    """Return the events after a number, in order; at most about `limit`.

    Reads the whole of the first transaction, whose first places may be known already.
    """
    xid, place = divmod(after, _PLACES)
    start = (xid + 1, _FIRST) if place == _PLACES - 1 else (xid, _FIRST)
    told = await read_after(db, start, limit=limit + place)
    return [item for item in _numbered(told) if item.seq > after]


def _numbered(told: Sequence[Told]) -> list[Numbered]:
    out: list[Numbered] = []
    xid, place = -1, 0
    for event in told:
        place = place + 1 if event.xid == xid else 0
        xid = event.xid
        shown = min(place, _PLACES - 1)
        out.append(Numbered(xid * _PLACES + shown, event, too_many=place >= _PLACES - 1))
    return out
