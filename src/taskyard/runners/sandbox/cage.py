"""The commands that put a payload into its cage."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from taskyard.runners.sandbox import seccomp
from taskyard.runners.sandbox.toolbox import Toolbox
from taskyard.runners.sandbox.types import BOX, TOOLBOX, Argument, Limits, Mount

#: Who the payload is inside; outside it is another (identity.py).
_INSIDE_UID = "1000"
_SHM_BYTES = 16 << 20
#: Merged into /usr on most systems, folders of their own on the others.
_SYSTEM_LINKS = ("bin", "sbin", "lib", "lib32", "lib64")


@dataclass(frozen=True, slots=True)
class Payload:
    """One command and what it sees."""

    command: tuple[Argument, ...]
    mounts: tuple[Mount, ...]
    limits: Limits
    environment: Mapping[str, Argument]
    cwd: PurePosixPath


def filter_for(*, network: bool) -> bytes | None:
    """Return this machine's seccomp filter, or None where we have no numbers for it.

    Without a network namespace no socket may be opened at all.
    """
    machine = platform.machine()
    if machine not in seccomp.MACHINES:
        return None
    return seccomp.program(machine, families=seccomp.NAMESPACED_FAMILIES if network else ())


def environment(payload: Payload, toolbox: Toolbox) -> dict[str, Argument]:
    """Return the whole environment of the payload: nothing is inherited."""
    return {
        "PATH": f"{TOOLBOX}/bin:/usr/bin:/bin",
        "HOME": BOX,
        "TMPDIR": PurePosixPath("/tmp"),  # noqa: S108
        "USER": "sandbox",
        "LOGNAME": "sandbox",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        **toolbox.environment,
        **payload.environment,
    }


def full(
    payload: Payload, toolbox: Toolbox, bubblewrap: Path, *, status: int, rules: int
) -> list[str]:
    """Return the bubblewrap command: everything in namespaces of its own.

    `status` and `rules` are file descriptors: bubblewrap's own account of the run, and the filter.
    The order matters: folders below a tmpfs come after it, and `--remount-ro` last, because /dev
    and / are tmpfs without a limit until then.
    """
    disk = str(payload.limits.disk_bytes)
    command = [str(bubblewrap), "--unshare-all", "--unshare-user", "--disable-userns"]
    command += ["--uid", _INSIDE_UID, "--gid", _INSIDE_UID, "--hostname", "sandbox"]
    command += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    command += ["--ro-bind", "/usr", "/usr", *_system_links()]
    command += ["--ro-bind", str(toolbox.root), str(TOOLBOX)]
    command += ["--ro-bind", str(toolbox.root / "etc"), "/etc"]
    for name in ("/etc/ld.so.cache", "/etc/alternatives"):
        command += ["--ro-bind-try", name, name]
    # /proc/sys is writable for the kernel's root; read-only it stays even if somebody became that.
    command += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"]
    command += ["--size", str(_SHM_BYTES), "--tmpfs", "/dev/shm"]  # noqa: S108
    command += ["--size", disk, "--tmpfs", "/tmp", "--size", disk, "--tmpfs", str(BOX)]  # noqa: S108
    for mount in (*toolbox.mounts, *payload.mounts):
        command += ["--ro-bind", str(mount.source), str(mount.target)]
    for name, value in environment(payload, toolbox).items():
        command += ["--setenv", name, str(value)]
    command += ["--chdir", str(payload.cwd), "--json-status-fd", str(status)]
    command += ["--seccomp", str(rules), "--remount-ro", "/dev", "--remount-ro", "/"]
    return [*command, "--", *map(str, payload.command)]


def _system_links() -> list[str]:
    arguments = []
    for name in _SYSTEM_LINKS:
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    return arguments


@dataclass(frozen=True, slots=True)
class Reduced:
    """The same payload without mounts: every place inside is a path of the host."""

    command: list[str]
    environment: dict[str, str]
    cwd: str


def reduced(payload: Payload, toolbox: Toolbox, box: Path) -> Reduced:
    """Translate the places in `payload` to host paths; `box` stands for /box and /tmp."""
    places = {TOOLBOX: toolbox.root, BOX: box, PurePosixPath("/tmp"): box}  # noqa: S108
    places |= {mount.target: mount.source for mount in payload.mounts}

    def host(argument: Argument) -> str:
        if isinstance(argument, str):
            return argument
        for target in (argument, *argument.parents):
            if target in places:
                return str(places[target] / argument.relative_to(target))
        return str(argument)

    variables = {name: host(value) for name, value in environment(payload, toolbox).items()}
    variables["PATH"] = f"{toolbox.root}/bin:/usr/bin:/bin"
    return Reduced([host(item) for item in payload.command], variables, host(payload.cwd))
