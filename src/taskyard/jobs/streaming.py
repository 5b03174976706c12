"""A job's events as server-sent events, fed by the same hub as the sockets.

The stream ends with the job. A reader that is too slow is cut off; it returns with the number of
its last event, and nothing is lost.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Final
from uuid import UUID

import orjson
from fastapi.responses import StreamingResponse

from taskyard.core.access import Actor, Permission, as_of_now
from taskyard.core.db import is_outage
from taskyard.core.live import Frame
from taskyard.core.live.socket import check_count, counted
from taskyard.core.platform import Platform
from taskyard.core.uow import unit_of_work
from taskyard.jobs import access, repository
from taskyard.kit.errors import TaskyardError

_WAITING: Final = 1000
#: A comment keeps proxies from closing a quiet stream; rights are asked for again as often.
_QUIET_S: Final = 15
_NEWEST: Final = 2**53
_ENDS: Final = frozenset({"job.completed", "job.failed", "job.cancelled"})


def answer(platform: Platform, actor: Actor, job_id: UUID, after: int) -> StreamingResponse:
    """Return the stream of a job's events after a number. Raises TooManySockets."""
    check_count(actor.user_id)
    return StreamingResponse(
        _events(platform, actor, job_id, after),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


class ReaderTooSlow(Exception):
    """More events wait for this reader than are kept for one. Come back, and nothing is lost."""


class _Queue:
    """The reader's end: bounded, and closed when it overflows."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue(_WAITING)
        self._overflown = False
        #: Whether what was asked for is no longer kept.
        self.was_reset = False

    async def put(self, _: str, frame: Frame | None) -> None:
        """Take an event of the past, or the word that some are gone."""
        self.was_reset = self.was_reset or frame is None
        await self._frames.put(frame)

    def offer(self, _: str, frame: Frame) -> None:
        """Take a live event."""
        if self._overflown or self._frames.full():
            # Also where there is room again: what was left out would be a gap.
            self._overflown = True
            return
        self._frames.put_nowait(frame)

    async def next(self) -> Frame | None:
        """Return the next event; None after a quiet while. Raises ReaderTooSlow when cut off."""
        if self._overflown and self._frames.empty():
            raise ReaderTooSlow
        try:
            async with asyncio.timeout(_QUIET_S):
                return await self._frames.get()
        except TimeoutError:
            return None


async def follow(
    platform: Platform, actor: Actor, job_id: UUID, after: int
) -> AsyncGenerator[Frame | None]:
    """Yield a job's events after a number, up to its end; None after each quiet while.

    Raises ReaderTooSlow, and a refusal once the caller may read no longer.
    """
    assert platform.hub is not None, "the API process has a hub"
    queue = _Queue()
    async with unit_of_work(platform.database) as uow:
        subscription = await platform.hub.subscribe(uow, actor, f"job:{job_id}", queue, after)
    platform.hub.begin(subscription)
    checked = asyncio.get_running_loop().time()
    try:
        while True:
            frame = await queue.next()
            yield frame
            if frame is not None and frame.name in _ENDS:
                if await _is_over(platform, job_id, frame.seq):
                    return
            elif queue.was_reset and await _is_over(platform, job_id, _NEWEST):
                # Its end is among the events that are gone.
                return
            now = asyncio.get_running_loop().time()
            if now - checked > _QUIET_S:
                checked = now
                await _check_again(platform, actor, job_id)
    finally:
        platform.hub.unsubscribe(subscription)


async def _events(
    platform: Platform, actor: Actor, job_id: UUID, after: int
) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    with counted(actor.user_id), suppress(ReaderTooSlow, TaskyardError):
        async with aclosing(follow(platform, actor, job_id, after)) as frames:
            async for frame in frames:
                yield b": still here\n\n" if frame is None else _encoded(frame)


async def _is_over(platform: Platform, job_id: UUID, seq: int) -> bool:
    """Say whether this end was the last; a job that is tried again goes on after it."""
    async with platform.database.session() as db:
        return await repository.is_over(db, job_id, seq)


async def _check_again(platform: Platform, actor: Actor, job_id: UUID) -> None:
    """Raise a refusal where the caller may read no longer; the session may have ended, too."""
    try:
        async with unit_of_work(platform.database) as uow:
            here = await as_of_now(platform.authenticator, uow, actor)
            await access.load(uow, here, job_id, Permission.JOB_READ)
    except Exception as error:
        if not is_outage(error):
            raise


def _encoded(frame: Frame) -> bytes:
    data = orjson.dumps(
        {"seq": frame.seq, "name": frame.name, "at": frame.at, "data": frame.data},
        option=orjson.OPT_UTC_Z,
    )
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (frame.seq, frame.name.encode(), data)
