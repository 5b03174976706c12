"""The bench the tools work at: the code in the sandbox, in batches, past files that break them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from taskyard.runners.analysis.survey import Skipped, write_copy
from taskyard.runners.sandbox import SRC, Argument, Completed, Limits, Mount, Sandbox

MIB = 1 << 20
#: Arguments of one command stay well under the kernel's 2 MiB.
_BATCH_FILES = 1_000
_BATCH_BYTES = 256 << 10


#: Where scripts of ours are seen inside.
SCRIPTS = PurePosixPath("/scripts")
_INSIDE = Path(__file__).parent.parent / "inside"
#: Read once: after an upgrade under a running worker, files on the disk would no longer fit what
#: its code hands them.
_TEXTS = MappingProxyType(
    {
        script.name: script.read_text(encoding="utf-8")
        for script in _INSIDE.glob("*.py")
        if script.stem != "__init__"
    }
)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a tool's module needs of an analysis."""

    sandbox: Sandbox
    stop: asyncio.Event
    #: Folder with UTF-8 copies of the files of one language, and nothing else; mounted at /src.
    #: Resolved, since tools of the reduced cage name files by it.
    code: Path
    versions: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    async def run(
        self,
        command: Sequence[Argument],
        *,
        limits: Limits,
        results: Sequence[str] = (),
        stdin: bytes | None = None,
        mounts: Sequence[Mount] = (),
        stdout_to: str | None = None,
    ) -> Completed:
        """Run a tool over the code; its working folder is the code's."""
        return await self.sandbox.run(
            command,
            mounts=[Mount(self.code, SRC), *mounts],
            limits=limits,
            purpose="inspect",
            cwd=SRC,
            results=results,
            stdin=stdin,
            environment=self.environment,
            stdout_to=stdout_to,
            cancelled=self.stop,
        )

    def relative(self, name: str) -> str:
        """Return a file's name as the source has it, whatever a tool made of it."""
        for prefix in (f"{SRC}/", f"{self.code}/", "./"):
            name = name.removeprefix(prefix)
        return name


def scripts(workspace: Path) -> Mount:
    """Copy our scripts where the sandbox's user can read them: our package may be closed to it."""
    folder = workspace / "scripts"
    for name, text in _TEXTS.items():
        write_copy(folder / name, text)
    return Mount(folder, SCRIPTS)


@dataclass(slots=True)
class Tally:
    """What a tool did over all its batches."""

    began: float = field(default_factory=time.monotonic)
    files: int = 0
    peak_bytes: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Seconds since it began, for people."""
        return round(time.monotonic() - self.began, 2)


def batches(files: Sequence[str]) -> list[tuple[str, ...]]:
    """Split `files` so that each part fits a command line."""
    parts: list[tuple[str, ...]] = []
    part: list[str] = []
    size = 0
    for file in files:
        if part and (len(part) >= _BATCH_FILES or size + len(file) > _BATCH_BYTES):
            parts.append(tuple(part))
            part, size = [], 0
        part.append(file)
        size += len(file.encode()) + 1
    return [*parts, tuple(part)] if part else parts


async def past_culprits(
    bench: Bench,
    tool: str,
    files: Sequence[str],
    *,
    command: Callable[[Sequence[str]], Sequence[Argument]],
    result: str,
    limits: Limits,
    budget_seconds: float,
    tally: Tally,
    stdout: bool = False,
    mounts: Sequence[Mount] = (),
) -> AsyncIterator[tuple[tuple[str, ...], bytes]]:
    """Run a tool over `files` and yield each part that went well, with its result file.

    A part whose run crashed, ran out of time or memory, or did not end with 0 (nothing found) or
    1 (something found) is halved until the file to blame stands alone; that one goes to
    `tally.skipped`. When the budget is used up, so do all that are left.
    """
    todo = batches(files)
    deadline = time.monotonic() + budget_seconds
    while todo:
        part = todo.pop(0)
        if time.monotonic() > deadline:
            tally.skipped += [_left_out(tool, file, "the tool's time was used up") for file in part]
            continue
        ended = await bench.run(
            command(part),
            limits=limits,
            results=[result],
            stdout_to=result if stdout else None,
            mounts=mounts,
        )
        if ended.killed_for == "cancelled":
            return
        tally.peak_bytes = max(tally.peak_bytes, ended.peak_bytes)
        if result in ended.results and ended.killed_for is None and ended.exit_code in {0, 1}:
            tally.files += len(part)
            yield part, ended.results[result]
        elif len(part) == 1:
            tally.skipped.append(_left_out(tool, part[0], cause(tool, ended)))
        else:
            middle = len(part) // 2
            todo[:0] = [part[:middle], part[middle:]]


def cause(tool: str, ended: Completed) -> str:
    """Say why a run gave nothing."""
    if ended.killed_for == "time":
        return f"{tool} took more than {ended.duration_seconds:.0f} s"
    if ended.killed_for:
        return f"{tool} was stopped: too much {ended.killed_for}"
    if ended.signal is not None:
        return f"{tool} died of signal {ended.signal}"
    return f"{tool} failed: {last_line(ended.output)}"


def last_line(output: str) -> str:
    """Return the last line of a tool's complaint, cut to a sentence's length."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it said nothing"


def _left_out(tool: str, file: str, reason: str) -> Skipped:
    return Skipped(file=file, reason=reason, by=tool)
