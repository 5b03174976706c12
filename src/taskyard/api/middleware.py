"""Pure ASGI middleware: a request's id, its log line, headers in and out, the last resort.

Pure, because one BaseHTTPMiddleware costs 146 µs a request and three make health six times dearer.
"""

import time
from typing import Final

import structlog
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taskyard.core.admission import admission_of, headers_of
from taskyard.core.logs import redact_text
from taskyard.core.problems import BadRequest, HeadersTooLarge, answer, on_anything
from taskyard.core.routing import path_of
from taskyard.core.settings import Settings
from taskyard.kit.errors import TaskyardError
from taskyard.kit.ids import uuid7

_log = structlog.get_logger("taskyard.request")

MAX_HEADER_BYTES: Final = 8 * 1024
MAX_PATH_BYTES: Final = 4 * 1024

API_CSP: Final = b"default-src 'none'; frame-ancestors 'none'"
_COMMON: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-site"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class RequestEdge:
    """Gives a request its id, refuses unreadable headers, adds security headers, logs one line."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        https = (settings.public_url or "").startswith("https://")
        self._headers = (*_COMMON, _HSTS) if https else _COMMON

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        scope["request_id"] = str(uuid7())
        started = time.perf_counter()
        status = 0

        async def finish(message: Message) -> None:
            nonlocal status
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
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
            _log_line(scope, status or 500, time.perf_counter() - started)

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


def _log_line(scope: Scope, status: int, seconds: float) -> None:
    endpoint = path_of(scope)
    method = scope.get("method", "WS")
    millis = round(seconds * 1000, 1)
    level = "warning" if status in {429, 503} else "error" if status >= 500 else "info"
    getattr(_log, level)(
        f"{method} {redact_text(scope['path'])} - {status} - {millis:g}ms",
        endpoint=endpoint,
        method=method,
        status=status,
        duration=millis,
        request_id=scope["request_id"],
        user_id=scope.get("user_id"),
        error_code=scope.get("error_code"),
    )
