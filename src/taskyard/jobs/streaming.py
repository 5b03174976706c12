"""A job's events as server-sent events, fed by the same hub as the sockets.

The stream ends with the job. A reader that is too slow is cut off; it returns with the number of
its last event, and nothing is lost.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import orjson
from fastapi.responses import StreamingResponse

from taskyard.core.access import Actor, Permission
from taskyard.core.db import is_outage
from taskyard.core.live import Frame
from taskyard.core.platform import Platform
from taskyard.core.uow import unit_of_work
from taskyard.jobs import access, repository
from taskyard.kit.errors import TaskyardError

_WAITING: Final = 1000
#: A comment keeps proxies from closing a quiet stream; rights are asked for again as often.
_QUIET_S: Final = 15
_ENDS: Final = frozenset({"job.completed", "job.failed", "job.cancelled"})


def answer(platform: Platform, actor: Actor, job_id: UUID, after: int) -> StreamingResponse:
    """Return the stream of a job's events after a number."""
    return StreamingResponse(
        _events(platform, actor, job_id, after),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


class _Queue:
    """The reader's end: bounded, and closed when it overflows."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[Frame] = asyncio.Queue(_WAITING)
        self._overflown = False

    async def put(self, _: str, frame: Frame | None) -> None:
        """Take an event of the past; words about the topic mean nothing here."""
        if frame is not None:
            await self._frames.put(frame)

    def offer(self, _: str, frame: Frame) -> None:
        """Take a live event."""
        if self._overflown or self._frames.full():
            # Also where there is room again: what was left out would be a gap.
            self._overflown = True
            return
        self._frames.put_nowait(frame)

    async def next(self) -> Frame | None:
        """Return the next event; None after a quiet while. Raises EOFError when cut off."""
        if self._overflown and self._frames.empty():
            raise EOFError
        try:
            async with asyncio.timeout(_QUIET_S):
                return await self._frames.get()
        except TimeoutError:
            return None


async def _events(
    platform: Platform, actor: Actor, job_id: UUID, after: int
) -> AsyncIterator[bytes]:
    assert platform.hub is not None, "the API process has a hub"
    queue = _Queue()
    async with unit_of_work(platform.database) as uow:
        subscription = await platform.hub.subscribe(uow, actor, f"job:{job_id}", queue, after)
    platform.hub.begin(subscription)
    checked = asyncio.get_running_loop().time()
    try:
        yield b"retry: 1000\n\n"
        while True:
            frame = await queue.next()
            if frame is not None:
                yield _encoded(frame)
                if frame.name in _ENDS and await _is_over(platform, job_id, frame.seq):
                    return
            else:
                yield b": still here\n\n"
            now = asyncio.get_running_loop().time()
            if now - checked > _QUIET_S:
                checked = now
                if not await _may_still(platform, actor, job_id):
                    return
    except EOFError:
        return
    finally:
        platform.hub.unsubscribe(subscription)


async def _is_over(platform: Platform, job_id: UUID, seq: int) -> bool:
    """Say whether this end was the last; a job that is tried again goes on after it."""
    async with platform.database.session() as db:
        return await repository.is_over(db, job_id, seq)


async def _may_still(platform: Platform, actor: Actor, job_id: UUID) -> bool:
    """Say whether the caller may go on reading; their session may have ended meanwhile."""
    try:
        async with unit_of_work(platform.database) as uow:
            if actor.session_id is not None:
                now = await platform.authenticator.again(uow, actor.session_id)
                if now is None:
                    return False
                actor = now
            await access.load(uow, actor, job_id, Permission.JOB_READ)
    except TaskyardError:
        return False
    except Exception as error:
        if not is_outage(error):
            raise
    return True


def _encoded(frame: Frame) -> bytes:
    data = orjson.dumps(
        {"seq": frame.seq, "name": frame.name, "at": frame.at, "data": frame.data},
        option=orjson.OPT_UTC_Z,
    )
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (frame.seq, frame.name.encode(), data)
