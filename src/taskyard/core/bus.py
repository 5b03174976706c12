"""Waking other processes: a bell that says "look", and a line that carries live frames.

Everything here may be lost. PostgreSQL holds the truth, and whoever listens also looks by
itself now and then; the bus only makes that soon. One Valkey connection listens per process.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

_log = structlog.get_logger(__name__)

BELL = "ty:bell"
FRAMES = "ty:live"
#: Frames beyond this are dropped, oldest first: their readers find them in PostgreSQL.
_BACKLOG = 1000
_PAUSE_S = (0.2, 2.0)

Handler = Callable[[bytes], None]


class Bus:
    """This process's end of the bus. Without Valkey it reaches this process alone."""

    def __init__(self, valkey: Redis | None) -> None:
        self._valkey = valkey
        self._handlers: dict[str, list[Handler]] = {BELL: [], FRAMES: []}
        self._outgoing: deque[tuple[str, bytes]] = deque(maxlen=_BACKLOG)
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        #: Whether other processes are heard; where not, look by yourself more often.
        self.connected = False

    def on(self, channel: str, handler: Handler) -> None:
        """Have `handler` called for every message of a channel.

        An empty message says that some may have been missed.
        """
        self._handlers[channel].append(handler)

    def off(self, channel: str, handler: Handler) -> None:
        """Stop calling `handler`."""
        self._handlers[channel].remove(handler)

    def ring(self) -> None:
        """Say that something was committed. Never blocks; many rings may arrive as one."""
        self._hand_out(BELL, b"!")
        if (BELL, b"!") not in self._outgoing:
            self._send(BELL, b"!")

    def tell(self, message: bytes) -> None:
        """Send live frames to every process. Never blocks."""
        self._hand_out(FRAMES, message)
        self._send(FRAMES, message)

    async def start(self, *, listen: bool = True) -> None:
        """Begin to send, and to listen where this process has anybody who does."""
        if self._valkey is None:
            return
        self._tasks = [asyncio.create_task(self._talk(self._valkey), name="bus-talk")]
        if listen:
            self._tasks.append(asyncio.create_task(self._listen(self._valkey), name="bus-listen"))

    async def stop(self) -> None:
        """Stop both."""
        remaining: set[asyncio.Task[None]] = set(self._tasks)
        self._tasks = []
        while remaining:
            # More than once: before Python 3.12 asyncio.wait_for, in which the client sends, loses
            # a cancellation that comes just as it is done.
            for task in remaining:
                task.cancel()
            _, remaining = await asyncio.wait(remaining, timeout=0.1)

    def _send(self, channel: str, message: bytes) -> None:
        if self._tasks:
            self._outgoing.append((channel, message))
            self._wake.set()

    def _hand_out(self, channel: str, message: bytes) -> None:
        for handler in list(self._handlers[channel]):
            try:
                handler(message)
            except Exception:  # noqa: BLE001 — one listener must not silence the others
                _log.exception("bus_handler_failed", channel=channel)

    async def _talk(self, valkey: Redis) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._outgoing:
                channel, message = self._outgoing.popleft()
                try:
                    await valkey.publish(channel, message)
                except (RedisError, OSError):
                    # Nobody is reached for now; the readers' own looking covers it.
                    self._outgoing.clear()
                    await asyncio.sleep(_PAUSE_S[0])

    async def _listen(self, valkey: Redis) -> None:
        pause = _PAUSE_S[0]
        while True:
            try:
                async with valkey.pubsub() as subscription:
                    await subscription.subscribe(*self._handlers)
                    pause = _PAUSE_S[0]
                    while True:
                        message = await subscription.get_message(timeout=5.0)
                        if message is not None:
                            self._heard(message)
            except (RedisError, OSError):
                if self.connected:
                    _log.warning("bus_away")
                self.connected = False
                await asyncio.sleep(pause)
                pause = min(pause * 2, _PAUSE_S[1])

    def _heard(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode()
        if message["type"] == "message":
            self._hand_out(channel, message["data"])
        elif message["type"] == "subscribe":
            # Also after the client reconnected by itself: what came in between was missed.
            self.connected = True
            self._hand_out(channel, b"")
