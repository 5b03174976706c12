"""The parts every test may lean on: real servers, the real application, and a world to act in."""

import gc
import os
import re
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from itertools import count, repeat
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from xdist.scheduler import LoadScopeScheduling

from taskyard.accounts import passwords
from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.entry import migrations
from taskyard.entry.asgi import create_app
from taskyard.entry.up.embedded import EmbeddedServers
from tests.contract.responses import ResponseContract
from tests.world import Account, World
from tests.world.git_server import GitServer, git_server
from tests.world.instances import Instance, open_instance, sent_statements

#: Folders whose tests share instances, browsers or workers, which take seconds to start and memory.
SHARING = frozenset(
    f"tests/{name}"
    for name in ("analyses", "cli", "dialects", "e2e", "jobs", "notifications", "runners/source")
)

Api = Callable[..., httpx.AsyncClient]
OpenInstance = Callable[..., Awaitable[Instance]]
_AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CountStatements = Callable[[], AbstractContextManager[list[str]]]


#: Takes as long as all others of its folder.
_BY_ITSELF = "tests/e2e/test_every_page.py"


class ByInstance(LoadScopeScheduling):  # type: ignore[misc] # untyped
    """Gives one process all tests of a folder that share an instance, else those of a module."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        folder = module.rsplit("/", 1)[0]
        return folder if folder in SHARING and module != _BY_ITSELF else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByInstance:
    """Deal the tests out to the processes."""
    return ByInstance(config, log)


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A data directory of this test session's own, which every uid may pass through."""
    path = Path(tempfile.mkdtemp(prefix="ty-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def services(data_dir: Path) -> Iterator[EmbeddedServers]:
    """PostgreSQL and Valkey, real and this session's own."""
    servers = EmbeddedServers.start(data_dir, durable=False)
    yield servers
    servers.stop()


@pytest.fixture(scope="session", autouse=True)
def argon2_cost() -> Iterator[tuple[int, int]]:
    """Have passwords hashed in no time, which no test's own needs; return the true cost."""
    true_cost = passwords.ARGON2_PASSES, passwords.ARGON2_KIB
    passwords.ARGON2_PASSES, passwords.ARGON2_KIB = 1, 8
    yield true_cost
    passwords.ARGON2_PASSES, passwords.ARGON2_KIB = true_cost


@pytest.fixture(scope="session")
def reachable() -> Iterator[socket.socket]:
    """A port of this machine, the one place inside that tests' instances may be sent to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture(scope="session")
def serving(
    reachable: socket.socket, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GitServer]:
    """A Git server at that port."""
    with git_server(tmp_path_factory.mktemp("git"), reachable) as server:
        yield server


@pytest.fixture
def git(serving: GitServer) -> Iterator[GitServer]:
    """The same, behaving as a Git server does until a test says otherwise."""
    yield serving
    serving.reset()


@pytest.fixture(scope="session")
def settings(services: EmbeddedServers, data_dir: Path, reachable: socket.socket) -> Settings:
    """Settings of an instance whose database is migrated and empty."""
    made = Settings(
        environment="test",
        data_dir=data_dir,
        database_url=services.database_url,
        redis_url=services.redis_url,
        secret_key=SecretStr("tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"),
        default_tier="premium",
        # What is particular to bcrypt is tested with it.
        password_hasher="argon2id",
        outgoing_allow=[f"127.0.0.1:{reachable.getsockname()[1]}"],
        # Tests of limits ask for them (`limited`).
        rate_limits="off",
        log_level="error",
    )
    migrations.upgrade(made)
    return made


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The real application, started."""
    made = create_app(settings)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture(scope="session")
def platform(app: FastAPI) -> Platform:
    """The application's wired parts."""
    found: Platform = app.state.platform
    return found


@pytest.fixture(scope="session")
def contract(app: FastAPI) -> ResponseContract:
    """What the OpenAPI document says each operation may answer."""
    return ResponseContract(app.openapi())


@pytest.fixture
async def api(app: FastAPI, contract: ResponseContract) -> AsyncIterator[Api]:
    """Make clients: `api()` is anonymous, `api(as_=account)` is signed in.

    Every answer is held against the OpenAPI document; the test fails where one differs.
    """
    async with clients(app, contract, repeat("127.0.0.1")) as make:
        yield make


@pytest.fixture(scope="session")
async def counting(settings: Settings) -> AsyncIterator[Instance]:
    """A further instance on the same servers, one that counts requests."""
    async with open_instance(settings, {"rate_limits": "on"}, empty=False) as instance:
        yield instance


@pytest.fixture
async def limited(counting: Instance, contract: ResponseContract) -> AsyncIterator[Api]:
    """Make clients, as `api` does, of an instance that counts; each has an address of its own."""
    async with clients(counting.app, contract, _addresses) as make:
        yield make


_addresses = (f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in count(1))


@asynccontextmanager
async def clients(
    app: FastAPI, contract: ResponseContract, addresses: Iterator[str]
) -> AsyncIterator[Api]:
    """Make clients, for a fixture that outlives a test."""
    faults: list[str] = []

    async def check(response: httpx.Response) -> None:
        if "json" in response.headers.get("content-type", ""):
            await response.aread()
            faults.extend(contract.faults(response))

    async with AsyncExitStack() as stack:

        def make(
            *, as_: Account | None = None, address: str | None = None, **headers: str
        ) -> httpx.AsyncClient:
            if as_ is not None:
                headers["Authorization"] = f"Bearer {as_.token}"
            transport = httpx.ASGITransport(
                app=app, raise_app_exceptions=False, client=(address or next(addresses), 1)
            )
            client = httpx.AsyncClient(
                transport=transport,
                base_url="http://taskyard.test",
                headers=headers,
                event_hooks={"response": [check]},
            )
            stack.push_async_callback(client.aclose)
            return client

        yield make
    assert faults == [], "answers that the OpenAPI document does not allow"


@pytest.fixture
async def open_other(settings: Settings) -> AsyncIterator[OpenInstance]:
    """Start further instances: `await open_other(registration="closed")`, other settings.

    `empty=True` gives one a database of its own, migrated and without accounts.
    """
    async with AsyncExitStack() as stack:

        async def start(*, empty: bool = False, **changes: object) -> Instance:
            return await stack.enter_async_context(open_instance(settings, changes, empty=empty))

        yield start


@pytest.fixture
def statements(platform: Platform) -> CountStatements:
    """List the SQL sent within a block: `with statements() as sent: …`."""
    return lambda: sent_statements(platform.database)


@pytest.fixture
def world(platform: Platform) -> World:
    """Makers of accounts, projects and what they hold."""
    return World(platform)


def pytest_configure() -> None:
    """Let Ctrl-C reach what the tests start: a run in the background inherits a deaf ear."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Look through none of what was imported for garbage, again and again: all of it stays."""
    gc.collect()
    gc.freeze()


def pytest_report_header() -> str:
    """Say what kind of user runs the tests: some run only as root, some only as another."""
    return f"uid {os.getuid()}"


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name what differs from run to run by what it is: packed bytes hold a time, ids are new."""
    if isinstance(val, bytes):
        return f"{len(val)}-bytes"
    if isinstance(val, str) and _AN_ID.search(val):
        return _AN_ID.sub("an-id", val)
    return None
