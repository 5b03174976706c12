"""PostgreSQL and Valkey without the rest, for tests and for commands that need only them."""

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from taskyard.entry.up import binaries
from taskyard.entry.up.account import servers_account
from taskyard.entry.up.datadir import DataDir
from taskyard.entry.up.errors import StartError
from taskyard.entry.up.postgres import Postgres
from taskyard.entry.up.process import Child, end, spawn
from taskyard.entry.up.valkey import Valkey

_PATIENCE = 120.0
"""Seconds a server gets to answer; crash recovery of a large cluster may need most of it."""


@dataclass
class EmbeddedServers:
    """The wheels' own servers behind private sockets, for as long as this object is not stopped."""

    database_url: str
    redis_url: str
    _running: list[tuple[Child, subprocess.Popen[bytes]]] = field(default_factory=list)
    _lock: int = -1

    @classmethod
    def start(cls, data_dir: Path, *, durable: bool = True) -> Self:
        """Start both servers on `data_dir` and return when both answer.

        They end with the thread that called this, so call it from one that lives long enough.
        `durable=False` gives up crash safety for speed. Raises StartError.
        """
        data = DataDir.open(data_dir)
        lock = data.lock()
        started = cls(database_url="", redis_url="", _lock=lock)
        try:
            account = servers_account(data.cluster)
            programs = binaries.reachable(account, data.root)
            sockets = data.sockets(account)
            postgres = Postgres(data, programs, account, sockets, lock, durable)
            valkey = Valkey(programs, account, sockets, lock)
            postgres.prepare()
            started._run(data, valkey.child(), valkey.ready)
            started._run(data, postgres.child(), postgres.ready)
        except BaseException:
            started.stop()
            raise
        started.database_url, started.redis_url = postgres.url, valkey.url
        return started

    def stop(self) -> None:
        """Stop both servers in order; safe to call twice."""
        while self._running:
            child, process = self._running.pop(0)
            end(process, child)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _run(self, data: DataDir, child: Child, ready: Callable[[], bool]) -> None:
        path = data.logs / f"{child.name}.log"
        log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            process = spawn(child, log)
        finally:
            os.close(log)
        self._running.append((child, process))
        deadline = time.monotonic() + _PATIENCE
        while not ready():
            if process.poll() is not None:
                raise StartError(f"{child.name} ended with code {process.returncode}; see {path}.")
            if time.monotonic() > deadline:
                raise StartError(f"{child.name} did not answer within {_PATIENCE:.0f} s; see {path}.")
            time.sleep(0.02)
