"""The wired parts of one process, handed to whoever needs them. Built by `entry` alone."""

import asyncio
from dataclasses import dataclass, field

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from taskyard.core import keys
from taskyard.core.access import Authenticator
from taskyard.core.bus import Bus
from taskyard.core.db import Database
from taskyard.core.limits import with_changes
from taskyard.core.live.hub import Hub
from taskyard.core.pulse import Pulse
from taskyard.core.schemas import Cursor
from taskyard.core.settings import Settings
from taskyard.core.storage import Storage
from taskyard.core.throttle import Throttle

#: Connections of one process to Valkey. One command takes some 0.1 ms of one.
VALKEY_CONNECTIONS = 16


@dataclass
class Platform:
    """What a request or a job can reach."""

    settings: Settings
    database: Database
    valkey: Redis | None
    throttle: Throttle
    authenticator: Authenticator
    cursor: Cursor
    storage: Storage
    bus: Bus
    #: The live stream; in API processes only.
    hub: Hub | None = None
    pulse: Pulse = field(default_factory=Pulse)
    #: When what this stands on was last asked whether it answers, and what it said (`api.health`).
    asked: dict[str, tuple[float, asyncio.Task[str]]] = field(default_factory=dict)

    async def close(self) -> None:
        """Close every connection."""
        await self.bus.stop()
        await self.throttle.close()
        if self.valkey is not None:
            await self.valkey.aclose()
        await self.database.dispose()


def connect_valkey(settings: Settings) -> Redis | None:
    """Return a client of Valkey, or None where none is configured. Connects on first use."""
    if settings.redis_url is None:
        return None
    # The client's own pool opens a connection for whoever comes: of 300 requests at once a third
    # then found its connection refused. This one lets them wait their turn.
    pool = BlockingConnectionPool.from_url(
        settings.redis_url,
        max_connections=VALKEY_CONNECTIONS,
        timeout=2,
        socket_connect_timeout=1,
        socket_timeout=2,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 1),
    )
    return Redis.from_pool(pool)


def assemble(settings: Settings, authenticator: Authenticator) -> Platform:
    """Return the parts every process has; nothing is connected yet."""
    valkey = connect_valkey(settings)
    bus = Bus(valkey)
    database = Database(settings)
    database.bell = bus.ring
    return Platform(
        settings=settings,
        database=database,
        valkey=valkey,
        throttle=Throttle(
            valkey, on=settings.rate_limits == "on", rates=with_changes(settings.rates)
        ),
        authenticator=authenticator,
        cursor=Cursor(keys.derive(settings, "cursor")),
        storage=Storage.from_settings(settings),
        bus=bus,
    )
