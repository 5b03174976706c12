"""The sandbox as others use it."""

import asyncio
import dataclasses
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from taskyard.runners.sandbox import cage, ground, identity, probe, process
from taskyard.runners.sandbox.errors import MountUnreachable, SandboxUnavailable
from taskyard.runners.sandbox.identity import Identity
from taskyard.runners.sandbox.process import OnOutput, Start
from taskyard.runners.sandbox.toolbox import Toolbox, assemble
from taskyard.runners.sandbox.types import (
    BOX,
    TOOLBOX,
    Argument,
    Completed,
    Limits,
    Mode,
    Mount,
    Purpose,
    SandboxReport,
)

_SYSTEM_BUBBLEWRAP = Path("/usr/bin/bwrap")
_HELLO = (TOOLBOX / "bin/python", "-I", "-S", "-c", "print('ready')")
_USUAL = Limits()
_TRIAL_SECONDS = 30
_HEADER_BYTES = 256
_NO_VARIABLES: Mapping[str, Argument] = MappingProxyType({})
_SWITCHED_OFF = SandboxReport(
    "none",
    "TASKYARD_SANDBOX=off was set by hand, so code of projects runs without isolation",
    "Unset TASKYARD_SANDBOX",
)


class Sandbox:
    """Runs commands that nobody vouches for; one per process, used from its event loop.

    Safe to use for several runs at once. `data_dir` is Taskyard's own folder: toolbox and
    workspaces lie in it, or elsewhere if the sandbox's user cannot get there. `bubblewrap` are
    the binaries to try, where not the toolbox's own and the system's.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        switch: Literal["auto", "off"] = "auto",
        bubblewrap: tuple[Path, ...] | None = None,
    ) -> None:
        self._data_dir, self._switch, self._choices = data_dir, switch, bubblewrap
        self._lock = asyncio.Lock()
        self._toolbox: Toolbox | None = None
        self._report: SandboxReport | None = None
        self._bubblewrap: Path | None = None

    @property
    def root(self) -> Path:
        """The folder of toolbox and workspaces, which the sandbox's user can pass through."""
        return ground.find(self._data_dir)

    def workspace(self) -> AbstractContextManager[Path]:
        """Make a folder for one job whose contents can be mounted; removed at the end.

        What is put there must be readable by others (0644, folders 0755 or 0711).
        """
        return ground.workspace(self.root)

    def sweep(self) -> int:
        """Remove what killed processes left of their workspaces; return how many."""
        return ground.sweep(self.root)

    async def versions(self) -> Mapping[str, str]:
        """Return name and version of every distribution in the toolbox."""
        return (await self._ready()).versions

    async def probe(self) -> SandboxReport:
        """Tell what this machine can do; tried once, by a real run."""
        async with self._lock:
            if self._report is None:
                self._report = await self._try_out()
        return self._report

    async def run(
        self,
        argv: Sequence[Argument],
        *,
        mounts: Sequence[Mount] = (),
        limits: Limits = _USUAL,
        purpose: Purpose = "execute",
        stdin: bytes | None = None,
        environment: Mapping[str, Argument] = _NO_VARIABLES,
        cwd: PurePosixPath = BOX,
        results: Sequence[str] = (),
        stdout_to: str | None = None,
        on_output: OnOutput | None = None,
        cancelled: asyncio.Event | None = None,
    ) -> Completed:
        """Run one command to its end and return how it ended.

        `results` names files the payload may leave in /box; `stdout_to`, one of them, gets its
        standard output. `on_output` gets each line of `output` as it comes. Cancelling the
        caller, or setting `cancelled`, kills the whole tree at once.

        Raises SandboxUnavailable where namespaces cannot be had and `purpose` is `execute`,
        SandboxBusy when too many runs are under way, MountUnreachable for a mount that the
        sandbox's user cannot read.
        """
        if stdout_to is not None and stdout_to not in results:
            raise ValueError("stdout_to names one of the results")
        report = await self.probe()
        if report.mode == "reduced" and purpose == "execute":
            raise SandboxUnavailable(reason=report.reason, remedy=report.remedy)
        for mount in mounts:
            if not ground.reachable(mount.source):
                raise MountUnreachable(path=str(mount.source))
        toolbox = await self._ready()
        with identity.borrow() as who, process.Pipes() as pipes:
            command = _with_steward(argv, pipes.results_in, results, stdout_to, limits)
            payload = cage.Payload(command, tuple(mounts), limits, environment, cwd)
            with self._caged(payload, toolbox, who, pipes, report.mode) as start:
                ended = await process.run(
                    dataclasses.replace(start, stdin=stdin), pipes, on_output, cancelled
                )
        if ended.failure is not None:
            raise SandboxUnavailable(reason=ended.failure, remedy=self._remedy())
        return dataclasses.replace(ended.completed, results=_unpack(ended.results, results))

    async def _ready(self) -> Toolbox:
        if self._toolbox is None:
            # Both may block for seconds the first time: files are copied, or another makes it.
            self._toolbox = await asyncio.to_thread(lambda: assemble(self.root))
        return self._toolbox

    async def _try_out(self) -> SandboxReport:
        if self._switch == "off":
            return _SWITCHED_OFF
        if cage.filter_for(network=True) is None:
            reason = f"there is no system call filter for {platform.machine()}"
            return SandboxReport("reduced", reason, "Run Taskyard on x86_64 or aarch64")
        toolbox = await self._ready()
        choices = self._choices or (toolbox.bubblewrap, _SYSTEM_BUBBLEWRAP)
        found = [path for path in choices if path and path.is_file()]
        reason, remedy = probe.NO_BUBBLEWRAP, probe.INSTALL
        for self._bubblewrap in found:
            complaint = await self._complaint(toolbox)
            if complaint is None:
                return SandboxReport("full")
            reason, remedy = complaint, self._remedy()
        return SandboxReport("reduced", reason, remedy)

    async def _complaint(self, toolbox: Toolbox) -> str | None:
        """Return why a harmless program does not run in the full cage, or None if it does."""
        limits = Limits(wall_seconds=_TRIAL_SECONDS)
        with identity.borrow() as who, process.Pipes() as pipes:
            payload = cage.Payload(_HELLO, (), limits, _NO_VARIABLES, BOX)
            with self._caged(payload, toolbox, who, pipes, "full") as start:
                ended = await process.run(start, pipes, None, None)
        if ended.failure is None and ended.completed.output.strip() == "ready":
            return None
        return ended.failure or ended.completed.output.strip() or "the trial run said nothing"

    def _remedy(self) -> str:
        return probe.remedy(bubblewrap=self._bubblewrap or _SYSTEM_BUBBLEWRAP)

    @contextmanager
    def _caged(
        self,
        payload: cage.Payload,
        toolbox: Toolbox,
        who: Identity,
        pipes: process.Pipes,
        mode: Mode,
    ) -> Iterator[Start]:
        if mode == "full" and self._bubblewrap is not None:
            rules = process.memory_file(cage.filter_for(network=True) or b"")
            command = cage.full(
                payload, toolbox, self._bubblewrap, status=pipes.status_in, rules=rules
            )
            try:
                yield Start(command, who, payload.limits, inherited=(rules,))
            finally:
                os.close(rules)
            return
        with ground.workspace(self.root) as folder:
            bare = cage.reduced(payload, toolbox, _own_box(folder, who))
            rules_here = None if mode == "none" else cage.filter_for(network=False)
            yield Start(
                bare.command,
                who,
                payload.limits,
                environment=bare.environment,
                cwd=bare.cwd,
                rules=rules_here,
                boxed=False,
            )


