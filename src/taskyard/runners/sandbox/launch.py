"""Stands between us and the cage: gives up root, takes on the limits, becomes the command.

Run as `python -I -S launch.py SPEC COMMAND…`, never imported by the worker: what `preexec_fn`
would do here in a process with threads can deadlock (CPython's own documentation), and a process
of its own can first check that its parent still lives. SPEC is JSON:

    parent   process id that must still be our parent
    uid      user and group to become, or null to stay
    nested   true where root here is an ordinary user outside (a user namespace)
    limits   {"RLIMIT_CPU": seconds, …}
    seccomp  hexadecimal filter to install here (the reduced cage), or null (bubblewrap does it)
    env, cwd of the command
    status   file descriptor that gets the reason when the command cannot be started
    keep_status  whether the command writes to it too (bubblewrap does)

`python -I -S launch.py --sweep UID` instead kills every process of that user.
"""

import ctypes
import json
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SECCOMP_MODE_FILTER = 2
#: The kernel's first choice when memory is short (proc(5)).
OOM_FIRST = "1000"
#: Machine work stands back behind people's requests.
NICENESS = 10
START_FAILED = 126

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """Struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _prctl(option: int, *values: object) -> None:
    if _libc.prctl(option, *values) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}): {os.strerror(number)}")


def _become(uid: int | None, *, nested: bool) -> None:
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    elif os.geteuid() == 0 and not nested:
        raise PermissionError("nothing is ever run as root")


def _install(program: bytes) -> None:
    _prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    fprog = _Program(len(program) // 8, program)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(fprog), 0, 0)


def _limit(limits: dict[str, int]) -> None:
    for name, value in limits.items():
        which = getattr(resource, name)
        hard = resource.getrlimit(which)[1]
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # The soft CPU limit ends a payload by SIGXCPU, which tells it from any other kill.
        stretch = 2 if name == "RLIMIT_CPU" and hard == resource.RLIM_INFINITY else 0
        resource.setrlimit(which, (soft, soft + stretch))


def launch(spec: dict[str, object], command: list[str]) -> None:
    """Become `command`; returns only by an exception."""
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:  # noqa: PTH123
        score.write(OOM_FIRST)
    os.nice(NICENESS)
    os.umask(0o022)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    _become(spec["uid"], nested=bool(spec["nested"]))  # type: ignore[arg-type]
    # After the change of user, which clears it. Then look: the parent may have died before.
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != spec["parent"]:
        raise ProcessLookupError("the worker is gone")
    _limit(spec["limits"])  # type: ignore[arg-type]
    os.chdir(str(spec["cwd"]))
    if spec["seccomp"]:
        _install(bytes.fromhex(str(spec["seccomp"])))
    _execute(command, spec["env"])  # type: ignore[arg-type]


def _execute(command: list[str], environment: dict[str, str]) -> None:
    """Search PATH ourselves: `os.execvpe` imports modules that the new user may not read."""
    name = command[0]
    folders = [""] if "/" in name else [f"{one}/" for one in environment.get("PATH", "").split(":")]
    for folder in folders:
        try:
            os.execve(folder + name, command, environment)  # noqa: S606
        except FileNotFoundError:
            continue
    raise FileNotFoundError(f"{name}: not found")


def sweep(uid: int) -> None:
    """Kill every process of `uid`; the kernel spares only the caller."""
    _become(uid, nested=False)
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        return


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    if arguments[0] == "--sweep":
        sweep(int(arguments[1]))
        return 0
    spec = json.loads(arguments[0])
    os.set_inheritable(spec["status"], spec["keep_status"])
    try:
        launch(spec, arguments[1:])
    except (OSError, ValueError) as problem:
        os.write(spec["status"], f"launch: {problem}\n".encode())
    return START_FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
