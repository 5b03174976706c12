"""Looking at a process and all that came from it."""

import os
from collections.abc import Iterator

#: Lines of /proc/PID/status, in KiB.
_HELD = frozenset({"RssAnon", "RssShmem", "VmSwap"})
_TMPFS = ("/box", "/tmp", "/dev/shm")  # noqa: S108
#: A tmpfs inode with its directory entry (shmem_inode_cache and dentry slabs).
_INODE_BYTES = 1024


def tree(root: int) -> Iterator[int]:
    """Yield `root` and its living descendants; processes may come and go meanwhile."""
    todo = [root]
    while todo:
        pid = todo.pop()
        yield pid
        try:
            threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208
            for thread in threads:
                todo += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
        except OSError:
            continue


def held_bytes(root: int) -> int:
    """Return the memory that only this tree holds, file pages left out.

    Anonymous and shared memory and swap of all processes, and what the kernel keeps for files in
    the sandbox's tmpfs, whose number no mount option limits.
    """
    total, last = 0, root
    for pid in tree(root):
        try:
            total += sum(map(_status_bytes, _read(f"/proc/{pid}/status").splitlines()))
        except OSError:
            continue
        last = pid
    return total + _inodes(last) * _INODE_BYTES


def _status_bytes(line: str) -> int:
    name, _, value = line.partition(":")
    return int(value.split()[0]) << 10 if name in _HELD else 0


def _inodes(pid: int) -> int:
    """Count the files in the tmpfs that `pid` sees; 0 where it has the same root as we."""
    root = f"/proc/{pid}/root"
    try:
        if os.stat(f"{root}/").st_dev == os.stat("/").st_dev:  # noqa: PTH116
            return 0
        facts = [os.statvfs(root + folder) for folder in _TMPFS]
    except OSError:
        return 0
    return sum(fact.f_files - fact.f_ffree for fact in facts)


def threads_of(uid: int) -> int:
    """Return how many threads of `uid` run on this machine, as far as /proc shows them."""
    count = 0
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == uid:  # noqa: PTH116
                    count += len(os.listdir(f"/proc/{name}/task"))  # noqa: PTH208
            except OSError:
                continue
    return count


def _read(path: str) -> str:
    with open(path, encoding="ascii") as file:  # noqa: PTH123
        return file.read()
