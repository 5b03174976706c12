"""What a runner is given besides its parameters.

The engine implements it for jobs; anything that can keep a step's result and print a line could.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel, JsonValue

from taskyard.runners.sandbox import Sandbox

Level = Literal["debug", "info", "warning", "error"]
Result = TypeVar("Result", bound=BaseModel)


class RunCancelled(Exception):
    """The job was cancelled, or is no longer ours; the runner stops where it is."""


@dataclass(frozen=True, slots=True)
class SourceTree:
    """One immutable version of a project's code, laid out on disk.

    `root` holds regular files and folders only, readable by the sandbox's user (0644, 0755).
    """

    root: Path
    source_id: str
    file_count: int


class RunContext(Protocol):
    """One attempt of one job, as its runner sees it."""

    @property
    def job_id(self) -> UUID:
        """The job."""

    @property
    def attempt(self) -> int:
        """Which try this is, from 1."""

    @property
    def source(self) -> SourceTree:
        """The code to work on."""

    @property
    def workspace(self) -> Path:
        """An empty folder below `Sandbox.workspace()`, gone after the attempt."""

    @property
    def sandbox(self) -> Sandbox:
        """Where commands run."""

    @property
    def stop(self) -> asyncio.Event:
        """Set when the job is cancelled or lost; give it to `Sandbox.run`."""

    async def progress(
        self, fraction: float, *, step: str | None = None, **facts: JsonValue
    ) -> None:
        """Tell how far the job is, 0 to 1, and what it is at."""

    async def log(self, line: str, *, level: Level = "info") -> None:
        """Add a line to the job's log."""

    async def step(
        self, name: str, title: str, work: Callable[[], Awaitable[Result]], model: type[Result]
    ) -> Result:
        """Do `work` once per job: its result is kept, and a later attempt gets it without work."""

    async def asset(self, name: str, content: bytes, content_type: str) -> None:
        """Keep a file that people can fetch from the job's page."""

    def cancelled(self) -> bool:
        """Tell whether the job should stop."""

    async def checkpoint(self) -> None:
        """Raise RunCancelled if the job should stop."""
