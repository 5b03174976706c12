"""One user id per run, where we are root.

Limits on processes are counted per user, so two runs must not share one; and what a run may leave
behind can be found by its owner.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from taskyard.runners.sandbox.errors import SandboxBusy, SandboxUnavailable

#: The range systemd keeps for users without a name (systemd.exec(5), DynamicUser=).
FIRST_UID = 61184
SLOTS = 256
#: Shared by every Taskyard of the machine, since they share the range too.
_LOCK_FOLDERS = (Path("/run/taskyard-sandbox"), Path("/var/lib/taskyard-sandbox"))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the payload is outside: another user, or (`uid` None) we ourselves."""

    uid: int | None
    #: We are root only within a user namespace, and an ordinary user outside it.
    nested: bool = False


def mapped(uid: int, uid_map: str | None = None) -> int | None:
    """Return the id that `uid` of our user namespace has one level up, or None."""
    text = Path("/proc/self/uid_map").read_text(encoding="ascii") if uid_map is None else uid_map
    for line in text.splitlines():
        inside, outside, count = (int(word) for word in line.split())
        if inside <= uid < inside + count:
            return outside + uid - inside
    return None


def needs_drop() -> bool:
    """Tell whether the payload gets a user of its own.

    Raises SandboxUnavailable for a real root who can become nobody else.
    """
    if os.geteuid() != 0:
        return False
    if mapped(FIRST_UID) is not None and mapped(FIRST_UID + SLOTS - 1) is not None:
        return True
    if mapped(0) != 0:
        return False
    raise SandboxUnavailable(
        reason="we are root, and user ids from 61184 on do not exist here",
        remedy="Run Taskyard as an ordinary user, or give the container more user ids",
    )


@contextmanager
def borrow() -> Iterator[Identity]:
    """Hold an identity that no other run on this machine has."""
    if not needs_drop():
        yield Identity(None, nested=os.geteuid() == 0)
        return
    folder = _lock_folder()
    for slot in range(SLOTS):
        fd = os.open(
            folder / str(slot), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            continue
        try:
            yield Identity(FIRST_UID + slot)
        finally:
            os.close(fd)
        return
    raise SandboxBusy(slots=SLOTS)


def _lock_folder() -> Path:
    for folder in _LOCK_FOLDERS:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            continue
        if private(folder):
            return folder
    raise SandboxUnavailable(
        reason=f"none of {', '.join(map(str, _LOCK_FOLDERS))} can be written",
        remedy="Make one of them writable, or run Taskyard as an ordinary user",
    )


def private(folder: Path) -> bool:
    """Tell whether `folder` is a real folder of ours that nobody else may write."""
    facts = folder.lstat()
    return (
        stat.S_ISDIR(facts.st_mode)
        and facts.st_uid == os.geteuid()
        and not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )
