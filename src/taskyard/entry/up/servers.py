"""The two embedded servers of one data directory, put together."""

from dataclasses import dataclass
from pathlib import Path

from taskyard.entry.up import binaries
from taskyard.entry.up.account import servers_account
from taskyard.entry.up.datadir import DataDir, Hold
from taskyard.entry.up.postgres import Postgres
from taskyard.entry.up.valkey import Valkey


@dataclass(frozen=True, slots=True)
class Servers:
    """PostgreSQL and Valkey, not started yet, and where their sockets lie."""

    postgres: Postgres
    valkey: Valkey
    sockets: Path

    @classmethod
    def of(cls, data: DataDir, hold: Hold, *, durable: bool = True) -> "Servers":
        """Find account, programs and sockets for the servers of `data`. Raises StartError."""
        account = servers_account(data.cluster)
        programs = binaries.reachable(account, data.root)
        sockets = data.sockets(account)
        return cls(
            Postgres(data, programs, account, sockets, hold.shared, durable),
            Valkey(programs, account, sockets, hold.shared),
            sockets,
        )
