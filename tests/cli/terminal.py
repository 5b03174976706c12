"""A command at a terminal, as a person sees it."""

import os
import pty
import select
import sys
import time
from types import TracebackType
from typing import Self

from tests.cli.conftest import Person

_PATIENCE_S = 60.0


class Terminal:
    """One command with a terminal of its own; ended with the block."""

    def __init__(self, person: Person, *arguments: str, **env: str) -> None:
        self._person, self._arguments, self._env = person, arguments, env
        self.shown = ""
        self._pid = self._screen = 0
        self._code: int | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "taskyard.entry.cli", *self._arguments]
        env = self._person.environment(TERM="xterm-256color", **self._env)
        self._pid, self._screen = pty.fork()
        if self._pid == 0:
            os.chdir(self._person.cwd)
            os.execve(command[0], command, env)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._screen)
        if self._code is None:
            os.kill(self._pid, 9)
            os.waitpid(self._pid, 0)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._screen, text.encode())

    def answer(self, question: str, text: str) -> None:
        """Wait for a question and answer it."""
        self.shows(question)
        self.type(f"{text}\n")

    def shows(self, text: str) -> None:
        """Wait until the text was shown."""
        ends = time.monotonic() + _PATIENCE_S
        while text not in self.shown:
            assert time.monotonic() < ends, self.shown
            if not self._read():
                break
        assert text in self.shown, self.shown

    def interrupts(self) -> None:
        """Press Ctrl-C, and again if it is not heeded: pressed just before readline waits, it
        comes to nothing until the next key."""
        ends = time.monotonic() + _PATIENCE_S
        while "interrupted." not in self.shown:
            assert time.monotonic() < ends, self.shown
            self.type("\x03")
            pressed = time.monotonic()
            while "interrupted." not in self.shown and time.monotonic() < pressed + 3:
                if not self._read():
                    break

    def _read(self) -> bool:
        """Take in what is shown; False at the end."""
        if select.select([self._screen], [], [], 0.2)[0]:
            try:
                self.shown += os.read(self._screen, 65536).decode(errors="replace")
            except OSError:
                return False
        return True

    def code(self) -> int:
        """Wait for the command's end and return its exit code."""
        ends = time.monotonic() + _PATIENCE_S
        while True:
            self._read()
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
                return self._code
            assert time.monotonic() < ends, self.shown
