"""How a command of the client ends: its exit code, and every error as one or two plain lines."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from taskyard.entry.cli.outcome import refuse

P = ParamSpec("P")
R = TypeVar("R")


class Exit(IntEnum):
    """Exit codes of the client's commands (docs/cli.md)."""

    FINE = 0
    GATE_NOT_MET = 1
    """The score is below --fail-under, or there are new findings."""
    USAGE = 2
    """What was asked cannot be done as it was asked: an option, a path, an unknown project."""
    NO_RIGHTS = 3
    """Not signed in, or not allowed."""
    JOB_FAILED = 4
    """The job failed or was cancelled."""
    UNREACHABLE = 5
    """The server did not answer, or not as Taskyard does."""
    INTERRUPTED = 130
    """Ctrl-C, or the SIGTERM by which CI stops a step."""
    PIPE_CLOSED = 141
    """Whoever read the output has read enough; what a shell says of a program that SIGPIPE ends."""


class ClientError(Exception):
    """A command cannot go on; `message` says what is wrong and what to do."""

    def __init__(self, message: str, exit_code: Exit) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Make a command say its errors plainly, and end with their exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ClientError as error:
            refuse(error.message, error.exit_code)
        except OSError as error:
            if error.errno == errno.EPIPE:
                # What is still in the buffer would fail again when Python ends.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                raise typer.Exit(Exit.PIPE_CLOSED) from None
            named = f"{error.filename}: " if error.filename else ""
            refuse(f"{named}{error.strerror or error}", Exit.USAGE)
        except (KeyboardInterrupt, typer.Abort):
            # A key that is held down must not break into the last word.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            refuse("interrupted.", Exit.INTERRUPTED)

    return run
