"""Measure the figures of docs/limits.md on this machine, by `python -m tools.measure_limits`.

Starts servers of its own; takes about a minute. CPU is this process's alone. Each comparison goes
A B A B, and the least and the median of the rounds are printed: other work on the machine only
ever adds. Calls of Python functions are counted too, which no other work changes.
"""

import cProfile
import os
import pstats
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import uvloop
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis
from starlette.types import Message

from taskyard.core.platform import connect_valkey
from taskyard.core.settings import Settings
from taskyard.core.throttle import Bucket, Throttle
from taskyard.entry import migrations
from taskyard.entry.asgi import create_app
from taskyard.entry.up.embedded import EmbeddedServers
from taskyard.kit.ids import uuid7
from tests.world.accounts import make_account

_ROUNDS = 40
_TIMES = 20
Work = Callable[[], Awaitable[Any]]


async def compare(works: Mapping[str, Work]) -> None:
    """Print what each piece of work costs, measured in turns."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(_ROUNDS):
        for name, work in works.items():
            began = time.process_time()
            for _ in range(_TIMES):
                await work()
            took[name].append((time.process_time() - began) / _TIMES * 1e6)
    for name, series in took.items():
        print(
            f"{name:<42} min {min(series):6.0f}  median {statistics.median(series):6.0f} µs CPU"
            f"  {await _calls(works[name]):6.0f} calls"
        )


async def _calls(work: Work) -> float:
    """Return how many Python functions one piece of work calls."""
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(_TIMES):
        await work()
    profile.disable()
    total: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return total / _TIMES


async def one_hit(valkey: Redis) -> None:
    """A hit by itself, beside one plain command of the client library."""
    throttle = Throttle(valkey, on=True)
    buckets = [Bucket(name, str(uuid7()), 10**6, 1) for name in ("one", "two", "three")]
    await compare(
        {
            "a hit in 1 bucket": _hit(throttle, buckets[:1]),
            "a hit in 2 buckets": _hit(throttle, buckets[:2]),
            "a hit in 3 buckets": _hit(throttle, buckets),
            "a plain command of the client library": lambda: valkey.get("none"),
        }
    )
    before = await _evalsha(valkey)
    for n in range(100):
        await throttle.hit(str(n), buckets)
    print(f"round trips of 100 hits in 3 buckets each: {await _evalsha(valkey) - before}")
    await throttle.close()


def _hit(throttle: Throttle, buckets: list[Bucket]) -> Work:
    return lambda: throttle.hit(uuid7().hex, buckets)


async def _evalsha(valkey: Redis) -> int:
    stats: dict[str, Any] = await valkey.info("commandstats")
    return int(stats["cmdstat_evalsha"]["calls"])


class Caller:
    """Calls an application as a server would; nothing else of it runs beside."""

    def __init__(self, app: FastAPI, token: str) -> None:
        self._app = app
        self._headers = [(b"authorization", f"Bearer {token}".encode())]

    async def call(self, method: str, path: str, body: bytes = b"", key: str = "") -> None:
        """Send one request. Raises AssertionError unless it is answered by 200."""
        headers = [*self._headers, (b"content-type", b"application/json")]
        headers.append((b"content-length", b"%d" % len(body)))
        if key:
            headers.append((b"idempotency-key", key.encode()))
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            assert message.get("status", 200) == 200

        await self._app(scope, receive, send)


async def whole_requests(counted: Caller, free: Caller) -> None:
    """Whole requests, with limits and without; with a key, without one, and replayed."""
    path = "/api/v1/limits"
    await compare(
        {
            "GET, limits off": lambda: free.call("GET", path),
            "GET, limits on": lambda: counted.call("GET", path),
        }
    )
    path, body, replayed = "/api/v1/profile", b'{"display_name": "Maya"}', uuid7().hex
    await compare(
        {
            "PATCH without a key": lambda: free.call("PATCH", path, body),
            "PATCH with a new key": lambda: free.call("PATCH", path, body, uuid7().hex),
            "PATCH replayed": lambda: free.call("PATCH", path, body, replayed),
        }
    )


async def main(settings: Settings) -> None:
    """Measure everything."""
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    valkey = connect_valkey(settings)
    assert valkey is not None
    await one_hit(valkey)
    await valkey.aclose()
    counting = {"rate_limits": "on", "rates": {"user": 10**6}}
    apps = [
        create_app(settings.model_copy(update=switch))
        for switch in (counting, {"rate_limits": "off"})
    ]
    account = await make_account(apps[0].state.platform)
    await whole_requests(*(Caller(app, account.token) for app in apps))
    for app in apps:
        await app.state.platform.close()
    print(f"load average {os.getloadavg()[0]:.1f}")


def run() -> None:
    """Start servers, measure, stop them."""
    with tempfile.TemporaryDirectory(prefix="ty-measure-") as place:
        Path(place).chmod(0o711)
        servers = EmbeddedServers.start(Path(place), durable=False)
        try:
            settings = Settings(
                environment="test",
                data_dir=Path(place),
                database_url=servers.database_url,
                redis_url=servers.redis_url,
                secret_key=SecretStr(uuid7().hex * 2),
                password_hasher="argon2id",  # noqa: S106 — the quicker one
                log_level="error",
            )
            migrations.upgrade(settings)
            uvloop.run(main(settings))
        finally:
            servers.stop()


if __name__ == "__main__":
    run()
