"""The data directory: its layout, its lock, its secrets."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from taskyard.entry.up.account import Account
from taskyard.entry.up.errors import Exit, StartError

KEY_FILE = "secret.key"
_SOCKET_PARENT_LIMIT = 60
"""Bytes; a socket's whole path must fit into 107, of which our own part takes 47."""
_LOG_LIMIT = 10_000_000
"""Bytes a log may have; what a longer one holds becomes `<name>.log.1`, for an older one."""
_TURNING = threading.Lock()
"""A log is put aside by one thread: what another just put there would be written over."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The descriptors that keep a data directory ours."""

    own: int
    """Held by this process alone: who finds it locked knows that a taskyard lives here."""
    shared: int
    """Inherited by PostgreSQL and Valkey: it stays locked while any of them lives."""

    def release(self) -> None:
        """Let go; servers that still run keep the shared one locked."""
        os.close(self.shared)
        os.close(self.own)


@dataclass(frozen=True, slots=True)
class DataDir:
    """Paths inside one data directory; docs/operations.md explains each."""

    root: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own directory."""
        return self.root / "pg"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.root / "log"

    @property
    def version(self) -> Path:
        """Which releases wrote here last."""
        return self.root / "VERSION"

    @classmethod
    def open(cls, path: Path) -> "DataDir":
        """Make the directory if it is missing.

        Raises StartError when we may not write there. The mode of a directory that already
        existed is the operator's choice and stays as it is.
        """
        root = path.absolute()
        data = cls(root)
        try:
            if not root.exists():
                root.mkdir(parents=True)
                # Started as root, the servers' account must be able to pass; not to read.
                root.chmod(0o711 if os.geteuid() == 0 else 0o700)
            data.logs.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            message = (
                f"Cannot use {root} as data directory: {error.strerror}. "
                "Make it writable for this user, or choose another --data-dir."
            )
            raise StartError(message, Exit.NOT_WRITABLE) from error
        return data

    def kept(self, name: str) -> str | None:
        """Return the secret kept in the file `name`, or None when there is none."""
        try:
            return (self.root / name).read_text().strip() or None
        except FileNotFoundError:
            return None

    def secret(self, name: str) -> str:
        """Return the secret kept in the file `name` (mode 0600), made on first use."""
        if kept := self.kept(name):
            return kept
        path = self.root / name
        made = secrets.token_hex(32)
        half = path.with_name(f"{name}.new")
        with create_private(half) as file:
            file.write(f"{made}\n")
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
        return made

    def key(self) -> str:
        """Return the key that signs tokens and is part of password hashes; made with the cluster.

        Raises StartError where the cluster is here and its key is not: with a new one nobody could
        sign in, and nothing would say why.
        """
        if self.cluster.exists() and self.kept(KEY_FILE) is None:
            message = (
                f"{self.root / KEY_FILE} is missing, and without it nobody can sign in. "
                "Put it back from your backup, or set TASKYARD_SECRET_KEY to the key in use."
            )
            raise StartError(message)
        return self.secret(KEY_FILE)

    def lock(self, patience: float = 30.0) -> Hold:
        """Take the directory for this process.

        A taskyard that lives there is reported at once (StartError, exit code 75). Where one died
        and its servers are still shutting down, they are given `patience` seconds.
        """
        own = self._locked("supervisor.lock", patience=0)
        try:
            shared = self._locked("servers.lock", patience)
        except StartError:
            os.close(own)
            raise
        return Hold(own, shared)

    def _locked(self, name: str, patience: float) -> int:
        descriptor = os.open(self.root / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(descriptor, 32, 0).decode().strip() or "unknown"
                    os.close(descriptor)
                    message = (
                        f"The data directory {self.root} is in use by another taskyard "
                        f"(pid {holder}). Stop that one first, or choose another --data-dir."
                    )
                    raise StartError(message, Exit.IN_USE) from None
            time.sleep(0.1)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return descriptor

    def sockets(self, account: Account) -> Path:
        """Return a short directory for the servers' sockets, closed to every other account.

        It lies outside the data directory, whose path may be longer than a socket's may be; the
        link `sockets` leads to it. Raises StartError when somebody else made that directory.
        """
        key = hashlib.sha256(os.fsencode(self.root.resolve())).hexdigest()[:12]
        path = _socket_parent(account) / f"taskyard-{account.uid}-{key}"
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {0, account.uid}:
                message = f"{path} is not ours. Remove it: Taskyard keeps its sockets there."
                raise StartError(message, Exit.NOT_WRITABLE) from None
            path.chmod(0o700)
        account.own(path)
        link = self.root / "sockets"
        link.unlink(missing_ok=True)
        link.symlink_to(path)
        return path

    def leave_sockets(self) -> None:
        """Remove the sockets' directory, unless a server still listens there."""
        link = self.root / "sockets"
        with contextlib.suppress(OSError):
            link.readlink().rmdir()
            link.unlink()

    def log(self, name: str) -> int:
        """Open a process's log to append to; the caller closes the descriptor."""
        path = self.logs / f"{name}.log"
        with _TURNING:
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_size > _LOG_LIMIT:
                    path.replace(f"{path}.1")
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def turn_logs(self) -> None:
        """Put aside what long logs hold while they are written to.

        Their writers keep them open, to append: so each is copied and emptied, not renamed. A line
        written between the two is lost. Raises OSError.
        """
        for path in self.logs.glob("*.log"):
            with _TURNING:
                if path.stat().st_size > _LOG_LIMIT:
                    shutil.copy(path, f"{path}.1")
                    os.truncate(path, 0)

    def log_tail(self, name: str, lines: int = 20) -> str:
        """Return the last lines of a process's log."""
        path = self.logs / f"{name}.log"
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 16_384))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


def create_private(path: Path) -> IO[str]:
    """Make a new file that only its owner may read, replacing a half-written one."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")


def _socket_parent(account: Account) -> Path:
    # Not XDG_RUNTIME_DIR: it is removed when its user logs out, and closed to a dropped account.
    temporary = tempfile.gettempdir()
    short = len(os.fsencode(temporary)) <= _SOCKET_PARENT_LIMIT
    usable = short and account.reaches(Path(temporary))
    return Path(temporary if usable else "/tmp")  # noqa: S108 -- the directory made there is 0700
