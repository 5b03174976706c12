"""The parts every test may lean on: real servers, the real application, and a world to act in."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.entry import migrations
from taskyard.entry.asgi import create_app
from taskyard.entry.up.embedded import EmbeddedServers
from tests.world import Account, World

Api = Callable[..., httpx.AsyncClient]


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


@pytest.fixture(scope="session")
def settings(services: EmbeddedServers, data_dir: Path) -> Settings:
    """Settings of an instance whose database is migrated and empty."""
    made = Settings(
        environment="test",
        data_dir=data_dir,
        database_url=services.database_url,
        redis_url=services.redis_url,
        secret_key=SecretStr("tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"),
        default_tier="premium",
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


@pytest.fixture
async def api(app: FastAPI) -> AsyncIterator[Api]:
    """Make clients: `api()` is anonymous, `api(as_=account)` is signed in."""
    clients: list[httpx.AsyncClient] = []

    def make(*, as_: Account | None = None, **headers: str) -> httpx.AsyncClient:
        if as_ is not None:
            headers["Authorization"] = f"Bearer {as_.token}"
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
            base_url="http://taskyard.test",
            headers=headers,
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
def world(platform: Platform) -> World:
    """Makers of accounts, projects and what they hold."""
    return World(platform)


def pytest_report_header() -> str:
    """Say what kind of user runs the tests: some run only as root, some only as another."""
    return f"uid {os.getuid()}"
