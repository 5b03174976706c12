"""Running `taskyard up` for real, and looking at what it leaves behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

PATIENCE = 60.0


def eventually(truth: Callable[[], object], within: float = PATIENCE) -> bool:
    """Return whether `truth` came true within so many seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if truth():
            return True
        time.sleep(0.03)
    return bool(truth())


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Command:
    """One command of ours in a session of its own, as a terminal would start it."""

    def __init__(self, *argv: str, out: Path, **popen: object) -> None:
        self._out = out
        with out.open("wb") as stream:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                argv,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                **popen,
            )

    @property
    def output(self) -> str:
        return self._out.read_text()

    def says(self, text: str, within: float = PATIENCE) -> bool:
        """Return whether the text was printed before the command ended or the time was over."""
        return eventually(
            lambda: text in self.output or self.process.poll() is not None, within
        ) and (text in self.output)

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        """Return the direct child whose command line holds the word."""
        for child in psutil.Process(self.process.pid).children():
            if any(word in part for part in child.cmdline()):
                return child
        raise LookupError(f"no child runs {word}:\n{self.output}")

    def signal_group(self, number: signal.Signals) -> None:
        os.killpg(self.process.pid, number)

    def ended(self, within: float = PATIENCE) -> int:
        return self.process.wait(within)


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[Callable[..., Command]]:
    """Start commands; whatever still runs at the end of the test is ended."""
    started: list[Command] = []

    def start(*argv: str, **popen: object) -> Command:
        command = Command(*argv, out=tmp_path / f"out{len(started)}", **popen)
        started.append(command)
        return command

    yield start
    for command in started:
        if command.process.poll() is None:
            command.process.terminate()
            command.process.wait(PATIENCE)


@pytest.fixture
def taskyard(commands: Callable[..., Command]) -> Callable[..., Command]:
    """Start `taskyard` with these arguments."""

    def start(*arguments: str, **popen: object) -> Command:
        return commands(sys.executable, "-m", "taskyard.entry.cli", *arguments, **popen)

    return start
