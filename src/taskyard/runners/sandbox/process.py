"""One run, watched from start to end.

Whatever happens (payload ends, a limit is met, the job is cancelled, our own task is), the whole
tree is dead and reaped when `run` returns or raises.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

from taskyard.runners.sandbox import watch
from taskyard.runners.sandbox.identity import Identity
from taskyard.runners.sandbox.types import Completed, Killed, Limits

OnOutput = Callable[[str], Awaitable[None]]

_LAUNCH = Path(__file__).with_name("launch.py")
_FIRST_LOOK_SECONDS, _LOOK_SECONDS = 0.02, 0.1
#: For a slow listener; and a survivor of the reduced cage may keep the pipes open.
_LAST_WORDS_SECONDS = 10.0
_SWEEP_SECONDS = 10
_STATUS_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Start:
    """How to start a run: made by the cage, carried out by `run`."""

    command: list[str]
    identity: Identity
    limits: Limits
    stdin: bytes | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "/"
    #: Installed by the launcher, where bubblewrap does not.
    rules: bytes | None = None
    #: Whether bubblewrap stands between, and gives its own account of the run.
    boxed: bool = True
    #: Descriptors that the command inherits besides the pipes.
    inherited: tuple[int, ...] = ()


class Pipes:
    """Three pipes: output, status and results. Closes at the end whatever is still ours."""

    def __init__(self) -> None:
        self.output, self.output_in = os.pipe()
        self.status, self.status_in = os.pipe()
        self.results, self.results_in = os.pipe()
        self._open = {self.output, self.output_in, self.status, self.status_in}
        self._open |= {self.results, self.results_in}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close(*self._open)

    def close(self, *fds: int) -> None:
        """Close these."""
        for fd in fds:
            self._open.remove(fd)
            os.close(fd)

    def give(self, fd: int) -> int:
        """Hand `fd` over to somebody who will close it."""
        self._open.remove(fd)
        return fd


@dataclass(frozen=True, slots=True)
class Ended:
    """A run as the operating system tells it."""

    completed: Completed
    #: What came through the pipe for results, unchecked.
    results: bytes
    #: Why it did not start, or None if it did.
    failure: str | None


async def run(
    start: Start, pipes: Pipes, on_output: OnOutput | None, cancelled: asyncio.Event | None
) -> Ended:
    """Run one command to its end, or kill it.

    Call it from the thread of the event loop: the kernel ends the payload with the thread that
    started it. What `on_output` raises ends the run too, and is raised again.
    """
    child = _Child(start, pipes)
    readers = _Readers(pipes, start.limits, on_output)
    try:
        killed_for = await _first_of(child, start.limits, readers, cancelled)
    finally:
        await _to_the_end(child.end(readers))
    if readers.problem is not None:
        raise readers.problem
    return _ended(start, child, readers, killed_for)


async def _to_the_end(ending: Coroutine[None, None, None]) -> None:
    """Await `ending` though we be cancelled meanwhile, and pass the cancellation on after it."""
    task, cancellation = asyncio.create_task(ending), None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancellation = error
    task.result()
    if cancellation is not None:
        raise cancellation


class _Child:
    """The started process and what becomes of it."""

    def __init__(self, start: Start, pipes: Pipes) -> None:
        self.began, self.seconds = time.monotonic(), 0.0
        self.peak_bytes, self.code = 0, 0
        #: Whose processes may have left the tree: there was no namespace to hold them.
        self._sweeps = None if start.boxed else start.identity.uid
        self._process = _spawn(start, pipes)
        pipes.close(pipes.output_in, pipes.status_in, pipes.results_in)
        self.pid = self._process.pid
        # WNOWAIT: the process stays a zombie, so that its number cannot become another's.
        wait = partial(os.waitid, os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        self.exited = asyncio.ensure_future(asyncio.to_thread(wait))

    async def outgrown(self, memory_bytes: int) -> None:
        """Return when the tree holds more than `memory_bytes`; look often at first."""
        pause = _FIRST_LOOK_SECONDS
        while True:
            await asyncio.sleep(pause)
            held = watch.held_bytes(self.pid)
            self.peak_bytes = max(self.peak_bytes, held)
            if held > memory_bytes:
                return
            pause = min(pause * 1.5, _LOOK_SECONDS)

    async def end(self, readers: "_Readers") -> None:
        """Kill what still lives of the tree, reap it, and read what it left in the pipes."""
        family = list(watch.tree(self.pid))[1:]
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        # With bubblewrap its whole pid namespace follows; in the reduced cage only these.
        for pid in family:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        await self.exited
        if self._sweeps is not None:
            await asyncio.to_thread(_sweep, self._sweeps)
        _, status = os.waitpid(self.pid, 0)  # noqa: ASYNC222 - it has ended, this does not wait
        self.code = self._process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - self.began
        await readers.finish()


def _spawn(start: Start, pipes: Pipes) -> subprocess.Popen[bytes]:
    spec = {
        "parent": os.getpid(),
        "uid": start.identity.uid,
        "nested": start.identity.nested,
        "limits": _rlimits(start),
        "seccomp": start.rules.hex() if start.rules else None,
        "env": dict(start.environment),
        "cwd": start.cwd,
        "status": pipes.status_in,
        "keep_status": start.boxed,
    }
    command = [sys.executable, "-I", "-S", str(_LAUNCH), json.dumps(spec)]
    command += start.command
    stdin = subprocess.DEVNULL if start.stdin is None else memory_file(start.stdin)
    try:
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=pipes.output_in,
            stderr=subprocess.STDOUT,
            pass_fds=(pipes.status_in, pipes.results_in, *start.inherited),
            start_new_session=True,
            cwd="/",
            env={},
        )
    finally:
        if stdin >= 0:
            os.close(stdin)


def _sweep(uid: int) -> None:
    command = [sys.executable, "-I", "-S", str(_LAUNCH), "--sweep", str(uid)]
    subprocess.run(command, check=True, env={}, cwd="/", timeout=_SWEEP_SECONDS)


def memory_file(content: bytes) -> int:
    """Return a descriptor from which `content` can be read; the caller closes it."""
    fd = os.memfd_create("taskyard", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(fd), "wb") as file:
        file.write(content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _rlimits(start: Start) -> dict[str, int]:
    limits = start.limits
    processes = limits.processes
    if start.identity.uid is None:
        # Counted per user, and that user is us, with all else that runs under our name.
        processes += watch.threads_of(os.getuid())
    return {
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": processes,
        "RLIMIT_AS": limits.address_bytes,
    }


class _Readers:
    """Reads the three pipes at once, each up to its cap."""

    def __init__(self, pipes: Pipes, limits: Limits, on_output: OnOutput | None) -> None:
        self.output, self.status, self.results = bytearray(), bytearray(), bytearray()
        #: Set when no more is read: too much came, or `on_output` raised `problem`.
        self.stopped = asyncio.Event()
        self.problem: Exception | None = None
        self._told, self._on_output = 0, on_output
        self._tasks = [
            asyncio.create_task(
                self._drain(pipes.give(pipes.output), self.output, limits.output_bytes)
            ),
            asyncio.create_task(self._drain(pipes.give(pipes.status), self.status, _STATUS_BYTES)),
            asyncio.create_task(
                self._drain(pipes.give(pipes.results), self.results, limits.results_bytes)
            ),
        ]

    async def _drain(self, fd: int, into: bytearray, cap: int) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd, "rb", buffering=0)
        )
        try:
            while chunk := await reader.read(1 << 16):
                into += chunk[: cap - len(into)]
                if into is self.output:
                    await self._tell(into.rfind(b"\n") + 1)
                if len(into) >= cap:
                    self.stopped.set()
                    return
            if into is self.output:
                await self._tell(len(into))
        except Exception as problem:  # noqa: BLE001 - the caller's own callback; raised again by run
            self.problem = problem
            self.stopped.set()
        finally:
            transport.close()

    async def _tell(self, end: int) -> None:
        """Hand the lines up to `end` on to whoever listens."""
        if self._on_output is None or end <= self._told:
            return
        text = self.output[self._told : end].decode(errors="replace")
        self._told = end
        for line in text.splitlines():
            await self._on_output(line)

    async def finish(self) -> None:
        """Wait for what is still in the pipes."""
        _, late = await asyncio.wait(self._tasks, timeout=_LAST_WORDS_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _first_of(
    child: _Child, limits: Limits, readers: _Readers, cancelled: asyncio.Event | None
) -> Killed | None:
    """Wait for the end, or for the first reason to bring it about."""
    reasons: dict[asyncio.Future[Any], Killed] = {
        asyncio.create_task(readers.stopped.wait()): "output",
        asyncio.create_task(child.outgrown(limits.memory_bytes)): "memory",
        asyncio.create_task(asyncio.sleep(limits.wall_seconds)): "time",
    }
    if cancelled is not None:
        reasons[asyncio.create_task(cancelled.wait())] = "cancelled"
    try:
        await asyncio.wait({child.exited, *reasons}, return_when=asyncio.FIRST_COMPLETED)
        if child.exited.done():
            return None
        return next(reason for task, reason in reasons.items() if task.done())
    finally:
        for task in reasons:
            task.cancel()


def _ended(start: Start, child: _Child, readers: _Readers, killed_for: Killed | None) -> Ended:
    output = readers.output.decode(errors="replace")
    payload_code, complaint = _account(bytes(readers.status))
    started = payload_code is not None if start.boxed else not complaint
    failure = None
    if not started and killed_for is None:
        failure = complaint or (output.strip().splitlines() or ["it ended without a word"])[-1]
    code = child.code if payload_code is None else payload_code
    code = 128 - code if code < 0 else code
    if code == 128 + signal.SIGXCPU:
        killed_for = "time"
    elif killed_for is None and readers.stopped.is_set():
        killed_for = "output"  # It ran over and ended in the same moment.
    completed = Completed(
        exit_code=code,
        signal=code - 128 if 128 < code <= 128 + signal.SIGRTMAX else None,
        killed_for=killed_for,
        output=output,
        peak_bytes=child.peak_bytes,
        duration_seconds=child.seconds,
    )
    return Ended(completed, bytes(readers.results), failure)


def _account(status: bytes) -> tuple[int | None, str]:
    """Read bubblewrap's status documents: the payload's exit code, and any other line."""
    code, complaint = None, ""
    for line in status.decode(errors="replace").splitlines():
        try:
            code = json.loads(line).get("exit-code", code)
        except ValueError:
            complaint = line
    return code, complaint
