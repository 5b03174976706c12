"""The wired parts of one process, handed to whoever needs them. Built by `entry` alone."""

from dataclasses import dataclass

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from taskyard.core import keys
from taskyard.core.access import Authenticator
from taskyard.core.db import Database
from taskyard.core.limits import Throttle
from taskyard.core.schemas import Cursor
from taskyard.core.settings import Settings
from taskyard.core.storage import Storage


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

    async def close(self) -> None:
        """Close every connection."""
        if self.valkey is not None:
            await self.valkey.aclose()
        await self.database.dispose()


def connect_valkey(settings: Settings) -> Redis | None:
    """Return a client of Valkey, or None where none is configured. Connects on first use."""
    if settings.redis_url is None:
        return None
    return Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=1,
        socket_timeout=2,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 1),
    )


def assemble(settings: Settings, authenticator: Authenticator) -> Platform:
    """Return the parts every process has; nothing is connected yet."""
    valkey = connect_valkey(settings)
    return Platform(
        settings=settings,
        database=Database(settings),
        valkey=valkey,
        throttle=Throttle(valkey, on=settings.rate_limits == "on"),
        authenticator=authenticator,
        cursor=Cursor(keys.derive(settings, "cursor")),
        storage=Storage.from_settings(settings),
    )
