"""Reaching an instance's database from another process of the same machine."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taskyard.entry.up.datadir import DataDir
from taskyard.entry.up.embedded import EmbeddedServers
from taskyard.entry.up.run import DATABASE, SECRET, VALKEY, given
from taskyard.entry.up.servers import running_urls


def holder(data_dir: Path) -> str | None:
    """Return the pid of the taskyard that runs on the directory, or None."""
    try:
        descriptor = os.open(data_dir / "supervisor.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(descriptor, 32, 0).decode().strip()
    finally:
        os.close(descriptor)
    return None


def attach(data_dir: Path) -> bool:
    """Point this process's settings at the instance that runs on the directory.

    Returns False when none runs there. What the operator has set stays.
    """
    if holder(data_dir) is None:
        return False
    data = DataDir(data_dir.absolute())
    _point(data, *running_urls(data))
    return True


@contextmanager
def database_at_hand(data_dir: Path) -> Iterator[None]:
    """Make the settings name a database that answers, for as long as the block lasts.

    That is the operator's own, the one of the instance that runs on the directory, or one started
    for the block. Raises StartError.
    """
    os.environ["TASKYARD_DATA_DIR"] = str(data_dir.absolute())
    if given(DATABASE) or attach(data_dir):
        yield
        return
    servers = EmbeddedServers.start(data_dir)
    try:
        _point(DataDir(data_dir.absolute()), servers.database_url, servers.redis_url)
        yield
    finally:
        servers.stop()


def _point(data: DataDir, database_url: str, redis_url: str) -> None:
    os.environ["TASKYARD_DATA_DIR"] = str(data.root)
    if not given(DATABASE):
        os.environ[DATABASE[0]] = database_url
    if not given(VALKEY):
        os.environ[VALKEY[0]] = redis_url
    if not given(SECRET):
        os.environ[SECRET[0]] = data.key()
