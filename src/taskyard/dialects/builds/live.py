"""The sockets of the contract builds: one analysis, from its first event to its end.

The contract puts the access token into the address (`?token=`). It counts like a header's from
there on; the log never shows it. A header or a ticket opens the socket as well.
"""

import asyncio
from contextlib import aclosing
from typing import Any, Final, Literal

import orjson
from fastapi import WebSocket, WebSocketDisconnect

from taskyard.core.access import check_same_site
from taskyard.core.admission import admission_of
from taskyard.core.db import is_outage
from taskyard.core.live.frames import Frame
from taskyard.core.live.routes import caller_of
from taskyard.core.live.socket import check_count, counted
from taskyard.core.platform import Platform
from taskyard.core.routing import Router
from taskyard.core.uow import unit_of_work
from taskyard.dialects import record
from taskyard.dialects.builds import access
from taskyard.dialects.builds.wording import FORM
from taskyard.jobs.access import JobAccess
from taskyard.jobs.schemas import JobRead
from taskyard.jobs.streaming import ReaderTooSlow, follow
from taskyard.jobs.types import ENDED
from taskyard.kit.clock import now
from taskyard.kit.errors import Kind, TaskyardError

live = Router(prefix="/api/ws", tags=["analyses"], form=FORM)

DONE, FAULT, COME_BACK = 1000, 1011, 1013
_CODES: Final = {
    Kind.BAD_REQUEST: 4400,
    Kind.UNAUTHENTICATED: 4401,
    Kind.FORBIDDEN: 4403,
    Kind.NOT_FOUND: 4404,
    Kind.THROTTLED: 4429,
    Kind.UNAVAILABLE: COME_BACK,
}
_SEND_S: Final = 20
#: What a client may say at once; and one more every second.
_FRAMES: Final = 300
#: The most a close frame holds (RFC 6455 section 5.5).
_REASON_BYTES: Final = 123


@live.websocket("/analysis/{analysis_id}")
async def follow_analysis(websocket: WebSocket, analysis_id: str) -> None:
    """Tell of an analysis: what was missed, then what comes, then its end."""
    # Before anything is refused: only an open socket can be closed with the contract's codes.
    await websocket.accept()
    telling = asyncio.create_task(_tell(websocket, analysis_id), name="builds-socket")
    leaving = asyncio.create_task(_until_gone(websocket), name="builds-socket-end")
    try:
        await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        telling.cancel()
        leaving.cancel()
        (fault, _) = await asyncio.gather(telling, leaving, return_exceptions=True)
    if leaving.done() and not leaving.cancelled():
        if leaving.result() == "flood":
            await websocket.close(_CODES[Kind.THROTTLED])
    elif fault is None:
        await websocket.close(DONE)
    elif isinstance(fault, TaskyardError):
        reason = fault.message.encode()[:_REASON_BYTES].decode(errors="ignore")
        await websocket.close(_CODES.get(fault.kind, FAULT), reason)
    elif isinstance(fault, ReaderTooSlow) or is_outage(fault):
        await websocket.close(COME_BACK)
    elif not isinstance(fault, asyncio.CancelledError | WebSocketDisconnect):
        raise fault


async def _until_gone(websocket: WebSocket) -> Literal["gone", "flood"]:
    """Return once the client has left, or says too much; what it says means nothing here."""
    clock = asyncio.get_running_loop().time
    began, frames = clock(), 0
    while frames <= _FRAMES + clock() - began:
        if (await websocket.receive())["type"] == "websocket.disconnect":
            return "gone"
        frames += 1
    return "flood"


async def _tell(websocket: WebSocket, analysis_id: str) -> None:
    """Send everything of one analysis. Raises refusals, ReaderTooSlow, TimeoutError."""
    platform: Platform = websocket.app.state.platform
    found, job = await _admit(websocket, platform, analysis_id)
    story = Story(job)
    with counted(found.actor.user_id):
        await _send(websocket, story.connected())
        while True:
            async with aclosing(follow(platform, found.actor, job.id, story.seq)) as frames:
                async for frame in frames:
                    if frame is not None and (message := story.hear(frame)):
                        await _send(websocket, message)
            async with unit_of_work(platform.database) as uow:
                found, job = await access.load(uow, found.actor, analysis_id)
                done = job.status == "completed"
                results = await record.of(uow, platform.storage, found, job) if done else None
            if job.status in ENDED:  # else somebody had it tried again this very moment
                await _send(websocket, story.end(job, results))
                return


async def _admit(
    websocket: WebSocket, platform: Platform, analysis_id: str
) -> tuple[JobAccess, JobRead]:
    """Return the caller's access to the analysis. Raises refusals, once they are counted."""
    admission = admission_of(websocket)
    admission.enter("ws", later=False)
    try:
        check_same_site(websocket)
        if platform.settings.socket_token_in_url:
            websocket = _with_header(websocket)
        async with unit_of_work(platform.database) as uow:
            actor = await caller_of(websocket, uow)
            check_count(actor.user_id)
            return await access.load(uow, actor, analysis_id)
    except TaskyardError as error:
        raise await admission.refusing(error) from error


def _with_header(websocket: WebSocket) -> WebSocket:
    """Return the socket as if its `?token=` had come in the header."""
    token = websocket.query_params.get("token")
    if token is None:
        return websocket
    scope = websocket.scope
    scope["headers"] = [*scope["headers"], (b"authorization", b"Bearer " + token.encode())]
    # Anew: the one there is has read its headers.
    return WebSocket(scope, websocket.receive, websocket.send)


async def _send(websocket: WebSocket, message: dict[str, Any]) -> None:
    async with asyncio.timeout(_SEND_S):
        await websocket.send_text(orjson.dumps(message, option=orjson.OPT_UTC_Z).decode())


class Story:
    """A job's events in the contract's messages; what it says of progress never falls."""

    def __init__(self, job: JobRead) -> None:
        self.seq = 0
        self._ids = {"task_id": str(job.id), "analysis_id": str(job.id)}
        self._named = f"{job.title} of {job.project_name}"
        self._status: record.Status = "initializing"
        self._progress = 0
        self._step: str | None = None
        self._files = 0

    def connected(self) -> dict[str, Any]:
        """Return the first message."""
        said = f"You follow {self._named}."
        return {"type": "connected", **self._ids, "message": said, "timestamp": now()}

    def hear(self, frame: Frame) -> dict[str, Any] | None:
        """Return the message an event makes; None for what the contract does not tell."""
        self.seq = frame.seq
        event, facts = frame.name.removeprefix("job."), dict(frame.data)
        if event in {"queued", "waiting", "started", "completed"}:
            self._status = record.status_of(facts["status"])
        elif event == "asset":
            self._files += 1
        elif event == "step" and facts["status"] == "running":
            self._step = facts["title"]
        elif event == "progress":
            self._step = facts.get("step", self._step)
        else:
            return None
        self._progress = max(self._progress, facts.get("progress", 0))
        return {
            "type": "progress",
            **self._ids,
            "status": self._status,
            "progress": self._progress,
            "timestamp": frame.at,
            "data": {"current_step": self._step, "files_created": self._files},
        }

    def end(self, job: JobRead, results: record.AnalysisRecord | None) -> dict[str, Any]:
        """Return the last message."""
        said = {**self._ids, "status": job.status, "timestamp": job.finished_at}
        if results is not None:
            return {"type": "completion", **said, "results": results.model_dump(mode="json")}
        error = job.failure.message if job.failure else "The analysis was cancelled."
        return {"type": "error", **said, "error": error}
