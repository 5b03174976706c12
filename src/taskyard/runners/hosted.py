"""A runner's context, given by the job engine: its source laid out, its sandbox at hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, JsonValue

from taskyard.files import service as files
from taskyard.jobs.context import JobContext
from taskyard.runners.context import Level, RunCancelled, SourceTree
from taskyard.runners.sandbox import Sandbox

Result = TypeVar("Result", bound=BaseModel)


class HostedRun:
    """Implements `runners.context.RunContext` for one attempt of a job."""

    def __init__(
        self, job: JobContext, *, source: SourceTree, workspace: Path, sandbox: Sandbox
    ) -> None:
        self._job = job
        self._source = source
        self._workspace = workspace
        self._sandbox = sandbox

    @property
    def job_id(self) -> UUID:
        """The job."""
        return self._job.job_id

    @property
    def attempt(self) -> int:
        """Which try this is, from 1."""
        return self._job.attempt

    @property
    def source(self) -> SourceTree:
        """The code to work on."""
        return self._source

    @property
    def workspace(self) -> Path:
        """An empty folder that the sandbox's user can reach."""
        return self._workspace

    @property
    def sandbox(self) -> Sandbox:
        """Where commands run."""
        return self._sandbox

    @property
    def stop(self) -> asyncio.Event:
        """Set when the job is cancelled or lost."""
        return self._job.cancelled

    async def progress(
        self, fraction: float, *, step: str | None = None, **facts: JsonValue
    ) -> None:
        """Tell how far the job is, and what it is at."""
        self._job.progress(fraction, step, **facts)

    async def log(self, line: str, *, level: Level = "info") -> None:
        """Add a line to the job's log."""
        self._job.log(line, level)

    async def step(
        self, name: str, title: str, work: Callable[[], Awaitable[Result]], model: type[Result]
    ) -> Result:
        """Do `work` once per job."""
        return await self._job.step(name, title, work, model)

    async def asset(self, name: str, content: bytes, content_type: str) -> None:
        """Keep a file with the job."""
        await self._job.asset(name, content, content_type)

    def cancelled(self) -> bool:
        """Tell whether the job should stop."""
        return self._job.cancelled.is_set()

    async def checkpoint(self) -> None:
        """Raise RunCancelled if the job should stop."""
        if self.cancelled():
            raise RunCancelled
        await asyncio.sleep(0)


@asynccontextmanager
async def hosted(job: JobContext, sandbox: Sandbox, source_id: str) -> AsyncIterator[HostedRun]:
    """Lay the source out where the sandbox can read it, for as long as the attempt lasts."""
    platform = job.platform
    async with platform.database.session() as db:
        manifest = await files.manifest(db, source_id)
    with sandbox.workspace() as workspace:
        root = workspace / "source"
        await files.materialise(platform.storage, manifest, root)
        scratch = workspace / "work"
        scratch.mkdir(mode=0o755)
        source = SourceTree(root=root, source_id=source_id, file_count=len(manifest))
        yield HostedRun(job, source=source, workspace=scratch, sandbox=sandbox)
