"""Keeping processes alive, and ending them in order.

Supervisor.run(bring_up)          until a signal or a failure, then stops all in reverse order
  bring_up: await start(service)  returns when the service is ready
    _Keeper                       one per service: spawn, wait, restart with growing pauses
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from taskyard.entry.up.datadir import DataDir
from taskyard.entry.up.errors import StartError
from taskyard.entry.up.process import Child, Stop, spawn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
STEADY = 30.0
"""Seconds after which a process counts as well again, and the next pause is the first."""
TURN_LOGS_EVERY = 60.0
DEATHS, WITHIN = 5, 60.0
"""So many deaths within so many seconds end everything: restarting does not help."""


@dataclass(frozen=True, slots=True)
class Service:
    """A child to keep alive, and how to know that it is ready."""

    child: Child
    ready: Callable[[], bool]
    """Asked in a thread; answers within some two seconds."""
    patience: float = 60.0
    """Seconds it gets to become ready when everything starts."""


class Supervisor:
    """Runs services until it is told to stop or one of them cannot be kept alive."""

    def __init__(
        self, data: DataDir, say: Callable[[str], None], stop_order: Sequence[str]
    ) -> None:
        self._data = data
        self._say = say
        self._stop_order = stop_order
        self._keepers: dict[str, _Keeper] = {}
        self._halt = asyncio.Event()
        self._hurry = asyncio.Event()
        self._failure: StartError | None = None

    async def run(self, bring_up: Coroutine[None, None, None]) -> None:
        """Bring everything up, wait for a signal, stop everything.

        Raises StartError when bringing up failed or a process died too often.
        """
        loop = asyncio.get_running_loop()
        # What was ignored when we started stays so: that is how nohup works.
        heard = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
        for number in heard:
            loop.add_signal_handler(number, self._on_signal)
        rising = asyncio.create_task(bring_up)
        halt = asyncio.create_task(self._halt.wait())
        turning = asyncio.create_task(self._turn_logs())
        try:
            await asyncio.wait({rising, halt}, return_when=asyncio.FIRST_COMPLETED)
            if not self._halt.is_set():
                await rising
                await halt
        finally:
            rising.cancel()
            halt.cancel()
            turning.cancel()
            await asyncio.gather(rising, halt, turning, return_exceptions=True)
            await self._stop()
            for number in heard:
                loop.remove_signal_handler(number)
        if self._failure is not None:
            raise self._failure

    async def start(self, *services: Service) -> None:
        """Start services together and return when all are ready. Raises StartError."""
        for service in services:
            self.begin(service)
        for service in services:
            await self.until_ready(service)

    def begin(self, service: Service) -> None:
        """Start a service, and keep it alive from now on."""
        keeper = _Keeper(service, self._data, self._say, self._fail)
        self._keepers[service.child.name] = keeper
        keeper.begin()

    async def until_ready(self, service: Service) -> None:
        """Return when the service is ready. Raises StartError when its patience is over."""
        deadline = time.monotonic() + service.patience
        while not await asyncio.to_thread(service.ready):
            if time.monotonic() > deadline:
                name = service.child.name
                tail = self._data.log_tail(name)
                raise StartError(f"{name} is not ready after {service.patience:.0f} s.\n{tail}")
            await asyncio.sleep(0.05)

    async def run_once(self, child: Child, patience: float) -> tuple[int, str]:
        """Run a child to its end; returns exit code and standard output.

        Raises StartError when it needs more than `patience` seconds.
        """
        reading, writing = os.pipe()
        log = self._data.log(child.name)
        try:
            process = spawn(child, writing, log)
        finally:
            os.close(writing)
            os.close(log)
        try:
            await asyncio.wait_for(ended(process), patience)
        except TimeoutError:
            name = child.name
            raise StartError(f"{name} did not end within {patience:.0f} s; see its log.") from None
        finally:
            _reap(process)
            with os.fdopen(reading) as stream:
                output = stream.read()
        return process.returncode, output

    async def _turn_logs(self) -> None:
        while True:
            await asyncio.sleep(TURN_LOGS_EVERY)
            # Where a disk is full there is nothing to copy to; the next minute there may be.
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self._data.turn_logs)

    def _on_signal(self) -> None:
        if not self._halt.is_set():
            self._say("Stopping. Once more to stop at once.")
            self._halt.set()
        else:
            self._hurry.set()

    def _fail(self, failure: StartError) -> None:
        self._failure = self._failure or failure
        self._halt.set()

    async def _stop(self) -> None:
        for name in self._stop_order:
            if keeper := self._keepers.get(name):
                await keeper.stop(self._hurry)


class _Keeper:
    """Keeps one service's process alive."""

    def __init__(
        self,
        service: Service,
        data: DataDir,
        say: Callable[[str], None],
        fail: Callable[[StartError], None],
    ) -> None:
        self.service = service
        self._data = data
        self._say = say
        self._fail = fail
        self._process: subprocess.Popen[bytes] | None = None
        self._task: asyncio.Task[None]
        self._stopping = False

    def begin(self) -> None:
        """Start the process, and go on starting it until `stop`."""
        self._spawn()
        self._task = asyncio.create_task(self._keep())

    async def stop(self, hurry: asyncio.Event) -> None:
        """End the process: step by step, or at once when `hurry` is set."""
        self._stopping = True
        if not hasattr(self, "_task"):
            return  # it could not even be started
        if self._process is None:
            self._task.cancel()
        for step in self.service.child.stops:
            if hurry.is_set() or await self._ended_by(step, hurry):
                break
        if not self._task.done():
            await self._ended_by(self.service.child.abort, asyncio.Event())
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
        await asyncio.gather(self._task, return_exceptions=True)

    async def _ended_by(self, step: Stop, hurry: asyncio.Event) -> bool:
        if self._process is not None:
            self._process.send_signal(step.signal)
        hurried = asyncio.create_task(hurry.wait())
        await asyncio.wait(
            {self._task, hurried}, timeout=step.patience, return_when=asyncio.FIRST_COMPLETED
        )
        hurried.cancel()
        return self._task.done()

    def _spawn(self) -> None:
        child = self.service.child
        try:
            log = self._data.log(child.name)
            try:
                self._process = spawn(child, log)
            finally:
                os.close(log)
        except (OSError, subprocess.SubprocessError) as error:
            raise StartError(f"{child.name} cannot be started: {error}") from error

    async def _keep(self) -> None:
        deaths: deque[float] = deque(maxlen=DEATHS)
        pause = FIRST_PAUSE
        while self._process is not None:
            began = time.monotonic()
            await ended(self._process)
            code = _reap(self._process)
            self._process = None
            if self._stopping:
                return
            now = time.monotonic()
            deaths.append(now)
            if len(deaths) == DEATHS and now - deaths[0] < WITHIN:
                self._give_up(code)
                return
            pause = FIRST_PAUSE if now - began > STEADY else pause
            self._say(f"{self.service.child.name} {_how(code)}; starting it again.")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            try:
                self._spawn()
            except StartError as failure:
                self._fail(failure)

    def _give_up(self, code: int) -> None:
        name = self.service.child.name
        tail = self._data.log_tail(name)
        reason = f"{name} {_how(code)}, {DEATHS} times within {WITHIN:.0f} s. The end of its log:"
        self._fail(StartError(f"{reason}\n{tail}"))


async def ended(process: subprocess.Popen[bytes]) -> None:
    """Return when the process has ended; it is not reaped yet, so its number is still its own."""
    try:
        handle = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        # A kernel before 5.3, or a sandbox that knows no such handles.
        await asyncio.to_thread(os.waitid, os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        return
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_reader(handle, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def _reap(process: subprocess.Popen[bytes]) -> int:
    """Collect an ended process, and kill what it left in its group; returns its exit code."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    return f"was ended by {signal.Signals(-code).name}"
