"""Whole instances whose parts are killed, and the figures of a run."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.faults.figures import Figures
from tests.faults.modes import LEASE_S, SEED, SHORT
from tests.faults.opening import open_yard
from tests.faults.yard import Yard

EMAIL, PASSWORD = "maya@example.com", "a quiet yard at dusk"
#: Everything an instance may do after a kill is over by then, on a busy machine too.
PATIENCE_S = 240.0
_FIGURES = Figures()


def pytest_report_header() -> str:
    """Say what is drawn, so that a failure can be repeated."""
    mode = "short" if SHORT else "long"
    return f"faults: {mode}, seed {SEED} (FAULTS_SEED={SEED} draws the same again)"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures."""
    if _FIGURES.rows:
        terminalreporter.section(f"faults, seed {SEED}")
        terminalreporter.write_line(_FIGURES.table())


@pytest.fixture(scope="session")
def figures() -> Figures:
    """Where a test enters what it measured."""
    return _FIGURES


@pytest.fixture(scope="session")
async def yard() -> AsyncIterator[Yard]:
    """An instance whose worker does drills, for all tests: each leaves it sound."""
    async with open_yard() as made:
        yield made


@pytest.fixture
async def ruined(yard: Yard) -> AsyncIterator[Yard]:
    """The same for a twin, which ruins it; afterwards it works again."""
    yield yard
    await yard.well()


@dataclass
class Instance:
    """A running `taskyard up` and a client of it that does not give up."""

    process: "subprocess.Popen[bytes]"
    log: Path
    url: str
    token: str = ""

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Call the API until it answers; what is away (no answer, 503) is asked again."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = httpx.request(
                    method,
                    f"{self.url}/api/v1{path}",
                    headers={"Authorization": f"Bearer {self.token}"} if self.token else {},
                    json=body or None,
                    timeout=15,
                )
                if answer.status_code == 401 and self.token and "login" not in path:
                    self.sign_in()
                    continue
                if answer.status_code not in {502, 503}:
                    assert answer.status_code < 400, answer.text
                    return answer.json()
            except httpx.TransportError:
                pass
            # Of what dies five times within a minute it says so and ends.
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < deadline, f"{method} {path} was not answered"
            time.sleep(0.2)

    def sign_in(self) -> None:
        """Get a new access token."""
        self.token = ""
        data = self.call("POST", "/auth/login", email=EMAIL, password=PASSWORD)["data"]
        self.token = data["access_token"]

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job as it is."""
        data: dict[str, Any] = self.call("GET", f"/jobs/{job_id}")["data"]
        return data

    def until(
        self, job_id: str, condition: Callable[[dict[str, Any]], bool], what: str
    ) -> dict[str, Any]:
        """Wait until a job is as `condition` wants it."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition(job := self.job(job_id)):
            assert time.monotonic() < deadline, f"not {what}: {json.dumps(job)[:800]}"
            time.sleep(0.1)
        return job

    def story(self, job_id: str) -> list[dict[str, Any]]:
        """Return everything a job told, in order."""
        events: list[dict[str, Any]] = []
        while page := self.call("GET", f"/jobs/{job_id}/events?after={len(events)}")["items"]:
            events += page
        return events

    def part(self, words: str) -> psutil.Process:
        """Return the child of `taskyard up` whose command holds `words`."""
        for child in psutil.Process(self.process.pid).children():
            if words in " ".join(child.cmdline()):
                return child
        raise AssertionError(f"no child runs {words}: {self.log.read_text()[-2000:]}")

    def busy_child(self) -> psutil.Process:
        """Return the pool's process that is at work: the one with processes of its own."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            consumer = self.part("cli worker").children()[0]
            for child in consumer.children():
                if child.children():
                    return child
            time.sleep(0.02)
        raise AssertionError("no process of the pool is at work")


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """An instance of this module's own, signed in."""
    with tempfile.TemporaryDirectory(prefix="ty-faults-") as home:
        # The sandbox's and the servers' accounts pass through.
        Path(home).chmod(0o711)
        log = Path(home, "up.log")
        env = {name: value for name, value in os.environ.items() if "TASKYARD" not in name}
        env |= {
            "TASKYARD_ENVIRONMENT": "test",
            "TASKYARD_RATE_LIMITS": "off",
            "TASKYARD_ADMIN_EMAIL": EMAIL,
            "TASKYARD_ADMIN_PASSWORD": PASSWORD,
            "TASKYARD_JOB_LEASE_SECONDS": str(LEASE_S),
        }
        command = [sys.executable, "-m", "taskyard.entry.cli", "up", "--port=0"]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, f"--data-dir={home}/data"], env=env, stdout=out, stderr=out
            )
        try:
            made = Instance(process, log, _address(process, log))
            made.sign_in()
            yield made
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := re.search(r"ready at (http://\S+)", log.read_text()):
            return found[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"not ready: {log.read_text()}")
