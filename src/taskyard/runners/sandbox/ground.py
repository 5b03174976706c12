"""Folders that the sandbox's user can reach, whoever we are.

bubblewrap looks its mounts up as the unprivileged user, so every parent of a mounted folder must
be open to that user. As root our data folder may lie where nobody else gets in (`/root/…`); we
never change the mode of a parent, and go elsewhere instead.
"""

import fcntl
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taskyard.runners.sandbox.errors import SandboxUnavailable
from taskyard.runners.sandbox.identity import needs_drop, private

#: Where root keeps toolbox and workspaces when the data folder is closed to others, best first.
_ELSEWHERE = (Path("/var/lib/taskyard"), Path("/var/tmp/taskyard-root"))  # noqa: S108

#: A workspace is made first and locked a moment later; younger ones are left alone.
_YOUNG_SECONDS = 60


def reachable(path: Path) -> bool:
    """Tell whether the sandbox's user can read `path` (and enter it, if it is a folder)."""
    path = path.resolve()
    if not needs_drop():
        return os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0))
    if not all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents):
        return False
    mode = path.stat().st_mode
    wanted = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
    return mode & wanted == wanted


def passable(folder: Path) -> bool:
    """Tell whether the sandbox's user can pass through `folder`, if not list it."""
    folder = folder.resolve()
    if not needs_drop():
        return os.access(folder, os.X_OK)
    return all(part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.parents))


def find(data_dir: Path) -> Path:
    """Return the folder for toolbox and workspaces, made where it is missing.

    `<data_dir>/sandbox` where the sandbox's user can get there, else a folder of root's own under
    /var. Raises SandboxUnavailable where neither can be had.
    """
    data_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
    choices = [data_dir.resolve() / "sandbox"] if passable(data_dir) else list(_ELSEWHERE)
    for folder in choices:
        try:
            folder.mkdir(exist_ok=True)
            # Not the umask's business: the sandbox's user passes through, and lists nothing.
            if private(folder):
                folder.chmod(0o711)
                return folder
        except OSError:
            continue
    raise SandboxUnavailable(
        reason=f"the sandbox's user cannot reach {data_dir}, nor could we make another folder",
        remedy="Move TASKYARD_DATA_DIR to a path that others may pass (mode o+x on each part)",
    )


@contextmanager
def workspace(root: Path) -> Iterator[Path]:
    """Make a folder for one job under `root`, and remove it with all it holds.

    Mode 0711 under a parent that cannot be listed: the sandbox's user gets in by the name it is
    given, other users of the machine cannot guess it.
    """
    parent = root / "work"
    parent.mkdir(exist_ok=True)
    parent.chmod(0o711)
    folder = parent / secrets.token_hex(16)
    folder.mkdir()
    folder.chmod(0o711)
    # The lock tells sweep() that somebody is at home; it goes with the process.
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    fcntl.flock(fd, fcntl.LOCK_SH)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(fd)


def sweep(root: Path) -> int:
    """Remove the workspaces of processes that are gone, and return how many there were."""
    parent, removed = root / "work", 0
    for folder in parent.iterdir() if parent.is_dir() else ():
        try:
            fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - os.fstat(fd).st_mtime > _YOUNG_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        except BlockingIOError:
            pass
        finally:
            os.close(fd)
    return removed
