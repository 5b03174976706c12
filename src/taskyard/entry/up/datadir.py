"""The data directory: its layout, its lock, its secrets."""

import fcntl
import hashlib
import os
import secrets
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from taskyard.entry.up.account import Account
from taskyard.entry.up.errors import Exit, StartError

_SOCKET_DIR_LIMIT = 80
"""Bytes; a socket's whole path must fit into 107, and `/.s.PGSQL.5432` comes after it."""


@dataclass(frozen=True, slots=True)
class DataDir:
    """Paths inside one data directory; docs/operations.md explains each."""

    root: Path

    @property
    def cluster(self) -> Path:
        return self.root / "pg"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def version(self) -> Path:
        return self.root / "VERSION"

    @classmethod
    def open(cls, path: Path) -> "DataDir":
        """Make the directory if it is missing.

        Raises StartError when we may not write there. The mode of a directory that already
        existed is the operator's choice and stays as it is.
        """
        root = path.absolute()
        try:
            if not root.exists():
                root.mkdir(parents=True)
                # Started as root, the servers' account must be able to pass; reading stays closed.
                root.chmod(0o711 if os.geteuid() == 0 else 0o700)
            data = cls(root)
            data.logs.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            message = (
                f"Cannot use {root} as data directory: {error.strerror}. "
                "Make it writable for this user, or choose another --data-dir."
            )
            raise StartError(message, Exit.NOT_WRITABLE) from error
        return data

    def secret(self, name: str) -> str:
        """Return the secret kept in the file `name` (mode 0600), made on first use."""
        path = self.root / name
        try:
            kept = path.read_text().strip()
        except FileNotFoundError:
            kept = ""
        if kept:
            return kept
        made = secrets.token_hex(32)
        half = path.with_name(f"{name}.new")
        half.unlink(missing_ok=True)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{made}\n")
            file.flush()
            os.fsync(descriptor)
        half.rename(path)
        return made

    def lock(self, patience: float = 30.0) -> int:
        """Take the directory for this process; returns the descriptor that holds it.

        PostgreSQL and Valkey inherit the descriptor, so the directory stays taken while any of
        them lives. When its holder died and the servers are still shutting down, they are given
        `patience` seconds; a holder that lives is reported at once (StartError, exit code 75).
        """
        descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = os.pread(descriptor, 32, 0).decode().strip()
                if _alive(holder) or time.monotonic() > deadline:
                    os.close(descriptor)
                    raise StartError(self._in_use(holder), Exit.IN_USE) from None
            time.sleep(0.1)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return descriptor

    def _in_use(self, holder: str) -> str:
        return (
            f"The data directory {self.root} is in use by another taskyard (pid {holder or 'unknown'}). "
            "Stop that one first, or choose another --data-dir."
        )

    def sockets(self, account: Account) -> Path:
        """Return a short directory for the servers' sockets, closed to every other account.

        It lies outside the data directory, whose path may be longer than a socket's may be.
        Raises StartError when somebody else has made a directory of that name.
        """
        key = hashlib.sha256(os.fsencode(self.root.resolve())).hexdigest()[:12]
        path = _socket_parent(account) / f"taskyard-{account.uid}-{key}"
        try:
            path.mkdir(mode=0o700)
            account.own(path)
        except FileExistsError:
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (0, account.uid):
                message = f"{path} exists and is not ours. Remove it; Taskyard keeps its sockets there."
                raise StartError(message, Exit.NOT_WRITABLE) from None
            path.chmod(0o700)
            account.own(path)
        return path


def _socket_parent(account: Account) -> Path:
    private = os.environ.get("XDG_RUNTIME_DIR", "")
    # Root's own runtime directory is closed to the account the servers drop to.
    if private and not account.dropped and len(private) <= _SOCKET_DIR_LIMIT and os.access(private, os.W_OK):
        return Path(private)
    temporary = tempfile.gettempdir()
    usable = len(temporary) <= _SOCKET_DIR_LIMIT and account.reaches(Path(temporary))
    return Path(temporary if usable else "/tmp")  # noqa: S108 -- the directory made there is 0700


def _alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
