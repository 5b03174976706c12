"""A topic's readers in this process, and which of them has what."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.access import Actor
from taskyard.core.live import spine
from taskyard.core.live.frames import Frame
from taskyard.core.live.ports import Chunk, Counted, Reader, Spined
from taskyard.core.live.spine import Numbered, Scope
from taskyard.core.uow import Uow

_PAGE: Final = 500
#: A reader of the spine that missed more than this fetches afresh.
_MOST_REPLAYED: Final = 2000


class Subscription:
    """One reader of one topic."""

    def __init__(self, topic: "Topic", reader: Reader, cursor: int) -> None:
        self.topic = topic
        self.reader = reader
        #: The number of the last event handed over.
        self.cursor = cursor
        #: Whether it has everything, so that what comes is handed over at once.
        self.live = False
        self.feeding: asyncio.Task[None] | None = None


class Topic(ABC):
    """What some readers of this process follow."""

    def __init__(self, name: str, shown: str) -> None:
        self.name = name
        #: As its readers call it.
        self.shown = shown
        self.subscriptions: set[Subscription] = set()
        #: Rises with every sign of something new, so that a feed knows whether it is still behind.
        self.signs = 0

    @property
    def live(self) -> list[Subscription]:
        """Those who have everything so far."""
        return [one for one in self.subscriptions if one.live]

    def deliver(self, frames: Sequence[Frame]) -> None:
        """Give events to those who are live and have not had them."""
        self.signs += 1
        live = self.live
        for frame in frames:
            text = frame.text(self.shown) if live else ""
            for one in live:
                if frame.seq > one.cursor:
                    one.cursor = frame.seq
                    one.reader.offer(text, frame)

    def go_live(self, subscription: Subscription) -> None:
        """From now on hand over what comes."""
        subscription.live = True

    @abstractmethod
    async def admit(self, uow: Uow, actor: Actor) -> None:
        """Raise a refusal unless the caller may follow."""

    @abstractmethod
    async def newest(self, db: AsyncSession) -> int:
        """Return the number after which everything is still to come."""

    @abstractmethod
    async def read(self, db: AsyncSession, after: int) -> Chunk:
        """Return events after a number."""


class CountedTopic(Topic):
    """A topic that numbers its own events without a gap: a gap in what comes is seen."""

    def __init__(self, name: str, shown: str, key: str, source: Counted) -> None:
        super().__init__(name, shown)
        self.key = key
        self.source = source
        #: The number of the last event given to the live readers.
        self.head = 0
        self.looking: asyncio.Task[None] | None = None
        self.look_again = False

    def go_live(self, subscription: Subscription) -> None:
        """From now on hand over what comes after what it has."""
        if not self.live:
            self.head = subscription.cursor
        super().go_live(subscription)

    def push(self, frames: Sequence[Frame]) -> bool:
        """Give committed events to the live readers; return whether some are missing before."""
        if not frames or (self.live and frames[0].seq > self.head + 1):
            self.signs += 1
            return bool(self.live)
        self.advance(frames)
        return False

    def advance(self, frames: Sequence[Frame]) -> None:
        """Give the next events to the live readers."""
        fresh = [frame for frame in frames if frame.seq > self.head]
        self.deliver(fresh)
        if fresh and self.live:
            self.head = fresh[-1].seq

    async def admit(self, uow: Uow, actor: Actor) -> None:
        """Raise a refusal unless the caller may follow."""
        await self.source.admit(uow, actor, self.key)

    async def newest(self, db: AsyncSession) -> int:
        """Return the number of the newest event."""
        return (await self.source.newest(db, [self.key])).get(self.key, 0)

    async def read(self, db: AsyncSession, after: int) -> Chunk:
        """Return events after a number."""
        return await self.source.read(db, self.key, after=after, limit=_PAGE)


class SpineTopic(Topic):
    """A topic that is a part of the spine: its numbers rise, with gaps."""

    def __init__(self, name: str, shown: str, key: str, source: Spined) -> None:
        super().__init__(name, shown)
        self.key = key
        self.source = source
        self.scope = Scope()

    def offer(self, item: Numbered) -> None:
        """Give an event of the spine to the live readers, if it belongs here."""
        if not self.scope.holds(item.event):
            return
        project_id = item.event.project_id
        if project_id is not None and item.event.actor_id in self.scope.people:
            # Who acts in a project is in it, also in one made since the rights were read.
            self.scope = replace(self.scope, projects=self.scope.projects | {project_id})
        if not item.too_many:
            self.deliver([item.frame()])

    async def admit(self, uow: Uow, actor: Actor) -> None:
        """Read what belongs to the topic. Raises a refusal."""
        self.scope = await self.source.admit(uow, actor, self.key)

    async def newest(self, db: AsyncSession) -> int:
        """Return the number after everything that may be read now."""
        return await spine.newest(db)

    async def read(self, db: AsyncSession, after: int) -> Chunk:
        """Return events after a number, or that too many were missed."""
        newest = await spine.newest(db)
        if after > newest:
            # A number of another database, or of one that was restored.
            return Chunk((), reset_to=newest)
        items = await spine.read(db, after, limit=_MOST_REPLAYED + 1)
        if len(items) > _MOST_REPLAYED or any(item.too_many for item in items):
            return Chunk((), reset_to=newest)
        return Chunk([item.frame() for item in items if self.scope.holds(item.event)])
