"""Pure ASGI middleware: a request's id, log line and record, headers in and out, the last resort.

Pure, because one BaseHTTPMiddleware costs 146 µs a request and three make health six times dearer.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taskyard.analytics.recorder import Call
from taskyard.api import webapp
from taskyard.core.admission import admission_of, headers_of
from taskyard.core.logs import RequestLog
from taskyard.core.problems import BadRequest, HeadersTooLarge, answer, on_anything
from taskyard.core.routing import path_of
from taskyard.core.settings import Settings
from taskyard.kit.errors import TaskyardError
from taskyard.kit.ids import uuid7

_log = RequestLog()

MAX_HEADER_BYTES: Final = 8 * 1024
#: Room for the longest link to content (`core.downloads.TOKEN_LENGTH`).
MAX_PATH_BYTES: Final = 8 * 1024

API_CSP: Final = b"default-src 'none'; frame-ancestors 'none'"
_COMMON: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-site"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
#: Files of the web app are no calls of the API.
_NO_CALLS: Final = frozenset(route.endpoint for route in webapp.ROUTES)
#: A method is a word of the client's, and only these are kept.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class RequestEdge:
    """Gives a request its id, refuses unreadable headers, adds security headers, logs one line.

    `note` is given every answered call of the API.
    """

    def __init__(self, app: ASGIApp, settings: Settings, note: Callable[[Call], None]) -> None:
        self.app = app
        self._note = note
        https = (settings.public_url or "").startswith("https://")
        self._headers = (*_COMMON, _HSTS) if https else _COMMON

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        scope["request_id"] = str(uuid7())
        scope["app"].state.platform.pulse.beat()
        at, started = time.time(), time.perf_counter()
        began: float | None = None
        status = 0

        async def finish(message: Message) -> None:
            nonlocal status, began
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                began = time.perf_counter() - started
                status = message["status"]
                message["headers"] = self._outgoing(scope, message["headers"])
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close" and not status:
                status = 403  # closed before it was accepted
            await send(message)

        problem = _unreadable(scope) if scope["type"] == "http" else None
        try:
            if problem is not None:
                problem = await admission_of(HTTPConnection(scope)).refusing(problem)
                await answer(Request(scope), problem)(scope, receive, finish)
            else:
                await self.app(scope, receive, finish)
        except Exception as error:
            # Here and not in the framework's outermost layer, so that a 500 carries the headers
            # that this and the layers around it add.
            if status or scope["type"] != "http":
                raise
            await (await on_anything(Request(scope), error))(scope, receive, finish)
        finally:
            took = time.perf_counter() - started
            endpoint = path_of(scope)
            _log_line(scope, endpoint, status or 500, took)
            if scope["type"] == "http" and scope.get("endpoint") not in _NO_CALLS:
                self._note(_call(scope, endpoint, status or 500, at, began or took))

    def _outgoing(
        self, scope: Scope, headers: list[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        present = {name for name, _ in headers}
        out = list(headers)
        out.append((b"x-request-id", scope["request_id"].encode()))
        out += headers_of(HTTPConnection(scope))
        out += [item for item in self._headers if item[0] not in present]
        if b"cache-control" not in present:
            out.append((b"cache-control", b"no-store"))
        if b"content-security-policy" not in present:
            out.append((b"content-security-policy", API_CSP))
        return out


def _unreadable(scope: Scope) -> TaskyardError | None:
    """Return why the request's head cannot be taken as it is."""
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if size > MAX_HEADER_BYTES:
        return HeadersTooLarge(limit_bytes=MAX_HEADER_BYTES)
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_PATH_BYTES:
        return BadRequest(reason=f"the address is longer than {MAX_PATH_BYTES} bytes")
    if "\x00" in scope["path"]:
        return BadRequest(reason="the address holds a NUL")
    if sum(name == b"authorization" for name, _ in scope["headers"]) > 1:
        return BadRequest(reason="send one Authorization header")
    return None


def _call(scope: Scope, endpoint: str, status: int, at: float, seconds: float) -> Call:
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    return Call(
        scope["request_id"], at, scope.get("user_id"), endpoint, method, status, seconds * 1000
    )


def _log_line(scope: Scope, endpoint: str, status: int, seconds: float) -> None:
    method = scope.get("method", "WS")
    millis = round(seconds * 1000, 1)
    _log.write(
        logging.WARNING
        if status in {429, 503}
        else logging.ERROR
        if status >= 500
        else logging.INFO,
        f"{method} {scope['path']} - {status} - {millis:g}ms",
        endpoint=endpoint,
        method=method,
        status=status,
        duration=millis,
        request_id=scope["request_id"],
        user_id=scope.get("user_id"),
        error_code=scope.get("error_code"),
    )
