"""What a runner gets: its side of a job. It sees no database and no queue."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel, JsonValue

from taskyard.core.platform import Platform
from taskyard.jobs.types import LogLevel

M = TypeVar("M", bound=BaseModel)


class Recorder(Protocol):
    """Keeps what a runner tells; the engine's side (`engine.journal`)."""

    def note_progress(self, fraction: float, step: str | None, facts: dict[str, Any]) -> None:
        """Note how far the job is; the newest note counts."""

    def note_lines(self, text: str, level: LogLevel) -> None:
        """Note lines of the log."""

    async def step_result(self, name: str) -> Any | None:
        """Return what a finished step gave; None where it has not finished."""

    async def begin_step(self, name: str, title: str) -> None:
        """Record that a step began."""

    async def finish_step(self, name: str, title: str, result: Any) -> None:
        """Keep a step's result, so that no attempt does it again."""

    async def keep_asset(self, name: str, content: bytes | Path, content_type: str) -> None:
        """Keep a file."""


class JobContext:
    """One attempt of one job, as its runner sees it."""

    def __init__(
        self,
        *,
        job_id: UUID,
        attempt: int,
        project_id: UUID | None,
        owner_id: UUID | None,
        platform: Platform,
        recorder: Recorder,
        workspace: Path,
    ) -> None:
        self.job_id = job_id
        #: Which try this is, from 1.
        self.attempt = attempt
        self.project_id = project_id
        self.owner_id = owner_id
        self.platform = platform
        #: Set when the job has to stop. Whoever has not stopped 15 seconds later is killed with
        #: the whole process.
        self.cancelled = asyncio.Event()
        self._recorder = recorder
        self._workspace = workspace

    @property
    def workspace(self) -> Path:
        """A folder of this attempt's own (0700), made on first use and gone when it ends."""
        self._workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._workspace

    def progress(self, fraction: float, step: str | None = None, **facts: JsonValue) -> None:
        """Tell how far the job is, 0 to 1, and what it is at. What people see never falls.

        Cheap and callable from any thread: it is written ten times a second at most (five times
        at once after a silence), the newest word each time.
        """
        self._recorder.note_progress(fraction, step, facts)

    def log(self, line: str, level: LogLevel = "info") -> None:
        """Add to the job's log; several lines at once are fine. Cheap, like `progress`."""
        self._recorder.note_lines(line, level)

    async def step(
        self, name: str, title: str, work: Callable[[], Awaitable[M]], model: type[M]
    ) -> M:
        """Do a part of the job, or return what an earlier attempt's `work` returned.

        `name` is the step's key within the job (at most 60 characters), `title` what people read.
        Raises what `work` raises; the next attempt then does the step again.
        """
        kept = await self._recorder.step_result(name)
        if kept is not None:
            return model.model_validate(kept)
        await self.checkpoint()
        await self._recorder.begin_step(name, title)
        result = await work()
        await self._recorder.finish_step(name, title, result.model_dump(mode="json"))
        return result

    async def asset(self, name: str, content: bytes | Path, content_type: str) -> None:
        """Keep a file that people can fetch from the job's page; an equal name replaces it."""
        await self._recorder.keep_asset(name, content, content_type)

    async def checkpoint(self) -> None:
        """Give others a turn. Raises asyncio.CancelledError once the job has to stop."""
        await asyncio.sleep(0)
        if self.cancelled.is_set():
            raise asyncio.CancelledError
