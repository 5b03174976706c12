"""The two embedded servers of one data directory, put together."""

from collections.abc import Callable
from dataclasses import dataclass

from taskyard.entry.up import binaries
from taskyard.entry.up.account import servers_account
from taskyard.entry.up.datadir import DataDir, Hold
from taskyard.entry.up.errors import Exit, StartError
from taskyard.entry.up.postgres import PASSWORD_FILE, Postgres, url_at
from taskyard.entry.up.valkey import SOCKET, Valkey


@dataclass(frozen=True, slots=True)
class Servers:
    """PostgreSQL and Valkey, not started yet."""

    postgres: Postgres
    valkey: Valkey

    @classmethod
    def of(
        cls,
        data: DataDir,
        hold: Hold,
        *,
        durable: bool = True,
        say: Callable[[str], None] = binaries.silent,
    ) -> "Servers":
        """Find account, programs and sockets for the servers of `data`. Raises StartError."""
        account = servers_account(data.cluster)
        programs = binaries.reachable(account, data.root, say)
        sockets = data.sockets(account)
        return cls(
            Postgres(data, programs, account, sockets, hold.shared, durable),
            Valkey(programs, account, sockets, hold.shared),
        )


def running_urls(data: DataDir) -> tuple[str, str]:
    """Return the addresses of PostgreSQL and Valkey of the instance that runs on `data`.

    Raises StartError when the files that tell them belong to somebody else.
    """
    try:
        sockets = (data.root / "sockets").readlink()
        password = (data.root / PASSWORD_FILE).read_text().strip()
    except OSError as error:
        message = (
            f"Cannot reach the instance in {data.root}: {error}. Run as the user who started it."
        )
        raise StartError(message, Exit.NOT_WRITABLE) from error
    return url_at(sockets, password), f"unix://{sockets / SOCKET}"