def _own_box(folder: Path, who: Identity) -> Path:
    """Make /box for the reduced cage, which has no tmpfs."""
    box = folder / "box"
    box.mkdir(mode=0o700)
    if who.uid is not None:
        os.chown(box, who.uid, who.uid)
    return box


def _with_steward(
    argv: Sequence[Argument],
    pipe: int,
    results: Sequence[str],
    stdout_to: str | None,
    limits: Limits,
) -> tuple[Argument, ...]:
    if not results:
        return tuple(argv)
    spec = {
        "pipe": pipe,
        "files": list(results),
        # The lines between the files count against the reader's cap as well.
        "cap": limits.results_bytes - _HEADER_BYTES * len(results),
        "stdout": stdout_to,
    }
    steward = (TOOLBOX / "bin/python", "-I", "-S", TOOLBOX / "steward.py", json.dumps(spec), BOX)
    return (*steward, *argv)


def _unpack(stream: bytes, wanted: Sequence[str]) -> Mapping[str, bytes]:
    """Read the steward's files; whatever a payload may have written there instead is dropped."""
    files: dict[str, bytes] = {}
    while stream:
        line, _, stream = stream.partition(b"\n")
        try:
            header = _Header.model_validate_json(line)
        except ValidationError:
            break
        if header.name not in wanted or header.size > len(stream):
            break
        files[header.name], stream = stream[: header.size], stream[header.size :]
    return MappingProxyType(files)


class _Header(BaseModel):
    name: str
    size: int = Field(ge=0)
