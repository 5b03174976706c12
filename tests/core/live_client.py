"""A live client for tests, over a real socket to a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from tests.world import Account


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve a started application on the loopback interface; gives `host:port`."""
    config = uvicorn.Config(
        app, lifespan="off", ws="websockets-sansio", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 — it offers no event
            await asyncio.sleep(0.01)
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task


class Follower:
    """One client's socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.welcome: dict[str, Any] = {}

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.connection.send(orjson.dumps(message).decode())

    async def hear(self, *types: str, seconds: float = 10) -> dict[str, Any]:
        """Return the next message, of one of these types where some are named."""
        async with asyncio.timeout(seconds):
            while True:
                message: dict[str, Any] = orjson.loads(await self.connection.recv())
                if not types or message["type"] in types:
                    return message

    async def subscribe(self, topic: str, after: int | None = None) -> dict[str, Any]:
        """Follow a topic; return what the server says to it."""
        more = {} if after is None else {"after": after}
        await self.say(type="subscribe", topic=topic, **more)
        return await self.hear("subscribed", "error", "reset")

    async def events(self, topic: str, *, until: str, seconds: float = 20) -> list[dict[str, Any]]:
        """Return the events of a topic up to the one of a name."""
        seen: list[dict[str, Any]] = []
        async with asyncio.timeout(seconds):
            while not seen or seen[-1]["name"] != until:
                message = await self.hear("event", seconds=seconds)
                if message["topic"] == topic:
                    seen.append(message)
        return seen

    async def silent(self, seconds: float = 0.7) -> None:
        """Fail when anything is heard for a while."""
        try:
            heard = await self.hear(seconds=seconds)
        except TimeoutError:
            return
        raise AssertionError(f"heard {heard}")

    async def closed(self, seconds: float = 10) -> int:
        """Wait until the server hangs up; return its code."""
        async with asyncio.timeout(seconds):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code


@asynccontextmanager
async def following(
    server: str, account: Account | None = None, *, query: str = "", **options: Any
) -> AsyncIterator[Follower]:
    """Open a socket; with an Authorization header where an account is given."""
    headers = dict(options.pop("headers", {}))
    if account is not None:
        headers["Authorization"] = f"Bearer {account.token}"
    async with connect(
        f"ws://{server}/api/v1/ws{query}",
        additional_headers=headers,
        compression=None,
        open_timeout=10,
        **options,
    ) as connection:
        follower = Follower(connection)
        follower.welcome = await follower.hear("welcome")
        yield follower
