"""The embedded Valkey: hints, live messages and rate windows. Nothing in it is kept."""

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from taskyard.entry.up.account import Account
from taskyard.entry.up.binaries import Binaries
from taskyard.entry.up.process import Child, Stop

SOCKET = "valkey.sock"


@dataclass(frozen=True, slots=True)
class Valkey:
    """One server behind one private socket."""

    binaries: Binaries
    account: Account
    sockets: Path
    lock: int

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.sockets / SOCKET

    @property
    def url(self) -> str:
        """Return the address as the redis client reads it."""
        return f"unix://{quote(str(self.socket))}"

    def child(self) -> Child:
        """Return how to run the server in the foreground."""
        settings = {
            "--port": "0",
            "--unixsocket": str(self.socket),
            "--unixsocketperm": "700",
            # PostgreSQL is the truth; what is lost here is sent again from there.
            "--save": "",
            "--appendonly": "no",
            # A broker that silently forgets messages is worse than one that refuses them.
            "--maxmemory-policy": "noeviction",
            "--enable-debug-command": "no",
            "--enable-module-command": "no",
        }
        options = [word for option in settings.items() for word in option]
        return Child(
            name="valkey",
            argv=[str(self.binaries.valkey_server), *options],
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            on_orphaned=signal.SIGTERM,
            stops=(Stop(signal.SIGTERM, 5),),
            cwd=self.sockets,
            fds=(self.lock,),
            drop=self.account.drop(),
        )

    def ready(self) -> bool:
        """Say whether the server answers a PING."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
