"""Processes that are kept alive while others kill them."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from taskyard.entry.up.process import Child, end, spawn

_PAUSE_S = 0.3


class Part:
    """A process, and those that took its place.

    With `births`, the process is a nursery (`tests.faults.nursery`), and the part its youngest.
    """

    def __init__(self, child: Child, log: Path, births: Path | None) -> None:
        self.child = child
        self.log = log
        self.held = threading.Event()
        self._births = births
        self._spawns = 0
        self._process = self._spawned()

    @property
    def pid(self) -> int:
        """The process's number, also where it has just died."""
        return int(self._born()[-1]) if self._births is not None else self._process.pid

    @property
    def starts(self) -> int:
        """How many there have been."""
        return len(self._born()) if self._births is not None else self._spawns

    def _born(self) -> list[str]:
        assert self._births is not None
        return self._births.read_text(encoding="ascii").split()

    def family(self) -> list[psutil.Process]:
        """Return the process and all below it."""
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.pid)
            return [first, *first.children(recursive=True)]
        return []

    def kill(self) -> None:
        """Kill it. Its keeper starts it again."""
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Kill it, and leave it dead for the block."""
        self.held.set()
        try:
            self.kill()
            self._process.wait()
            yield
        finally:
            self.held.clear()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it and all below it stand still for the block: they hang, and nothing is closed."""
        family = self.family()
        for process in family:
            process.suspend()
        try:
            yield
        finally:
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def start_again(self) -> None:
        """Start it where it has ended and is not to stay so. For its keeper's thread."""
        if self._process.poll() is not None and not self.held.is_set():
            time.sleep(_PAUSE_S)
            if not self.held.is_set():
                self._process = self._spawned()

    def end(self) -> None:
        """Stop it for good."""
        self.held.set()
        end(self._process, self.child)

    def _spawned(self) -> "subprocess.Popen[bytes]":
        self._spawns += 1
        out = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            return spawn(self.child, out)
        finally:
            os.close(out)


class Keeper(threading.Thread):
    """Starts parts again whenever they have died, as `taskyard up` would, but never gives up.

    The kernel ends them with this thread, which is the one that starts them.
    """

    def __init__(self) -> None:
        super().__init__(name="keeper", daemon=True)
        self.parts: dict[str, Part] = {}
        self._wanted: list[tuple[Child, Path, Path | None]] = []
        self._over = threading.Event()

    def add(self, child: Child, log: Path, births: Path | None = None) -> Part:
        """Start a part, and keep it from now on."""
        self._wanted.append((child, log, births))
        while child.name not in self.parts:
            time.sleep(0.01)
        return self.parts[child.name]

    def run(self) -> None:
        """Look after the parts until they are ended."""
        while not self._over.wait(0.03):
            while self._wanted:
                wanted = self._wanted.pop()
                self.parts[wanted[0].name] = Part(*wanted)
            for part in list(self.parts.values()):
                part.start_again()

    def end(self) -> None:
        """End everything, what was started last first."""
        for part in reversed(self.parts.values()):
            part.end()
        self._over.set()
        self.join(10)
