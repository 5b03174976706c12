"""Holding worker processes, for tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from taskyard.core.settings import Settings

ROOT = Path(__file__).parents[2]


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """Return what a process of ours needs to reach the tests' servers."""
    return {
        **os.environ,
        "TASKYARD_ENVIRONMENT": "test",
        "TASKYARD_DATABASE_URL": settings.database_url,
        "TASKYARD_REDIS_URL": settings.redis_url or "",
        "TASKYARD_SECRET_KEY": settings.secret_key.get_secret_value(),
        "TASKYARD_DATA_DIR": str(settings.data_dir),
        "TASKYARD_DEFAULT_TIER": settings.default_tier,
        "TASKYARD_OUTGOING_ALLOW": ",".join(settings.outgoing_allow),
        "TASKYARD_LOG_LEVEL": "info",
        "TASKYARD_JOB_LEASE_SECONDS": "6",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@dataclass
class WorkerProcess:
    """One worker, started as an operator would, with drills instead of the product's kinds."""

    env: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self, *, ready: bool = True) -> "WorkerProcess":
        """Start it, and wait until it takes jobs."""
        at = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.jobs.worker"],
                cwd=ROOT,
                env=dict(self.env),
                stdout=log,
                stderr=log,
            )
        if ready:
            until(lambda: b"worker_ready" in self.log.read_bytes()[at:], what="the worker is ready")
        return self

    @property
    def pid(self) -> int:
        """The worker's first process."""
        assert self.process is not None
        return self.process.pid

    def consumer(self) -> psutil.Process:
        """Celery's own process."""
        return psutil.Process(self.pid).children()[0]

    def pool(self) -> list[int]:
        """The processes that do the work."""
        return [child.pid for child in self.consumer().children()]

    def kill(self) -> None:
        """Kill the first process; the kernel ends the others."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """Ask it to stop; return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def until(condition: Callable[[], object], *, what: str, seconds: float = 90) -> None:
    """Wait for a condition; fail when it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
