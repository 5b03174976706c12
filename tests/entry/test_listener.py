"""The HTTP socket: what it is bound to, and how a refusal reads."""

import http.server
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskyard.entry.up import listener
from taskyard.entry.up.errors import Exit, StartError
from tests.entry.conftest import Unprivileged


@pytest.fixture
def bound() -> Iterator[socket.socket]:
    with listener.bind("127.0.0.1", 0) as made:
        yield made


def test_a_taken_port_is_refused(bound: socket.socket) -> None:
    port = bound.getsockname()[1]
    with pytest.raises(StartError, match=rf"Port {port} on 127\.0\.0\.1 is already in use") as no:
        listener.bind("127.0.0.1", port)
    assert no.value.exit_code == Exit.PORT_TAKEN
    with pytest.raises(StartError, match="already in use"):
        listener.bind("0.0.0.0", port)


def test_an_address_that_is_not_this_machines_is_refused() -> None:
    with pytest.raises(StartError, match=r"Check --host\.$"):
        listener.bind("203.0.113.7", 0)


def test_a_low_port_is_refused_to_an_ordinary_user(unprivileged: Unprivileged) -> None:
    script = "from taskyard.entry.up.listener import bind; bind('127.0.0.1', 81)"
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 81:
        pytest.skip("every port is open to ordinary users here")
    run = subprocess.run(  # type: ignore[call-overload]
        [unprivileged.python, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        **unprivileged.popen,
    )
    assert "may not listen on port 81. Choose one above 1023." in run.stderr


@pytest.mark.parametrize(
    ("host", "reached"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")],
)
def test_where_this_machine_reaches_it(host: str, reached: str) -> None:
    if ":" in host and not Path("/proc/net/if_inet6").exists():
        pytest.skip("no IPv6 here")
    with listener.bind(host, 0) as made:
        assert listener.reached_at(made) == (reached, str(made.getsockname()[1]))


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_healthy_is_what_answers_200(status: int, *, healthy: bool) -> None:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/api/v1/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert listener.answers(server.socket) is healthy
        thread.join()


def test_a_socket_nobody_serves_is_not_healthy(bound: socket.socket) -> None:
    assert listener.answers(bound) is False
