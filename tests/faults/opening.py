"""Starting and ending a yard."""

import asyncio
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text

from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.entry import migrations
from taskyard.entry.up.datadir import DataDir
from taskyard.entry.up.process import Child, Stop
from taskyard.entry.up.servers import Servers
from taskyard.entry.wiring import build_platform
from tests.faults import off
from tests.faults.modes import BROKER, LEASE_S, LOGS
from tests.faults.parts import Keeper
from tests.faults.yard import Yard
from tests.jobs import drills
from tests.jobs.hands import ROOT, environment, until

#: More than any test asks for; signing in keeps its own, smaller ones.
_RATES = '{"user": 1000000, "ip": 1000000, "ip_invalid": 1000000, "ws": 1000000}'
_WHEN = "ALTER TABLE drill_ledger ADD COLUMN at timestamptz DEFAULT clock_timestamp()"


@asynccontextmanager
async def open_yard(slots: int = 4) -> AsyncIterator[Yard]:
    """Start everything; end everything."""
    drills.register()
    with tempfile.TemporaryDirectory(prefix="ty-yard-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        # The servers' account passes through.
        home.chmod(0o711)  # noqa: ASYNC240 — one call
        data = DataDir.open(home / "data")
        hold = data.lock()
        keeper = Keeper()
        keeper.start()
        try:
            settings = _settings(_started(keeper, Servers.of(data, hold), home), home)
            platform = await _prepared(settings)
            with socket.create_server(("127.0.0.1", 0), backlog=256) as http:
                _start(keeper, settings, http.fileno(), home, slots)
                address = f"127.0.0.1:{http.getsockname()[1]}"
                yard = Yard(home, settings, platform, keeper, address)
                await yard.well()
                yield yard
            await platform.close()
        finally:
            await asyncio.to_thread(keeper.end)
            if LOGS is not None:
                for log in home.glob("*.log"):  # noqa: ASYNC240 — a few names
                    shutil.copy(log, LOGS)
            data.leave_sockets()
            hold.release()


def _started(keeper: Keeper, servers: Servers, home: Path) -> Servers:
    servers.postgres.prepare()
    keeper.add(servers.postgres.child(), home / "postgres.log")
    keeper.add(servers.valkey.child(), home / "valkey.log")
    until(servers.postgres.ready, what="PostgreSQL")
    until(servers.valkey.ready, what="Valkey")
    return servers


async def _prepared(settings: Settings) -> Platform:
    migrations.upgrade(settings)
    platform = build_platform(settings)
    async with platform.database.session() as db:
        await db.execute(text(drills.LEDGER))
        await db.execute(text(_WHEN))
        await db.commit()
    return platform


def _settings(servers: Servers, home: Path) -> Settings:
    return Settings(
        environment="test",
        data_dir=home / "data",
        database_url=servers.postgres.url,
        redis_url=servers.valkey.url,
        secret_key=SecretStr("tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"),
        password_hasher="argon2id",
        default_tier="premium",
        broker_url=BROKER,
    )


def _start(keeper: Keeper, settings: Settings, http: int, home: Path, slots: int) -> None:
    env = environment(
        settings,
        TASKYARD_WORKER_SLOTS=str(slots),
        TASKYARD_JOB_LEASE_SECONDS=str(LEASE_S),
        TASKYARD_RATE_LIMITS="on",
        TASKYARD_RATES=_RATES,
        TASKYARD_PASSWORD_HASHER="argon2id",
        **({"TASKYARD_BROKER_URL": BROKER} if BROKER else {}),
        **{off.VARIABLE: str(home / "switches")},
    )
    for name, arguments, descriptors in (("api", (str(http),), (http,)), ("worker", (), ())):
        births = home / f"{name}.births"
        births.touch()
        child = Child(
            name=name,
            argv=[sys.executable, "-m", "tests.faults.nursery", name, str(births), *arguments],
            env=env,
            cwd=ROOT,
            on_orphaned=signal.SIGKILL,
            stops=(Stop(signal.SIGTERM, 15),),
            fds=descriptors,
        )
        keeper.add(child, home / f"{name}.log", births)
