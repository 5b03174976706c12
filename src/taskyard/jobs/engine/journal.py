"""An attempt's way to write: progress and log in batches, steps and assets at once."""

import asyncio
import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.bus import Bus
from taskyard.core.db import is_outage
from taskyard.core.platform import Platform
from taskyard.core.uow import unit_of_work
from taskyard.files.service import keep_blob
from taskyard.jobs import policy
from taskyard.jobs.engine import fence, frames
from taskyard.jobs.engine.clean import clean_json, lines_of
from taskyard.jobs.engine.fence import Fenced, Write
from taskyard.jobs.engine.states import Claimed
from taskyard.jobs.errors import LeaseLost
from taskyard.jobs.models import JobAsset, JobEvent, JobStep
from taskyard.jobs.types import LogLevel
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7

_log = structlog.get_logger(__name__)

#: Ten batches a second, each of at most so many lines and characters. After a while of silence some
#: may follow at once, so that one who watches need not wait for what is said now and then.
PAUSE_S = 0.1
_AT_ONCE = 5
#: What is said in one breath is written together.
_BREATH_S = 0.01
BATCH_LINES = 500
_BATCH_CHARS = 200_000
#: Lines that wait to be written; beyond them they are counted, not kept.
WAITING_LINES = 10_000
#: Lines one attempt may keep in all.
MOST_LINES = 100_000
_RETRY_S = 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log, not numbered yet."""

    at: str
    level: LogLevel
    text: str


@dataclass(slots=True)
class _Notes:
    """What was noted since the last batch."""

    progress: float | None = None
    step: str | None = None
    facts: dict[str, Any] | None = None


class Journal:
    """Implements `jobs.context.Recorder` for one attempt."""

    def __init__(
        self,
        platform: Platform,
        bus: Bus,
        claimed: Claimed,
        *,
        is_lost: Callable[[], bool],
        finished_steps: dict[str, Any],
        most_lines: int = MOST_LINES,
    ) -> None:
        self._platform = platform
        self._bus = bus
        self._claimed = claimed
        self._is_lost = is_lost
        self._finished_steps = finished_steps
        self._most_lines = most_lines
        self._writes = 0
        self._writing = asyncio.Lock()
        self._commits: set[asyncio.Task[None]] = set()
        # Runners may note from any thread.
        self._noting = threading.Lock()
        self._notes = _Notes()
        self._lines: deque[Line] = deque()
        self._left_out = 0
        self._kept = 0
        self._closing = False
        self._loop = asyncio.get_running_loop()
        self._noted = asyncio.Event()

    def note_progress(self, fraction: float, step: str | None, facts: dict[str, Any]) -> None:
        """Note how far the job is; the newest note counts."""
        with self._noting:
            notes = self._notes
            notes.progress = max(min(float(fraction), 1.0), notes.progress or 0.0)
            notes.step = step[:200] if step is not None else notes.step
            notes.facts = {**(notes.facts or {}), **facts}
        self._wake()

    def note_lines(self, text: str, level: LogLevel) -> None:
        """Note lines of the log."""
        at = _now()
        with self._noting:
            for line in lines_of(text):
                if len(self._lines) >= WAITING_LINES or self._kept >= self._most_lines:
                    self._left_out += 1
                    continue
                if self._left_out:
                    self._lines.append(self._gap(at))
                self._kept += 1
                self._lines.append(Line(at, level, line))
        self._wake()

    def _gap(self, at: str) -> Line:
        """Return the line that stands for those left out."""
        count, self._left_out = self._left_out, 0
        return Line(at, "warning", f"… {count:,} lines were left out: more than the log can hold")

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._noted.set)

    async def run(self) -> None:
        """Write what is noted, until cancelled. Raises LeaseLost."""
        due = -math.inf
        while True:
            await self._noted.wait()
            await asyncio.sleep(max(_BREATH_S, due - self._loop.time()))
            self._noted.clear()
            if await self._flush_once():
                began = self._loop.time() - (_AT_ONCE - 1) * PAUSE_S
                due = max(due, began) + PAUSE_S

    async def flush(self) -> None:
        """Write everything noted so far. Raises LeaseLost."""
        while self._lines or self._notes.progress is not None:
            await self._flush_once()

    async def close(self) -> None:
        """Write the rest, and what was left out of it. Raises LeaseLost."""
        self._closing = True
        # Also what somebody began to write and was cancelled over.
        await asyncio.gather(*self._commits)
        await self.flush()
        if self._left_out:
            await self._flush_once()

    async def step_result(self, name: str) -> Any | None:
        """Return what a finished step gave; None where it has not finished."""
        return self._finished_steps.get(name)

    async def begin_step(self, name: str, title: str) -> None:
        """Record that a step began."""
        await self.flush()
        data = {"name": name, "title": title, "status": "running"}

        async def effect(db: AsyncSession) -> None:
            row = insert(JobStep).values(
                job_id=self._claimed.job_id,
                name=name,
                title=title[:200],
                status="running",
                attempt=self._claimed.attempt,
                position=select(func.coalesce(func.max(JobStep.position), 0) + 1)
                .where(JobStep.job_id == self._claimed.job_id)
                .scalar_subquery(),
            )
            again = {
                "status": "running",
                "title": row.excluded.title,
                "attempt": row.excluded.attempt,
                "started_at": func.clock_timestamp(),
                "finished_at": None,
            }
            await db.execute(
                row.on_conflict_do_update(index_elements=["job_id", "name"], set_=again)
            )

        await self.write(Write(lambda _: [("job.step", data)], 1, step=title[:200], effect=effect))

    async def finish_step(self, name: str, title: str, result: Any) -> None:
        """Keep a step's result, so that no attempt does it again."""
        await self.flush()
        data = {"name": name, "title": title, "status": "done"}
        kept = clean_json(result)

        async def effect(db: AsyncSession) -> None:
            step = await db.get_one(JobStep, (self._claimed.job_id, name))
            step.status, step.result = "done", kept
            step.finished_at = func.clock_timestamp()

        await self.write(Write(lambda _: [("job.step", data)], 1, effect=effect))
        self._finished_steps[name] = kept

    async def keep_asset(self, name: str, content: bytes | Path, content_type: str) -> None:
        """Keep a file; one of the same name is replaced."""
        blob = await keep_blob(self._platform.database, self._platform.storage, content)
        shown = {"name": name, "content_type": content_type, "size_bytes": blob.size_bytes}

        async def effect(db: AsyncSession) -> None:
            values = {**shown, "sha256": blob.sha256}
            row = insert(JobAsset).values(id=uuid7(), job_id=self._claimed.job_id, **values)
            await db.execute(
                row.on_conflict_do_update(index_elements=["job_id", "name"], set_=values)
            )

        await self.write(Write(lambda _: [("job.asset", shown)], 1, effect=effect))

    async def _flush_once(self) -> bool:
        """Write a batch of what is noted; say whether there was something."""
        with self._noting:
            notes, self._notes = self._notes, _Notes()
            lines = self._take_lines()
        events = int(notes.progress is not None) + int(bool(lines))
        if events:
            await self.write(
                Write(
                    partial(_events, notes, lines),
                    events,
                    lines=len(lines),
                    progress=notes.progress,
                    step=notes.step,
                )
            )
        if self._lines:
            self._noted.set()
        return events > 0

    def _take_lines(self) -> list[Line]:
        lines: list[Line] = []
        chars = 0
        while self._lines and len(lines) < BATCH_LINES and chars < _BATCH_CHARS:
            lines.append(self._lines.popleft())
            chars += len(lines[-1].text)
        if self._left_out and not self._lines and self._closing:
            lines.append(self._gap(_now()))
        return lines

    async def write(self, write: Write) -> None:
        """Commit one write of this attempt, once, however often PostgreSQL goes away meanwhile.

        Raises LeaseLost when the job is not this attempt's any more. A runner that is cancelled
        in here leaves the write to its end: half of one could not be told from none.
        """
        commit = self._loop.create_task(self._commit(write))
        self._commits.add(commit)
        commit.add_done_callback(self._commits.discard)
        await asyncio.shield(commit)

    async def _commit(self, write: Write) -> None:
        async with self._writing:
            rows = await self._patiently(write)
            self._writes += 1
            self._bus.tell(frames.message(self._claimed.job_id, rows))

    async def _patiently(self, write: Write) -> list[JobEvent]:
        said = False
        while True:
            try:
                return await self._try(write)
            except Exception as error:
                if not is_outage(error):
                    raise
                if self._is_lost():
                    raise LeaseLost from error
            if not said:
                _log.warning("attempt_write_waits", job_id=str(self._claimed.job_id))
                said = True
            await asyncio.sleep(_RETRY_S)

    async def _try(self, write: Write) -> list[JobEvent]:
        job_id, attempt = self._claimed.job_id, self._claimed.attempt
        async with unit_of_work(self._platform.database) as uow:
            fenced = await fence.pass_fence(uow.db, job_id, attempt, self._writes, write)
            if fenced is None:
                return []
            rows = fence.add_events(uow.db, job_id, attempt, fenced, write)
            if write.effect is not None:
                await write.effect(uow.db)
            await uow.db.flush()
        return rows


def _now() -> str:
    return now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _events(notes: _Notes, lines: list[Line], fenced: Fenced) -> list[tuple[str, dict[str, Any]]]:
    events: list[tuple[str, dict[str, Any]]] = []
    if lines:
        numbered = [
            {"n": number, "at": line.at, "level": line.level, "text": line.text}
            for number, line in enumerate(lines, fenced.first_line)
        ]
        events.append(("job.log", {"lines": numbered}))
    if notes.progress is not None:
        data = {"progress": policy.percent(fenced.progress), **clean_json(notes.facts or {})}
        if notes.step is not None:
            data["step"] = notes.step
        events.append(("job.progress", data))
    return events
