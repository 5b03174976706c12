"""Feeding the readers of one process.

A reader is first fed from PostgreSQL, at its own pace, until it has everything; only then is it
live. Whatever the bus loses, a look into PostgreSQL finds: every two seconds, and after a gap.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.access import Actor
from taskyard.core.bus import BELL, FRAMES, Bus
from taskyard.core.db import Database, is_outage
from taskyard.core.live import frames, spine
from taskyard.core.live.ports import Counted, Reader, Spined, TopicUnknown
from taskyard.core.live.spine import Numbered
from taskyard.core.live.topics import CountedTopic, SpineTopic, Subscription, Topic
from taskyard.core.uow import Uow

_log = structlog.get_logger(__name__)

#: How often to look without being told: with a bus, and without.
_LOOK_S: Final = (2.0, 0.4)
#: A transaction that stays open a little longer hides those after it: look again later on.
_AFTER_BELL_S: Final = (0.02, 0.1, 0.4)
_BATCH: Final = 500
_RETRY_S: Final = 0.5
#: Topics of one's own need no key.
_OWN: Final = frozenset({"inbox", "user"})


def word(kind: str, topic: str, seq: int | None = None) -> str:
    """Return what a socket is sent about a topic."""
    said: dict[str, object] = {"type": kind, "topic": topic}
    if seq is not None:
        said["seq"] = seq
    return orjson.dumps(said).decode()


def _note(error: Exception) -> None:
    if not is_outage(error):
        _log.error("hub_read_failed", exc_info=error)


class Hub:
    """The live stream of one API process."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        *,
        counted: Iterable[Counted],
        spined: Iterable[Spined],
    ) -> None:
        self._database = database
        self._bus = bus
        self._counted = {source.family: source for source in counted}
        self._spined = {source.family: source for source in spined}
        self._topics: dict[str, Topic] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._bell = asyncio.Event()
        self._position: int | None = None

    @property
    def position(self) -> int | None:
        """How far the spine was handed out to the live; None while nobody follows anything."""
        return self._position

    async def start(self) -> None:
        """Begin to listen."""
        self._bus.on(FRAMES, self._on_frames)
        self._bus.on(BELL, self._on_bell)
        self._tasks = [
            asyncio.create_task(self._follow_spine(), name="hub-spine"),
            asyncio.create_task(self._look_around(), name="hub-look"),
        ]

    async def stop(self) -> None:
        """Stop feeding."""
        self._bus.off(FRAMES, self._on_frames)
        self._bus.off(BELL, self._on_bell)
        for topic in list(self._topics.values()):
            for subscription in list(topic.subscriptions):
                self.unsubscribe(subscription)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def subscribe(
        self, uow: Uow, actor: Actor, shown: str, reader: Reader, after: int | None
    ) -> Subscription:
        """Let a reader follow a topic from a number on, or from now. Raises refusals.

        Nothing is handed over before `begin` is called with the subscription.
        """
        made = self._topic(actor, shown)
        await made.admit(uow, actor)
        topic = self._topics.setdefault(made.name, made)
        subscription = Subscription(topic, reader, after or 0)
        topic.subscriptions.add(subscription)
        try:
            if self._position is None:
                await self._take_position(uow.db)
            if after is None:
                subscription.cursor = await topic.newest(uow.db)
        except BaseException:
            self.unsubscribe(subscription)
            raise
        return subscription

    async def _take_position(self, db: AsyncSession) -> None:
        newest = await spine.newest(db)
        # Somebody may have come while it was read; the smaller number misses nothing.
        self._position = newest if self._position is None else min(newest, self._position)

    def begin(self, subscription: Subscription) -> None:
        """Hand over what the reader has not seen, then what comes."""
        subscription.feeding = asyncio.create_task(self._feed(subscription))

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop handing over."""
        subscription.live = False
        if subscription.feeding is not None:
            subscription.feeding.cancel()
        topic = subscription.topic
        topic.subscriptions.discard(subscription)
        if topic.subscriptions or self._topics.get(topic.name) is not topic:
            return
        del self._topics[topic.name]
        if isinstance(topic, CountedTopic) and topic.looking is not None:
            topic.looking.cancel()

    def _topic(self, actor: Actor, shown: str) -> Topic:
        family, _, key = shown.partition(":")
        if bool(key) == (family in _OWN):
            family = ""
        name = f"{family}:{key or actor.user_id}"
        if name in self._topics:
            return self._topics[name]
        if family in self._counted:
            return CountedTopic(name, shown, key, self._counted[family])
        if family in self._spined:
            return SpineTopic(name, shown, key, self._spined[family])
        families = sorted({*self._counted, *self._spined} - _OWN)
        raise TopicUnknown(known=", ".join([f"{one}:<id>" for one in families] + sorted(_OWN)))

    async def _feed(self, subscription: Subscription) -> None:
        """Hand over from PostgreSQL until nothing is missing, then let the reader be live."""
        topic, reader = subscription.topic, subscription.reader
        while True:
            signs = topic.signs
            try:
                async with self._database.session() as db:
                    chunk = await topic.read(db, subscription.cursor)
            except Exception as error:  # noqa: BLE001 — tried again
                _note(error)
                await asyncio.sleep(_RETRY_S)
                continue
            if chunk.reset_to is not None:
                subscription.cursor = chunk.reset_to
                await reader.put(word("reset", topic.shown), None)
                await reader.put(word("subscribed", topic.shown, chunk.reset_to), None)
            for frame in chunk.frames:
                await reader.put(frame.text(topic.shown), frame)
                subscription.cursor = frame.seq
            if not chunk.more and topic.signs == signs:
                topic.go_live(subscription)
                return

    def _on_frames(self, message: bytes) -> None:
        if not message:
            # The bus was away: every topic may have missed something.
            self._look_at(self._topics.values())
            return
        topic = self._topics.get(frames.topic_of(message))
        if isinstance(topic, CountedTopic) and topic.push(frames.decode(message)):
            self._look_at([topic])

    def _on_bell(self, _: bytes) -> None:
        self._bell.set()

    def _look_at(self, topics: Iterable[Topic]) -> None:
        """Have counted topics read what they may have missed."""
        for topic in topics:
            if not isinstance(topic, CountedTopic):
                continue
            topic.signs += 1
            if topic.looking is None or topic.looking.done():
                topic.looking = asyncio.create_task(self._catch_up(topic))
            else:
                topic.look_again = True

    async def _catch_up(self, topic: CountedTopic) -> None:
        while topic.live:
            topic.look_again = False
            try:
                async with self._database.session() as db:
                    chunk = await topic.read(db, topic.head)
            except Exception as error:  # noqa: BLE001 — tried again
                _note(error)
                await asyncio.sleep(_RETRY_S)
                continue
            topic.advance(chunk.frames)
            if not chunk.more and not topic.look_again:
                return

    async def _look_around(self) -> None:
        """Find what the bus lost. One query, however many topics there are."""
        while True:
            await asyncio.sleep(_LOOK_S[0] if self._bus.connected else _LOOK_S[1])
            for source in self._counted.values():
                topics = {
                    topic.key: topic
                    for topic in self._topics.values()
                    if isinstance(topic, CountedTopic) and topic.source is source and topic.live
                }
                if not topics:
                    continue
                try:
                    async with self._database.session() as db:
                        newest = await source.newest(db, list(topics))
                    behind = [topics[key] for key, seq in newest.items() if seq > topics[key].head]
                except Exception as error:  # noqa: BLE001 — tried again
                    _note(error)
                    continue
                self._look_at(behind)

    async def _follow_spine(self) -> None:
        pauses = iter(_AFTER_BELL_S)
        while True:
            pause = next(pauses, _LOOK_S[0] if self._bus.connected else _LOOK_S[1])
            try:
                async with asyncio.timeout(pause):
                    await self._bell.wait()
                self._bell.clear()
                pauses = iter(_AFTER_BELL_S)
            except TimeoutError:
                pass
            try:
                await self._read_on()
            except Exception as error:  # noqa: BLE001 — tried again
                _note(error)

    async def _read_on(self) -> None:
        if not self._topics:
            self._position = None
        while self._position is not None:
            async with self._database.session() as db:
                items = await spine.read(db, self._position, limit=_BATCH)
            for item in items:
                self._distribute(item)
            if items:
                self._position = items[-1].seq
            if len(items) < _BATCH:
                return

    def _distribute(self, item: Numbered) -> None:
        for topic in list(self._topics.values()):
            if isinstance(topic, SpineTopic):
                topic.offer(item)
        family = item.event.name.partition(".")[0]
        changed = self._topics.get(f"{family}:{item.event.subject_id}")
        if changed is not None:
            self._look_at([changed])
