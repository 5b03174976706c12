"""Servers and API under `taskyard up`, a worker of drills beside it, and a killer."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psutil
from pydantic import SecretStr
from sqlalchemy import text

from taskyard.core.db import is_outage
from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.entry.wiring import build_platform
from tests.jobs import drills
from tests.jobs.conftest import Jobs
from tests.jobs.hands import WorkerProcess, environment, until
from tests.world import Account, World

T = TypeVar("T")
LEASE_S = 6
#: What an instance may take to be well again, on a busy machine too.
PATIENCE_S = 120.0
_API = "cli serve"
_COMMANDS = {"valkey": "valkey-server", "postgres": "bin/postgres", "api": _API}


@dataclass
class Yard:
    """An instance whose worker does drills."""

    up: "subprocess.Popen[bytes]"
    home: Path
    platform: Platform
    worker: WorkerProcess
    address: str
    #: Cleared while the worker is not to be started again.
    tend: threading.Event

    @property
    def jobs(self) -> Jobs:
        """Ask for jobs, look at them."""
        return Jobs(self.platform, World(self.platform))

    def part(self, name: str) -> psutil.Process:
        """Return one of the processes below `taskyard up`, once it runs."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for child in psutil.Process(self.up.pid).children():
                with suppress(psutil.Error):
                    if _COMMANDS[name] in " ".join(child.cmdline()):
                        return child
            time.sleep(0.05)
        raise AssertionError(f"no {name} runs")

    def busy_child(self) -> int:
        """Return a process of the worker's pool; which of them is busy is not to be seen."""
        return random.choice(self.worker.pool())

    def kill(self, victim: str) -> None:
        """Kill one part; whoever looks after it starts it again."""
        with suppress(psutil.Error, ProcessLookupError, IndexError):
            if victim == "pool":
                os.kill(self.busy_child(), signal.SIGKILL)
            elif victim == "worker":
                assert self.worker.process is not None
                self.worker.process.kill()
            else:
                self.part(victim).kill()

    async def calmly(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do something with the database, again where it is away just now."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return await work()
            except Exception as error:
                if not is_outage(error) or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.2)

    async def ask(self, by: Account, **drill: Any) -> UUID:
        """Ask for a drill."""
        return await self.calmly(lambda: self.jobs.ask(by, **drill))

    async def finished(self, job_ids: list[UUID], *, seconds: float = PATIENCE_S) -> None:
        """Wait until all these jobs have ended."""
        deadline = time.monotonic() + seconds
        query = (
            "SELECT count(*) FROM jobs WHERE id = ANY(:ids)"
            " AND state IN ('waiting', 'queued', 'running')"
        )
        while (await self.calmly(lambda: self.jobs.rows(query, ids=job_ids)))[0][0]:
            assert time.monotonic() < deadline, await self.report(job_ids)
            await asyncio.sleep(0.2)

    async def report(self, job_ids: list[UUID]) -> str:
        """Say what is left, for a failure's message."""
        rows = await self.calmly(
            lambda: self.jobs.rows(
                "SELECT id, state, attempt, lost, errors, dispatched_at, lease_until FROM jobs"
                " WHERE id = ANY(:ids) AND finished_at IS NULL",
                ids=job_ids,
            )
        )
        return f"{rows}\n{self.worker.log.read_text()[-3000:]}"


def _start(home: Path) -> "tuple[subprocess.Popen[bytes], str]":
    """Run `taskyard up` without a worker; return its process and `host:port`."""
    # The servers' account passes through.
    home.chmod(0o711)
    log = home / "up.log"
    env = {key: value for key, value in os.environ.items() if "TASKYARD" not in key}
    env |= {"TASKYARD_ENVIRONMENT": "test", "TASKYARD_JOB_LEASE_SECONDS": str(LEASE_S)}
    command = [sys.executable, "-m", "taskyard.entry.cli", "up", "--port=0", "--no-worker"]
    with log.open("wb") as out:
        up = subprocess.Popen(
            [*command, f"--data-dir={home / 'data'}"], env=env, stdout=out, stderr=out
        )
    until(lambda: "ready at" in log.read_text(), what="up", seconds=PATIENCE_S)
    return up, log.read_text().partition("ready at http://")[2].split()[0]


@asynccontextmanager
async def open_yard(slots: int = 4) -> AsyncIterator[Yard]:
    """Start everything; end everything."""
    drills.register()
    with tempfile.TemporaryDirectory(prefix="ty-yard-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        up, address = _start(home)
        tend = threading.Event()
        try:
            settings = _settings(up.pid, home)
            platform = build_platform(settings)
            async with platform.database.session() as db:
                await db.execute(text(drills.LEDGER))
                await db.commit()
            worker = WorkerProcess(
                environment(settings, TASKYARD_WORKER_SLOTS=str(slots)), home / "worker.log"
            ).start()
            tend.set()
            keeper = threading.Thread(target=_tend, args=(worker, tend), daemon=True)
            keeper.start()
            yield Yard(up, home, platform, worker, address, tend)
            tend.clear()
            keeper.join(10)
            worker.stop()
            await platform.close()
        finally:
            tend.clear()
            up.send_signal(signal.SIGTERM)
            up.wait(60)


def _settings(pid: int, home: Path) -> Settings:
    """Return the settings `taskyard up` gave its API."""
    found: dict[str, str] = {}
    for child in psutil.Process(pid).children():
        if _API in " ".join(child.cmdline()):
            found = child.environ()
    return Settings(
        environment="test",
        data_dir=home / "data",
        database_url=found["TASKYARD_DATABASE_URL"],
        redis_url=found["TASKYARD_REDIS_URL"],
        secret_key=SecretStr(found["TASKYARD_SECRET_KEY"]),
        password_hasher="argon2id",
    )


def _tend(worker: WorkerProcess, on: threading.Event) -> None:
    """Start the worker again whenever it has ended, as `taskyard up` would."""
    while on.is_set():
        assert worker.process is not None
        if worker.process.poll() is not None:
            time.sleep(0.3)
            worker.start(ready=False)
        time.sleep(0.1)
