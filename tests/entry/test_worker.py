"""A worker's processes: they begin and end together."""

import os
import subprocess
import sys

import psutil
import pytest

from taskyard.core.settings import Settings
from tests.jobs.hands import ROOT, WorkerProcess, environment, until


def test_without_a_broker_it_says_what_to_set() -> None:
    env = {name: value for name, value in os.environ.items() if "REDIS" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "taskyard.entry.cli", "worker"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "TASKYARD_REDIS_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def worker(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> WorkerProcess:
    """A worker of two places."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    return WorkerProcess(environment(settings, TASKYARD_WORKER_SLOTS="2"), log)


def _tree(worker: WorkerProcess) -> list[psutil.Process]:
    return psutil.Process(worker.pid).children(recursive=True)


def _all_gone(processes: list[psutil.Process]) -> bool:
    return not any(
        one.is_running() and one.status() != psutil.STATUS_ZOMBIE
        for one in processes
        if psutil.pid_exists(one.pid)
    )


@pytest.mark.parametrize("end", ["stop", "kill", "kill the consumer"])
def test_its_processes_end_together(worker: WorkerProcess, end: str) -> None:
    worker.start()
    tree = _tree(worker)
    # Celery's process, and below it the pool: two places, and one for the platform's own work.
    assert len(tree) == 4
    if end == "stop":
        assert worker.stop() == 0
    elif end == "kill":
        worker.kill()
    else:
        worker.consumer().kill()
        assert worker.process is not None
        assert worker.process.wait(20) == 137
    until(lambda: _all_gone(tree), what="everything ended", seconds=5)


def test_its_log_is_json_and_holds_no_banner(worker: WorkerProcess) -> None:
    worker.start()
    worker.stop()
    lines = [line for line in worker.log.read_text().splitlines() if line.strip()]
    assert all(line.startswith("{") for line in lines if "shutdown" not in line), lines
