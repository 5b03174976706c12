"""What `taskyard login` keeps: one file, mode 0600, with the tokens of each server.

    $XDG_CONFIG_HOME/taskyard/credentials.json     {"default": URL, "servers": {URL: {…}}}
    $XDG_CONFIG_HOME/taskyard/credentials.lock     held while the file is changed

The file is replaced whole, so that a reader never sees half of it. Whoever trades a refresh token
for the next holds the lock from before it reads the old one until the new one is written: the
server takes a refresh token that comes twice for a stolen one, and ends the session.
"""

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from taskyard.entry.cli.client.exits import ClientError, Exit

#: Longer than any refresh may take (its own time-out is 30 s).
_LOCK_PATIENCE_S = 60.0
_LOCK_POLL_S = 0.05


@dataclass(frozen=True)
class SignedIn:
    """One server's tokens."""

    email: str
    access_token: str
    refresh_token: str
    #: Unix seconds, by this machine's clock.
    expires_at: float


class Credentials:
    """The credentials of one person on this machine."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "credentials.json"
        self._folder = folder

    @classmethod
    def of_this_user(cls) -> "Credentials":
        """Return those in the user's configuration directory (XDG Base Directory 0.8)."""
        named = Path(os.environ.get("XDG_CONFIG_HOME") or ".")
        # The specification: a relative path there is to be ignored.
        return cls((named if named.is_absolute() else Path.home() / ".config") / "taskyard")

    def default(self) -> str | None:
        """Return the server signed in to last."""
        found = self._read().get("default")
        return found if isinstance(found, str) else None

    def of(self, server: str) -> SignedIn | None:
        """Return a server's tokens."""
        kept = self._servers(self._read()).get(server)
        try:
            return SignedIn(**kept) if isinstance(kept, dict) else None
        except TypeError:
            return None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from changing the file. Raises ClientError."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            handle = os.open(self._folder / "credentials.lock", flags, 0o600)
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            _wait_for(handle)
            yield
        finally:
            os.close(handle)

    def keep(self, server: str, signed_in: SignedIn, *, as_default: bool = False) -> None:
        """Write a server's tokens. The caller holds the lock. Raises ClientError."""
        content = self._read(heal=True)
        content["servers"] = {**self._servers(content), server: asdict(signed_in)}
        if as_default or not content.get("default"):
            content["default"] = server
        self._write(content)

    def forget(self, server: str) -> None:
        """Remove a server's tokens; it stays the default. The caller holds the lock."""
        content = self._read(heal=True)
        servers = {url: kept for url, kept in self._servers(content).items() if url != server}
        self._write({**content, "servers": servers})

    def _read(self, *, heal: bool = False) -> dict[str, Any]:
        """Return the file's content; with `heal`, one that cannot be read counts as empty."""
        try:
            content = json.loads(self.file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            if heal and isinstance(error, ValueError):
                return {}
            reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
            message = f"{self.file} cannot be read ({reason}). Sign in again: taskyard login"
            raise ClientError(message, Exit.NO_RIGHTS) from None
        return content if isinstance(content, dict) else {}

    @staticmethod
    def _servers(content: dict[str, Any]) -> dict[str, Any]:
        servers = content.get("servers")
        return servers if isinstance(servers, dict) else {}

    def _write(self, content: dict[str, Any]) -> None:
        # Where the file is a link (dotfiles kept elsewhere), what it leads to is replaced.
        target = Path(os.path.realpath(self.file))
        try:
            handle, name = tempfile.mkstemp(prefix=".credentials-", dir=target.parent)
            try:
                with os.fdopen(handle, "w") as stream:
                    json.dump(content, stream, indent=1)
                    stream.flush()
                    os.fsync(stream.fileno())
                Path(name).replace(target)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> ClientError:
        return ClientError(
            f"Tokens cannot be kept in {self._folder}: {error.strerror}.\n"
            "Make it writable, point XDG_CONFIG_HOME elsewhere, or set TASKYARD_TOKEN.",
            Exit.NO_RIGHTS,
        )


def _wait_for(handle: int) -> None:
    ends = time.monotonic() + _LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                message = "Another taskyard has held the credentials for a minute. End it first."
                raise ClientError(message, Exit.NO_RIGHTS) from None
            time.sleep(_LOCK_POLL_S)
        else:
            return
