"""One real `taskyard up` for all tests of the client, and the client as a person starts it."""

import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.cli.gateway import Gateway, gateway

PASSWORD = "a quiet yard at dusk"
_PATIENCE_S = 90.0
_OURS = re.compile(r"TASKYARD_|DATABASE_URL|REDIS_URL|API_SECRET_KEY|XDG_|NO_COLOR|FORCE_COLOR")
_numbers = itertools.count(1)


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment without what would point a command somewhere else."""
    env = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    return env | {"COLUMNS": "120", "PYTHONUNBUFFERED": "1", **more}


@pytest.fixture(scope="session")
def instance() -> Iterator[str]:
    """The address of a whole instance of this session's own."""
    with tempfile.TemporaryDirectory(prefix="ty-cli-") as home:
        # Analyses run as another account, which has to pass through.
        Path(home).chmod(0o711)
        log = Path(home, "up.log")
        command = [sys.executable, "-m", "taskyard.entry.cli", "up", "--port=0", "--no-worker"]
        env = clean_environment(TASKYARD_RATE_LIMITS="off", TASKYARD_ENVIRONMENT="test")
        with log.open("wb") as out:
            up = subprocess.Popen(
                [*command, f"--data-dir={home}/data"], env=env, stdout=out, stderr=out
            )
        try:
            yield _address(up, log)
        finally:
            up.terminate()
            up.wait(60)


def _address(up: "subprocess.Popen[bytes]", log: Path) -> str:
    ends = time.monotonic() + _PATIENCE_S
    while time.monotonic() < ends:
        found = re.search(r"ready at (http://\S+)", log.read_text())
        if found:
            return found[1]
        if up.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"taskyard up did not become ready:\n{log.read_text()}")


@pytest.fixture
def balancer(instance: str) -> Iterator[Gateway]:
    """A balancer before the instance."""
    with gateway(instance) as made:
        yield made


@dataclass(frozen=True)
class Ran:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass
class Person:
    """Somebody with an account, at a terminal of their own."""

    email: str
    server: str
    config: Path
    cwd: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def credentials(self) -> Path:
        return self.config / "taskyard/credentials.json"

    def environment(self, **more: str) -> dict[str, str]:
        return clean_environment(XDG_CONFIG_HOME=str(self.config), **self.env, **more)

    def start(self, *arguments: str, **env: str) -> "subprocess.Popen[str]":
        """Start a command without a terminal."""
        return subprocess.Popen(
            [sys.executable, "-m", "taskyard.entry.cli", *arguments],
            env=self.environment(**env),
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, stdin: str = "", **env: str) -> Ran:
        """Run a command to its end, without a terminal."""
        done = subprocess.run(
            [sys.executable, "-m", "taskyard.entry.cli", *arguments],
            env=self.environment(**env),
            cwd=self.cwd,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def login(self, server: str | None = None) -> None:
        done = self.run(
            "login",
            f"--server={server or self.server}",
            f"--email={self.email}",
            "--password-stdin",
            stdin=f"{PASSWORD}\n",
        )
        assert done.code == 0, done.said

    def tokens(self, server: str | None = None) -> dict[str, str]:
        """Return new tokens of a session of its own, as another client would get them."""
        body = {"email": self.email, "password": PASSWORD}
        answer = httpx.post(f"{server or self.server}/api/v1/auth/login", json=body)
        tokens: dict[str, str] = answer.raise_for_status().json()["data"]
        return tokens


@pytest.fixture(scope="session")
def people(instance: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Person]:
    """Make accounts."""

    def make() -> Person:
        email = f"person{next(_numbers)}@example.com"
        body = {"email": email, "password": PASSWORD, "display_name": "Maya"}
        httpx.post(f"{instance}/api/v1/auth/register", json=body).raise_for_status()
        home = tmp_path_factory.mktemp("person")
        return Person(email, instance, home / "config", home)

    return make


@pytest.fixture
def person(people: Callable[..., Person]) -> Person:
    """Somebody who has an account and is not signed in."""
    return people()


@pytest.fixture
def maya(person: Person) -> Person:
    """Somebody who is signed in."""
    person.login()
    return person
