"""PostgreSQL and Valkey without the rest, for tests and for commands that need only them."""

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from taskyard.entry.up.datadir import DataDir, Hold
from taskyard.entry.up.errors import StartError
from taskyard.entry.up.process import Child, end, spawn
from taskyard.entry.up.servers import Servers

_PATIENCE = 120.0
"""Seconds a server gets to answer; crash recovery of a large cluster may need most of it."""


@dataclass
class EmbeddedServers:
    """The wheels' own servers behind private sockets, for as long as this object is not stopped."""

    _data: DataDir
    _hold: Hold | None
    _servers: Servers
    _running: list[tuple[Child, subprocess.Popen[bytes]]] = field(default_factory=list)

    @classmethod
    def start(cls, data_dir: Path, *, durable: bool = True) -> Self:
        """Start both servers on `data_dir` and return when both answer.

        They end with the thread that called this, so call it from one that lives long enough.
        `durable=False` gives up crash safety for speed. Raises StartError.
        """
        data = DataDir.open(data_dir)
        hold = data.lock()
        try:
            started = cls(data, hold, Servers.of(data, hold, durable=durable))
        except BaseException:
            hold.release()
            raise
        try:
            servers = started._servers
            servers.postgres.prepare()
            started._run(servers.postgres.child(), servers.postgres.ready)
            started._run(servers.valkey.child(), servers.valkey.ready)
        except BaseException:
            started.stop()
            raise
        return started

    @property
    def database_url(self) -> str:
        """The address of PostgreSQL, as psycopg reads it."""
        return self._servers.postgres.url

    @property
    def redis_url(self) -> str:
        """The address of Valkey, as the redis client reads it."""
        return self._servers.valkey.url

    def stop(self) -> None:
        """Stop both servers in order; safe to call twice."""
        while self._running:
            child, process = self._running.pop()
            end(process, child)
        if self._hold is not None:
            self._data.leave_sockets()
            self._hold.release()
            self._hold = None

    def _run(self, child: Child, ready: Callable[[], bool]) -> None:
        log = self._data.log(child.name)
        try:
            process = spawn(child, log)
        finally:
            os.close(log)
        self._running.append((child, process))
        deadline = time.monotonic() + _PATIENCE
        while not ready():
            if process.poll() is not None:
                tail = self._data.log_tail(child.name)
                raise StartError(f"{child.name} ended with code {process.returncode}:\n{tail}")
            if time.monotonic() > deadline:
                raise StartError(f"{child.name} did not answer within {_PATIENCE:.0f} s.")
            time.sleep(0.02)
