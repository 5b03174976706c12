"""Starting one child so that it cannot outlive us.

The kernel sends the child a signal when its parent dies (PR_SET_PDEATHSIG), however the parent
died. The signal follows the *thread* that started the child, so children are started from a
thread that lives as long as they should.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from taskyard.entry.up.account import Drop

# Looked up here, since little may be done between fork and exec.
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_ORPHANED = 99


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of stopping a child: the signal, and how long it is given in seconds."""

    signal: signal.Signals
    patience: float


@dataclass(frozen=True, slots=True)
class Child:
    """How to run one child process."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    on_orphaned: signal.Signals
    """What the kernel sends the child when we die without having stopped it."""
    stops: Sequence[Stop]
    """Tried in order; after the last one the child's process group is killed."""
    abort: Stop = Stop(signal.SIGKILL, 1)
    """What ends it at once when nobody wants to wait."""
    cwd: Path | None = None
    fds: tuple[int, ...] = ()
    drop: Drop = field(default_factory=Drop)


def die_with_parent(death_signal: signal.Signals, parent: int) -> None:
    """Ask the kernel to send this process a signal when its parent, whose pid is given, dies.

    It has to run after a change of user, which clears the setting; subprocess does call its
    `preexec_fn` there. Where the parent died before we could ask, this process ends at once.
    """
    if _PRCTL is not None:
        _PRCTL(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(_ORPHANED)


def bound_to_us(death_signal: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` by which a child dies with the process that starts it."""
    return partial(die_with_parent, death_signal, os.getpid())


def spawn(child: Child, stdout: int, stderr: int = subprocess.STDOUT) -> subprocess.Popen[bytes]:
    """Start the child in a session of its own, its output going to the descriptors.

    The session of its own keeps Ctrl-C at the terminal from reaching it before we decide the order.
    """
    return subprocess.Popen(
        child.argv,
        env=dict(child.env),
        cwd=child.cwd,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=bound_to_us(child.on_orphaned),  # noqa: PLW1509 -- two system calls
        pass_fds=child.fds,
        **child.drop,
    )


def end(process: subprocess.Popen[bytes], child: Child) -> None:
    """Stop the child, politely first; returns when it is gone."""
    for step in (*child.stops, child.abort):
        if process.poll() is not None:
            return
        process.send_signal(step.signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(step.patience)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
