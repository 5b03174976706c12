"""One request to a judged address: pinned to what was judged, bounded in time and size."""

import asyncio
import socket
import ssl
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Any, Final

import certifi
import httpcore

from taskyard.core.outgoing.address import IP, Address
from taskyard.core.outgoing.errors import (
    AnswerTooLarge,
    CertificateRefused,
    HostUnknown,
    HostUnreachable,
)
from taskyard.core.outgoing.rules import Rules

#: Asks for the addresses of a host.
Resolve = Callable[[str, int], Awaitable[Sequence[IP]]]
_RESOLVE_S: Final = 10.0
#: Of a host's many addresses so many are tried.
_TRIED: Final = 4
#: A compressed answer could be a thousand times what its length says.
_ALWAYS: Final = {"Accept-Encoding": "identity", "Connection": "close"}
_NO_SUCH_HOST: Final = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how large an answer may be. How long in all, its reader decides."""

    total_bytes: int
    connect_s: float = 5.0
    #: Between two pieces of the answer.
    silence_s: float = 60.0
    #: Within so many seconds at least so many bytes must come, however they drip.
    window_s: float = 120.0
    window_bytes: int = 8 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body is still on its way. Its header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    #: The body as it was sent: nothing is decompressed.
    chunks: AsyncIterator[bytes]


class Outgoing:
    """Sends requests to where the operator lets people reach."""

    def __init__(self, allow: Iterable[str], *, resolve: Resolve | None = None) -> None:
        self.rules = Rules(allow)
        self._resolve = resolve or _resolve

    @asynccontextmanager
    async def ask(
        self,
        method: str,
        address: Address,
        *,
        patience: Patience,
        headers: Mapping[str, str],
        content: bytes = b"",
    ) -> AsyncIterator[Answer]:
        """Send one request on a connection of its own. A redirect is an answer like any other.

        Raises AddressForbidden before anything is sent; HostUnknown, HostUnreachable,
        CertificateRefused and, also while the body is read, AnswerTooLarge.
        """
        backend = _Pinned(await self._judged(address))
        timeouts = {
            "connect": patience.connect_s,
            "read": patience.silence_s,
            "write": patience.silence_s,
        }
        async with AsyncExitStack() as stack:
            stack.push_async_callback(backend.aclose)
            with _told(address.host):
                pool = httpcore.AsyncConnectionPool(ssl_context=self._tls, network_backend=backend)
                await stack.enter_async_context(pool)
                # The time-outs above are for each read, and headers can drip, too.
                async with asyncio.timeout(patience.window_s):
                    response = await stack.enter_async_context(
                        pool.stream(
                            method,
                            str(address),
                            headers=[*headers.items(), *_ALWAYS.items()],
                            content=content,
                            extensions={"timeout": timeouts},
                        )
                    )
            found = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers
            }
            yield Answer(response.status, found, _counted(response, address.host, patience))

    async def _judged(self, address: Address) -> Sequence[IP]:
        """Return where an address leads, all of it judged. Nobody asks for it a second time."""
        self.rules.check(address)
        if address.ip is not None:
            return [address.ip]
        try:
            async with asyncio.timeout(_RESOLVE_S):
                found = await self._resolve(address.host, address.port)
        except socket.gaierror as error:
            if error.errno in _NO_SUCH_HOST:
                raise HostUnknown(host=address.host) from None
            raise HostUnreachable(host=address.host, reason="its name was not found") from None
        except TimeoutError:
            reason = "the name server does not answer"
            raise HostUnreachable(host=address.host, reason=reason) from None
        for ip in found:
            self.rules.judge(address, ip)
        return found

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Trust what the system trusts (`SSL_CERT_FILE` names more), and Mozilla's list."""
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context


async def _resolve(host: str, port: int) -> Sequence[IP]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(place[0]) for *_, place in found]


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the given addresses alone, whatever name it is asked for."""

    def __init__(self, addresses: Sequence[IP]) -> None:
        self._addresses = addresses
        self._inner = httpcore.AnyIOBackend()
        self._stream: httpcore.AsyncNetworkStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that takes the connection."""
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for ip in self._addresses[:_TRIED]:
            try:
                self._stream = await self._inner.connect_tcp(
                    str(ip), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return self._stream
        raise failed

    async def aclose(self) -> None:
        """Close the connection, which httpcore forgets where it is cancelled in a handshake."""
        if self._stream is not None:
            await self._stream.aclose()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)


async def _counted(
    response: httpcore.Response, host: str, patience: Patience
) -> AsyncIterator[bytes]:
    """Yield the body, as long as it is neither too large nor too slow."""
    total = in_window = 0
    began = time.monotonic()
    with _told(host):
        async for chunk in response.aiter_stream():
            total += len(chunk)
            if total > patience.total_bytes:
                raise AnswerTooLarge(host=host, limit_bytes=patience.total_bytes)
            in_window += len(chunk)
            now = time.monotonic()
            if now - began > patience.window_s:
                if in_window < patience.window_bytes:
                    raise HostUnreachable(host=host, reason="it answers too slowly")
                began, in_window = now, 0
            yield chunk


@contextmanager
def _told(host: str) -> Iterator[None]:
    """Turn what goes wrong on the way into a refusal that people understand."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        TimeoutError,
    ) as error:
        tls = _tls_error(error)
        if isinstance(tls, ssl.SSLCertVerificationError):
            reason = tls.verify_message.rstrip(".")
            raise CertificateRefused(host=host, reason=reason) from None
        raise HostUnreachable(host=host, reason=_reason(error, tls)) from None


def _tls_error(error: BaseException | None) -> ssl.SSLError | None:
    """Return what went wrong in the handshake, which libraries wrap in errors of their own."""
    waiting = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
    while error is not None and (not isinstance(error, ssl.SSLError) or isinstance(error, waiting)):
        error = error.__cause__ or error.__context__
    return error


def _reason(error: Exception, tls: ssl.SSLError | None) -> str:
    if tls is not None:
        return "it does not speak TLS as it should"
    if isinstance(error, httpcore.ConnectTimeout):
        return "nothing answers there"
    if isinstance(error, httpcore.TimeoutException | TimeoutError):
        return "it fell silent"
    if isinstance(error, httpcore.ConnectError):
        return "the connection was refused"
    if isinstance(error, httpcore.ProtocolError):
        return "it does not speak HTTP as it should, or broke off"
    return "the connection broke off"
