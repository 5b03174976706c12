"""Running commands that nobody vouches for.

One command runs in namespaces of its own (bubblewrap), as an unprivileged user, without a
network, on a read-only system, under limits of memory, processes, disk, output and time; when it
ends, nothing of it is left. `docs/sandbox.md` has the picture and the reasons.

    box.py          Sandbox: the one class others use
    types.py        Limits, Mount, Completed, SandboxReport
    cage.py         the bubblewrap command, and the reduced cage where there are no namespaces
    process.py      one run watched from start to end
    toolbox.py      the interpreter, tools and libraries that the payload may use
    ground.py       folders that the unprivileged user can reach
    identity.py     one user id per run, where we are root
    launch.py       runs between us and the cage: drops root, sets limits
    steward.py      runs inside: hands named files out through a pipe
"""

from taskyard.runners.sandbox.box import Sandbox
from taskyard.runners.sandbox.errors import (
    MountUnreachable,
    SandboxBusy,
    SandboxUnavailable,
    ToolboxIncomplete,
)
from taskyard.runners.sandbox.types import (
    BOX,
    SRC,
    TOOLBOX,
    Argument,
    Completed,
    Limits,
    Mount,
    SandboxReport,
)

__all__ = [
    "BOX",
    "SRC",
    "TOOLBOX",
    "Argument",
    "Completed",
    "Limits",
    "Mount",
    "MountUnreachable",
    "Sandbox",
    "SandboxBusy",
    "SandboxReport",
    "SandboxUnavailable",
    "ToolboxIncomplete",
]
