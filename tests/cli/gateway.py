"""A balancer before the real server, which can be told to fail as balancers and networks do."""

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

_HOP = {"connection", "transfer-encoding", "content-length", "content-encoding", "host"}


@dataclass(frozen=True)
class Request:
    """A request that came by."""

    method: str
    path: str
    headers: dict[str, str]
    #: By time.monotonic().
    at: float = 0.0


@dataclass(frozen=True)
class Fault:
    """What happens once to a request that matches `METHOD /path`."""

    match: str
    #: Only requests that accept this kind of answer.
    accept: str = ""
    #: Answered here, without asking the server: (status, headers, body).
    answer: tuple[int, dict[str, str], bytes] | None = None
    #: The server does it, and the answer is lost.
    loses_answer: bool = False
    #: Bytes of the answer's body after which the connection is cut.
    cut_after: int | None = None


@dataclass
class Gateway:
    """A running balancer; `faults` are used up one by one, in order, by requests that match."""

    url: str
    server: str
    faults: deque[Fault] = field(default_factory=deque)
    seen: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, match: str, times: int = 1, **how: Any) -> None:
        """Have the next requests that match fail."""
        self.faults.extend(Fault(match, **how) for _ in range(times))

    def count(self, match: str) -> int:
        """Return how many requests came that match."""
        return len(self.requests(match))

    def requests(self, match: str) -> list[Request]:
        """Return the requests that match."""
        return [seen for seen in self.seen if re.fullmatch(match, f"{seen.method} {seen.path}")]

    def take(self, request: Request) -> Fault | None:
        with self.lock:
            self.seen.append(request)
            text = f"{request.method} {request.path}"
            for fault in self.faults:
                if re.fullmatch(fault.match, text) and fault.accept in request.headers["Accept"]:
                    self.faults.remove(fault)
                    return fault
        return None


@contextmanager
def gateway(server: str) -> Iterator[Gateway]:
    """Run a balancer before `server`."""

    class Handler(_Handler):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        listener.daemon_threads = True
        made = Gateway(f"http://127.0.0.1:{listener.server_port}", server)
        Handler.gateway = made
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield made
        listener.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    gateway: Gateway

    def _any(self) -> None:
        import time

        request = Request(
            self.command, self.path.partition("?")[0], dict(self.headers), time.monotonic()
        )
        fault = self.gateway.take(request)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if fault is not None and fault.answer is not None:
            status, headers, content = fault.answer
            self._answer(status, headers, lambda: iter([content]))
            return
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
        url = self.gateway.server + self.path
        with (
            httpx.Client(timeout=60, trust_env=False) as client,
            client.stream(self.command, url, headers=headers, content=body) as response,
        ):
            if fault is not None and fault.loses_answer:
                response.read()
                self.connection.close()
                return
            kept = {k: v for k, v in response.headers.items() if k.lower() not in _HOP}
            self._answer(response.status_code, kept, response.iter_bytes, fault)

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 — the names http.server looks for

    def _answer(
        self,
        status: int,
        headers: dict[str, str],
        pieces: Callable[[], Iterator[bytes]],
        fault: Fault | None = None,
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        left = fault.cut_after if fault is not None and fault.cut_after is not None else None
        try:
            for piece in pieces():
                self.wfile.write(piece if left is None else piece[:left])
                self.wfile.flush()
                if left is not None:
                    left -= len(piece)
                    if left <= 0:
                        return
        except OSError:
            # The client has gone: that is its business.
            return

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass
