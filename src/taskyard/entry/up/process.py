"""Starting one child so that it cannot outlive us."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from taskyard.entry.up.account import Drop
from taskyard.kit.process import die_with_parent


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


def bound_to_us(death_signal: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` by which a child dies with the process that starts it."""
    return partial(die_with_parent, os.getpid(), death_signal)


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
