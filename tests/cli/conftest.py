"""One real `taskyard up` for all tests of the client, and the client as a person starts it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pytest
import typer
from typer.testing import CliRunner

from taskyard.entry.cli import client
from taskyard.entry.cli.client.credentials import Credentials, SignedIn
from tests.cli import sources
from tests.cli.gateway import Gateway, gateway

PASSWORD = "a quiet yard at dusk"
_PATIENCE_S = 90.0
_OURS = re.compile(r"TASKYARD_|DATABASE_URL|REDIS_URL|API_SECRET_KEY|XDG_|NO_COLOR|FORCE_COLOR")


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment without what would point a command somewhere else."""
    env = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    return env | {"COLUMNS": "120", "PYTHONUNBUFFERED": "1", **more}


@pytest.fixture(scope="package")
def instance(reachable: socket.socket) -> Iterator[str]:
    """The address of a whole instance of these tests' own."""
    with tempfile.TemporaryDirectory(prefix="ty-cli-") as home:
        # Analyses run as another account, which has to pass through.
        Path(home).chmod(0o711)
        log = Path(home, "up.log")
        command = [sys.executable, "-m", "taskyard.entry.cli", "up", "--port=0"]
        env = clean_environment(
            TASKYARD_RATE_LIMITS="off",
            TASKYARD_ENVIRONMENT="test",
            TASKYARD_OUTGOING_ALLOW=f"127.0.0.1:{reachable.getsockname()[1]}",
        )
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

    @property
    def credentials(self) -> Path:
        return self.config / "taskyard/credentials.json"

    def environment(self, **more: str) -> dict[str, str]:
        return clean_environment(XDG_CONFIG_HOME=str(self.config), **more)

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
        """Run a command to its end in this process, as it would run without a terminal."""
        with chdir(self.cwd), _environment(self.environment(**env)):
            ended = CliRunner().invoke(_client(), arguments, input=stdin)
        assert isinstance(ended.exception, SystemExit | None), ended.exc_info
        return Ran(ended.exit_code, ended.stdout, ended.stderr)

    def sign_in(self, server: str | None = None) -> None:
        """Sign in to a session of one's own, and keep its tokens as `taskyard login` does."""
        got = self.tokens(server)
        self.keep(got["access_token"], got["refresh_token"], server)

    def keep(self, access_token: str, refresh_token: str, server: str | None = None) -> None:
        """Keep tokens."""
        kept = SignedIn(self.email, access_token, refresh_token, time.time() + 900)
        credentials = Credentials(self.config / "taskyard")
        with credentials.locked():
            credentials.keep(server or self.server, kept, as_default=True)

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


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@cache
def _client() -> typer.Typer:
    app = typer.Typer(pretty_exceptions_enable=False)
    client.add_to(app)
    return app


@pytest.fixture(scope="package")
def email(instance: str) -> str:
    """An account that tests share: each signs in to a session of its own."""
    body = {"email": "maya@example.com", "password": PASSWORD, "display_name": "Maya"}
    httpx.post(f"{instance}/api/v1/auth/register", json=body).raise_for_status()
    return body["email"]


@pytest.fixture(autouse=True)
def _same_signals() -> Iterator[None]:
    """Commands that run in this process set the signals of a process of their own."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def person(instance: str, email: str, tmp_path: Path) -> Person:
    """Somebody who has an account and is not signed in."""
    home = tmp_path / "home"
    home.mkdir()
    return Person(email, instance, home / "config", home)


@pytest.fixture(scope="package")
def shared_token(instance: str, email: str) -> Callable[[], str]:
    """An access token of a session that tests share: signing in costs half a second of hashing."""
    token, ends = "", float("-inf")

    def fresh() -> str:
        nonlocal token, ends
        if time.monotonic() > ends:
            body = {"email": email, "password": PASSWORD}
            answer = httpx.post(f"{instance}/api/v1/auth/login", json=body).raise_for_status()
            token, ends = answer.json()["data"]["access_token"], time.monotonic() + 300
        return token

    return fresh


@pytest.fixture
def maya(person: Person, shared_token: Callable[[], str]) -> Person:
    """Somebody who is signed in; the session is not theirs alone."""
    person.keep(shared_token(), "of a shared session: never to be used")
    return person


@pytest.fixture
def behind(maya: Person, shared_token: Callable[[], str], balancer: Gateway) -> Person:
    """Somebody who is signed in through the balancer."""
    maya.keep(shared_token(), "of a shared session: never to be used", balancer.url)
    return maya


@pytest.fixture(scope="package")
def finished(
    instance: str,
    email: str,
    shared_token: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The id of a job that has completed: analysis 1 of the project `finished`."""
    home = tmp_path_factory.mktemp("finished")
    person = Person(email, instance, home / "config", home)
    person.keep(shared_token(), "of a shared session: never to be used")
    sources.small(home / "finished")
    done = person.run("analyze", "finished", "--types=quality")
    assert done.code == 0, done.said
    listed = json.loads(person.run("jobs", "list", "--json").out)
    return next(str(job["id"]) for job in listed if job["project_name"] == "finished")
