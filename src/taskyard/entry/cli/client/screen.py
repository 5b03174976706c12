"""What is seen while a command runs: results on stdout, what is going on on stderr.

On a terminal there are bars and colours; elsewhere plain lines, one for each thing that happened.
"""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from taskyard.entry.cli.client.plain import printable

#: Signal orange: live, running now.
LIVE = "#d9480f"


def row(name: str, value: Text) -> Text:
    """Return a line of a report: what it is about, and what there is to say."""
    return Text.assemble((f"{name:<10}", "dim"), value)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave the error to the command, whose exit code rich would choose otherwise."""
        raise  # noqa: PLE0704 — rich calls this where it has caught it


class Bar(Protocol):
    """Shows how far something is."""

    def move(self, done: float | None, what: str | None = None) -> None:
        """Say how much is done, and what is being done; None leaves it as it was."""
        ...


class Screen:
    """The terminal of one command."""

    def __init__(self, *, results_on_stderr: bool = False) -> None:
        self._err = _Console(stderr=True, highlight=False, markup=False, emoji=False)
        out = sys.stderr if results_on_stderr else sys.stdout
        self._out = _Console(file=out, highlight=False, markup=False, emoji=False)
        #: Whether bars are drawn.
        self.is_live = self._err.is_terminal and not self._err.is_dumb_terminal

    def say(self, line: str) -> None:
        """Say what is going on."""
        self._err.print(Text(printable(line)), soft_wrap=True)

    def show(self, line: Text) -> None:
        """Print a line of the result; one that may be cut ends at a terminal's edge."""
        if self._out.is_terminal and line.overflow == "ellipsis":
            line.truncate(self._out.width, overflow="ellipsis")
        self._out.print(line, soft_wrap=True)

    def log(self, line: str) -> None:
        """Print a line of the result while a bar is shown."""
        # Of two consoles on one terminal only the bar's own knows that it has to make room.
        console = self._err if self.is_live and self._out.is_terminal else self._out
        console.print(Text(printable(line)), soft_wrap=True)

    def busy(self, what: str) -> AbstractContextManager[object]:
        """Show that something is being done that has no measure; nothing without a terminal."""
        if not self.is_live:
            return nullcontext()
        return self._err.status(Text(printable(what)), spinner="dots", spinner_style=LIVE)

    @contextmanager
    def upload_bar(self, name: str, size_bytes: int) -> Iterator[Bar]:
        """Show how many bytes are sent; without a terminal, only that it was begun."""
        if not self.is_live:
            self.say(f"Uploading {name} …")
            yield _Silent()
            return
        with self._progress(DownloadColumn(binary_units=True)) as progress:
            yield _Drawn(progress, progress.add_task(f"Uploading {name}", total=size_bytes))

    @contextmanager
    def job_bar(self, title: str) -> Iterator[Bar]:
        """Show a job's progress in per cent and its step; without a terminal, each new step."""
        if not self.is_live:
            yield _Steps(self)
            return
        with self._progress(TaskProgressColumn()) as progress:
            yield _Drawn(progress, progress.add_task(title, total=100))

    def _progress(self, figure: DownloadColumn | TaskProgressColumn) -> Progress:
        return Progress(
            BarColumn(32, complete_style=LIVE, pulse_style=LIVE, finished_style=LIVE),
            figure,
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=self._err,
            transient=True,
        )


class _Silent:
    def move(self, done: float | None, what: str | None = None) -> None:
        """Show nothing."""


class _Drawn:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def move(self, done: float | None, what: str | None = None) -> None:
        description = None if what is None else printable(what)
        self._progress.update(self._task, completed=done, description=description)


class _Steps:
    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._done, self._what = 0.0, ""

    def move(self, done: float | None, what: str | None = None) -> None:
        self._done = self._done if done is None else done
        if what is not None and what != self._what:
            self._what = what
            self._screen.say(f"{self._done:3.0f} %  {what}")
