"""A run without an engine: a folder of this machine, with its log on the terminal.

For trying a runner by hand and for its tests. Nothing is kept but what `assets` gets.
"""

import asyncio
import os
import shutil
import stat
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, JsonValue

from taskyard.kit.ids import uuid7
from taskyard.runners.context import Level, RunCancelled, SourceTree
from taskyard.runners.sandbox import Sandbox

Result = TypeVar("Result", bound=BaseModel)
Listener = Callable[[str], None]


class FolderRun:
    """Implements `RunContext` for one folder."""

    def __init__(
        self,
        source: SourceTree,
        workspace: Path,
        sandbox: Sandbox,
        *,
        on_log: Listener | None = None,
        kept: dict[str, str] | None = None,
    ) -> None:
        self.job_id: UUID = uuid7()
        self.attempt = 1
        self.source, self.workspace, self.sandbox = source, workspace, sandbox
        self.stop = asyncio.Event()
        self.assets: dict[str, bytes] = {}
        #: Steps' results as JSON; hand them to the next run, and it goes on from there.
        self.kept: dict[str, str] = {} if kept is None else kept
        #: What was told: (fraction, step).
        self.told: list[tuple[float, str | None]] = []
        self._on_log = on_log

    async def progress(
        self, fraction: float, *, step: str | None = None, **facts: JsonValue
    ) -> None:
        """Note it."""
        del facts
        self.told.append((fraction, step))

    async def log(self, line: str, *, level: Level = "info") -> None:
        """Hand the line to whoever listens."""
        if self._on_log is not None:
            self._on_log(line if level == "info" else f"{level}: {line}")

    async def step(
        self, name: str, title: str, work: Callable[[], Awaitable[Result]], model: type[Result]
    ) -> Result:
        """Do `work`, unless its result is known."""
        if name in self.kept:
            return model.model_validate_json(self.kept[name])
        await self.log(f"— {title}")
        result = await work()
        self.kept[name] = result.model_dump_json()
        return result

    async def asset(self, name: str, content: bytes, content_type: str) -> None:
        """Keep the file in memory."""
        del content_type
        self.assets[name] = content

    def cancelled(self) -> bool:
        """Tell whether `stop` is set."""
        return self.stop.is_set()

    async def checkpoint(self) -> None:
        """Raise RunCancelled if `stop` is set."""
        if self.stop.is_set():
            raise RunCancelled


@contextmanager
def folder_run(
    folder: Path, sandbox: Sandbox, *, on_log: Listener | None = None
) -> Iterator[FolderRun]:
    """Copy the regular files of `folder` where the sandbox can read them, and run on the copy."""
    with sandbox.workspace() as workspace:
        root, scratch = workspace / "source", workspace / "work"
        count = _copy(folder, root)
        scratch.mkdir()
        scratch.chmod(0o755)
        source = SourceTree(root=root, source_id=folder.name, file_count=count)
        yield FolderRun(source, scratch, sandbox, on_log=on_log)


def _copy(folder: Path, target: Path) -> int:
    target.mkdir()
    target.chmod(0o755)
    count = 0
    for entry in os.scandir(folder):
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            count += _copy(Path(entry), target / entry.name)
        elif stat.S_ISREG(mode):
            shutil.copyfile(entry, target / entry.name)
            (target / entry.name).chmod(0o644)
            count += 1
    return count
