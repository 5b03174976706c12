"""One WebSocket.

    client   {"type": "subscribe", "topic", "after"?}  {"type": "unsubscribe", "topic"}
             {"type": "ping"}
    server   {"type": "welcome", "epoch"}              {"type": "subscribed", "topic", "seq"}
             {"type": "event", "topic", "seq", "name", "at", "data"}
             {"type": "reset", "topic"}                {"type": "pong", "seq"?}
             {"type": "error", "code", "message", "topic"?}

Close codes: 4401 the session ended, 4408 silent for too long, 4429 too many frames, 1003 a binary
one, 1009 one too large, 1011 a fault of ours, 1013 too slow a reader (come back, and nothing is
lost). Who may not come in at all is refused before, with a status and a body like any refusal.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import orjson
import structlog
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from taskyard.core.access import Actor
from taskyard.core.db import is_outage
from taskyard.core.live.frames import Frame
from taskyard.core.live.hub import Hub, word
from taskyard.core.live.topics import Subscription
from taskyard.core.platform import Platform
from taskyard.core.uow import unit_of_work
from taskyard.kit.errors import Kind, TaskyardError

_log = structlog.get_logger(__name__)

MAX_FRAME_BYTES: Final = 64 * 1024
MOST_TOPICS: Final = 100
#: Sockets and streams of one account in this process.
MOST_SOCKETS: Final = 50
#: Frames a client may send within this many seconds; a page that loads subscribes to a few dozen.
_MOST_FRAMES, _FRAMES_S = 300, 10
#: Clients ping every 20 s.
IDLE_S: Final = 90
RECHECK_S: Final = 30
_WAITING: Final = 1000
#: The first words of events after which a session may have ended or a role changed.
_OF_ACCOUNTS: Final = frozenset({"account", "session", "member"})
_SEND_S: Final = 20
#: When to try again where there are too many: a page that was left is noticed by then.
_RETRY_S: Final = 10

SESSION_ENDED, IDLE, TOO_MANY, BINARY, TOO_LARGE, TOO_SLOW = 4401, 4408, 4429, 1003, 1009, 1013
GONE, BROKEN = 1001, 1011

_open: Counter[UUID] = Counter()


class TooManySockets(TaskyardError):
    """This account follows {limit} things live already. Close a page or a stream first."""

    kind = Kind.THROTTLED
    code = "TOO_MANY_SOCKETS"


def check_count(user_id: UUID) -> None:
    """Raise TooManySockets where an account has as many as it may have."""
    if _open[user_id] >= MOST_SOCKETS:
        raise TooManySockets(limit=MOST_SOCKETS, retry_after=_RETRY_S)


@contextmanager
def counted(user_id: UUID) -> Iterator[None]:
    """Count a socket or a stream of an account for as long as the block lasts."""
    _open[user_id] += 1
    try:
        yield
    finally:
        _open[user_id] -= 1
        if not _open[user_id]:
            del _open[user_id]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Subscribe(_Message):
    type: Literal["subscribe"]
    topic: Annotated[str, Field(max_length=100)]
    after: Annotated[int, Field(ge=0, le=2**53)] | None = None


class _Unsubscribe(_Message):
    type: Literal["unsubscribe"]
    topic: Annotated[str, Field(max_length=100)]


class _Ping(_Message):
    type: Literal["ping"]


_MESSAGE: TypeAdapter[_Subscribe | _Unsubscribe | _Ping] = TypeAdapter(
    Annotated[_Subscribe | _Unsubscribe | _Ping, Field(discriminator="type")]
)


class Socket:
    """Serves one accepted socket until it ends. It is the reader of all its topics."""

    def __init__(
        self, websocket: WebSocket, platform: Platform, hub: Hub, actor: Actor, epoch: str
    ) -> None:
        self._websocket = websocket
        self._platform = platform
        self._hub = hub
        self._actor = actor
        self._epoch = epoch
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(_WAITING)
        self._subscriptions: dict[str, Subscription] = {}
        self._ended = asyncio.Event()
        self._code = 1000
        #: Set when something happened to the account, a session or a membership of its.
        self._doubt = asyncio.Event()

    async def put(self, text: str, frame: Frame | None) -> None:  # noqa: ARG002 — the port's
        """Send when there is room."""
        await self._outgoing.put(text)

    def offer(self, text: str, frame: Frame) -> None:
        """Send soon, or end: what would wait here is in PostgreSQL anyway."""
        if frame.name.partition(".")[0] in _OF_ACCOUNTS:
            self._doubt.set()
        try:
            self._outgoing.put_nowait(text)
        except asyncio.QueueFull:
            self._end(TOO_SLOW)

    async def serve(self) -> None:
        """Talk until either side ends it."""
        with counted(self._actor.user_id):
            await self._talk()
        await self._hang_up()

    async def _talk(self) -> None:
        await self._say({"type": "welcome", "epoch": self._epoch})
        tasks: list[asyncio.Task[Any]] = [
            asyncio.create_task(work, name=f"socket-{name}")
            for name, work in (
                ("read", self._read()),
                ("write", self._write()),
                ("recheck", self._recheck()),
                ("end", self._ended.wait()),
            )
        ]
        try:
            # Also where one of them breaks: a socket nobody reads would stay open for ever.
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for subscription in self._subscriptions.values():
                self._hub.unsubscribe(subscription)
            for fault in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(fault, Exception):
                    self._end(BROKEN)
                    _log.error("socket_broke", exc_info=fault)

    def _end(self, code: int) -> None:
        if not self._ended.is_set():
            self._code = code
            self._ended.set()

    async def _hang_up(self) -> None:
        try:
            async with asyncio.timeout(_SEND_S):
                await self._websocket.close(self._code)
        except (RuntimeError, TimeoutError, WebSocketDisconnect):
            # The client was gone first.
            return

    async def _say(self, message: dict[str, Any]) -> None:
        await self._outgoing.put(orjson.dumps(message).decode())

    async def _write(self) -> None:
        """Send what waits. The only place that sends, so frames never mix."""
        try:
            while True:
                text = await self._outgoing.get()
                async with asyncio.timeout(_SEND_S):
                    await self._websocket.send_text(text)
        except TimeoutError:
            self._end(TOO_SLOW)
        except (RuntimeError, WebSocketDisconnect):
            self._end(GONE)

    async def _read(self) -> None:
        clock, frames, until = asyncio.get_running_loop().time, 0, 0.0
        try:
            while True:
                async with asyncio.timeout(IDLE_S):
                    text = await self._websocket.receive_text()
                if clock() > until:
                    frames, until = 0, clock() + _FRAMES_S
                frames += 1
                if frames > _MOST_FRAMES:
                    self._end(TOO_MANY)
                    return
                if len(text) > MAX_FRAME_BYTES:
                    self._end(TOO_LARGE)
                    return
                await self._heed(text)
        except TimeoutError:
            self._end(IDLE)
        except (KeyError, RuntimeError, WebSocketDisconnect):
            # KeyError: a binary frame, which this protocol has not.
            self._end(BINARY)

    async def _heed(self, text: str) -> None:
        try:
            message = _MESSAGE.validate_json(text)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in fault["loc"][1:])
            said = f"{where}: {fault['msg']}" if where else fault["msg"]
            await self._say({"type": "error", "code": "VALIDATION_ERROR", "message": said})
            return
        if isinstance(message, _Ping):
            await self._say({"type": "pong"} | self._told())
        elif isinstance(message, _Unsubscribe):
            self._drop(message.topic)
        else:
            await self._subscribe(message.topic, message.after)

    def _told(self) -> dict[str, Any]:
        """Return up to which number the spine was told; nothing while a topic is behind.

        So a reader of quiet topics need not ask the whole of a busy spine when it comes back.
        """
        position = self._hub.position
        live = all(one.live for one in self._subscriptions.values())
        return {"seq": position} if self._subscriptions and live and position is not None else {}

    async def _subscribe(self, topic: str, after: int | None) -> None:
        self._drop(topic)
        if len(self._subscriptions) >= MOST_TOPICS:
            said = f"A socket follows at most {MOST_TOPICS} topics; unsubscribe from one first"
            await self._refuse(topic, "TOO_MANY_TOPICS", said)
            return
        try:
            async with unit_of_work(self._platform.database) as uow:
                subscription = await self._hub.subscribe(uow, self._actor, topic, self, after)
        except TaskyardError as error:
            await self._refuse(topic, error.code, error.message)
            return
        except Exception as error:
            if not is_outage(error):
                raise
            await self._refuse(topic, "SERVICE_UNAVAILABLE", "The database is away. Try again")
            return
        self._subscriptions[topic] = subscription
        await self._outgoing.put(word("subscribed", topic, subscription.cursor))
        self._hub.begin(subscription)

    def _drop(self, topic: str) -> None:
        subscription = self._subscriptions.pop(topic, None)
        if subscription is not None:
            self._hub.unsubscribe(subscription)

    async def _refuse(self, topic: str, code: str, message: str) -> None:
        await self._say({"type": "error", "code": code, "message": message, "topic": topic})

    async def _recheck(self) -> None:
        """Ask again and again whether the caller may still see what is sent.

        At once where the stream itself tells of a change to the account.
        """
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(RECHECK_S):
                    await self._doubt.wait()
            self._doubt.clear()
            try:
                await self._recheck_once()
            except Exception as error:
                if not is_outage(error):
                    raise

    async def _recheck_once(self) -> None:
        session_id = self._actor.session_id
        async with unit_of_work(self._platform.database) as uow:
            if session_id is not None:
                actor = await self._platform.authenticator.again(uow, session_id)
                if actor is None:
                    self._end(SESSION_ENDED)
                    return
                self._actor = actor
            for topic, subscription in list(self._subscriptions.items()):
                try:
                    await subscription.topic.admit(uow, self._actor)
                except TaskyardError as error:
                    self._drop(topic)
                    await self._refuse(topic, error.code, error.message)
