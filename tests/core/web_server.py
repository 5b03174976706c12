"""A plain HTTP server on this machine that answers as a test tells it to, byte by byte."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

#: Gets what was asked and a way to send; whatever it leaves unsaid is never said.
Answer = Callable[["Asked", Callable[[bytes], Awaitable[None]]], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """The head of a request."""

    method: str
    target: str
    headers: dict[str, str]


@dataclass
class WebServer:
    """Where the server is, and what it was asked."""

    port: int = 0
    connections: int = 0
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str = "/", *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Return an address of this server."""
        return f"{scheme}://{host}:{self.port}{path}"


@asynccontextmanager
async def web_server(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[WebServer]:
    """Serve on a free port of this machine."""
    server = WebServer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1

        async def send(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            asked = _parsed(await reader.readuntil(b"\r\n\r\n"))
            server.asked.append(asked)
            await answer(asked, send)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


def _parsed(head: bytes) -> Asked:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(": ") for line in lines)
    return Asked(method, target, {name.lower(): value for name, _, value in pairs})


def plain(body: bytes, *, status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
