"""The values a sandboxed run takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Literal

#: Places inside. A `PurePosixPath` in a command names such a place, and is translated where the
#: reduced cage has no mounts; a plain string is passed on as it stands.
SRC = PurePosixPath("/src")
BOX = PurePosixPath("/box")
TOOLBOX = PurePosixPath("/toolbox")

Argument = str | PurePosixPath
Killed = Literal["memory", "output", "time", "cancelled"]
Mode = Literal["full", "reduced", "none"]
#: `inspect`: a program of ours reads the files; `execute`: their code itself runs.
Purpose = Literal["inspect", "execute"]

KIB, MIB = 1 << 10, 1 << 20


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder or file of the host, shown read-only at `target`."""

    source: Path
    target: PurePosixPath


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use; seconds and bytes."""

    wall_seconds: float = 60
    #: Per process (RLIMIT_CPU); the wall limit bounds the sum.
    cpu_seconds: int = 60
    #: Resident memory of the whole tree, watched ten times a second.
    memory_bytes: int = 1024 * MIB
    #: Address space of each process (RLIMIT_AS), which holds where the watch comes too late.
    address_bytes: int = 2048 * MIB
    #: /box and /tmp, each.
    disk_bytes: int = 256 * MIB
    file_bytes: int = 128 * MIB
    output_bytes: int = 1 * MIB
    #: All files handed out together.
    results_bytes: int = 32 * MIB
    processes: int = 128
    open_files: int = 512


@dataclass(frozen=True, slots=True)
class Completed:
    """How a run ended.

    `exit_code` is 128 + n for a payload killed by signal n, as a shell reports it. `output` is
    standard output and error together, in the order written; `results` holds the files asked for
    that were there, regular and within the cap.
    """

    exit_code: int
    signal: int | None
    killed_for: Killed | None
    output: str
    peak_bytes: int
    duration_seconds: float
    results: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def timed_out(self) -> bool:
        """Tell whether the wall or the CPU limit ended it."""
        return self.killed_for == "time"

    @property
    def crashed(self) -> bool:
        """Tell whether the payload died of a signal that we did not send."""
        return self.signal is not None and self.killed_for is None


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """What this machine can do.

    `full`: everything in namespaces. `reduced`: no namespaces, so only programs of ours that read
    files run, under another user id (where we are root), limits and seccomp. `none`: the operator
    switched the sandbox off by hand.
    """

    mode: Mode
    reason: str | None = None
    remedy: str | None = None
