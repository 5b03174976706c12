"""Trying again, giving up, and saying why."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from taskyard.entry.cli.client.exits import Exit
from taskyard.entry.cli.client.wire import PAUSES, ApiRefused, Ask, Wire
from tests.cli.conftest import Person
from tests.cli.gateway import Gateway

ME = "GET /api/v1/auth/me"
BROKEN = (
    b'{"error": {"code": "INTERNAL_ERROR", "message": "Something went wrong.",'
    b' "details": {"request_id": "r-1"}}}'
)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_given_the_time_it_asks_for(
    behind: Person, balancer: Gateway, status: int
) -> None:
    balancer.fail(ME, answer=(status, {"Retry-After": "2"}, b"busy"))
    done = behind.run("whoami")
    assert done.code == 0
    assert done.err == "The server asks to wait 2 s …\n"
    first, second = balancer.requests(ME)
    assert second.at - first.at >= 2


def test_a_server_that_asks_for_too_long_a_pause_is_told_of(
    behind: Person, balancer: Gateway
) -> None:
    balancer.fail(ME, answer=(503, {"Retry-After": "600"}, b"busy"))
    started = time.monotonic()
    done = behind.run("whoami")
    assert done.code == 5
    assert time.monotonic() - started < 10
    assert balancer.count(ME) == 1


def test_an_overfull_server_is_tried_once_and_after_each_pause(
    balancer: Gateway, shared_token: Callable[[], str]
) -> None:
    balancer.fail(ME, 9, answer=(503, {}, b""))
    wire = Wire(balancer.url, print, pauses=(0.01,) * 4)
    with pytest.raises(ApiRefused, match="answers 503: it does not reach Taskyard") as caught:
        wire.send(Ask("GET", "/auth/me"), shared_token())
    wire.close()
    assert caught.value.exit_code == Exit.UNREACHABLE
    assert balancer.count(ME) == 5
    assert len(PAUSES) == 4


@pytest.mark.parametrize("fault", [{"answer": (502, {}, b"<html>")}, {"loses_answer": True}])
def test_reading_is_repeated(behind: Person, balancer: Gateway, fault: dict[str, Any]) -> None:
    balancer.fail(ME, 2, **fault)
    assert behind.run("whoami").code == 0
    assert balancer.count(ME) == 3


@pytest.mark.parametrize("fault", [{"answer": (504, {}, b"<html>")}, {"loses_answer": True}])
def test_making_is_not_repeated(behind: Person, balancer: Gateway, fault: dict[str, Any]) -> None:
    balancer.fail("POST /api/v1/projects", **fault)
    assert behind.run("projects", "create", "Once").code == 5
    assert balancer.count("POST /api/v1/projects") == 1


def test_nobody_there(person: Person) -> None:
    started = time.monotonic()
    done = person.run("whoami", "--server=http://127.0.0.1:1", TASKYARD_TOKEN="x")
    assert done.code == 5
    assert done.err.splitlines() == [
        "taskyard: http://127.0.0.1:1 cannot be reached: Connection refused.",
        "Is it running, and is the address right? (--server, TASKYARD_SERVER)",
    ]
    assert 2 < time.monotonic() - started < 20


def test_the_proxy_of_the_environment_is_not_asked_for_this_machine(maya: Person) -> None:
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:1")
    assert maya.run("whoami", **proxies).code == 0


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            (200, {"Content-Type": "text/html"}, b"<html>"),
            "answered in a way this command does not know",
        ),
        (
            (404, {"Content-Type": "text/html; x"}, b"<html>"),
            "does not answer as Taskyard does (404, text/html)",
        ),
        ((308, {"Location": "https://else.example/"}, b""), "sends to https://else.example/"),
        (
            (
                500,
                {},
                BROKEN,
            ),
            "Something went wrong. (request r-1)",
        ),
    ],
)
def test_answers_that_are_not_ours_are_no_traceback(
    behind: Person, balancer: Gateway, answer: tuple[int, dict[str, str], bytes], message: str
) -> None:
    balancer.fail(ME, 5, answer=answer)
    done = behind.run("whoami")
    assert done.code == 5
    assert message in done.err


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1:8000", "begin with http://"),
        ("ftp://host", "begin with http://"),
        ("http://", "names no host"),
        ("http://[::1", "cannot be read"),
        ("http://host:port", "cannot be read"),
        ("https://maya:secret@host", "only scheme, host, port and path"),
        ("https://host/?token=x", "only scheme, host, port and path"),
    ],
)
def test_an_address_that_is_none_is_refused(person: Person, address: str, reason: str) -> None:
    done = person.run("whoami", f"--server={address}")
    assert done.code == 2
    assert reason in done.err


def test_a_server_cannot_move_the_cursor(behind: Person, balancer: Gateway) -> None:
    body = rb'{"error": {"code": "X", "message": "\u001b[2J\u001b]0;x\u0007no", "details": {}}}'
    balancer.fail(ME, answer=(403, {}, body))
    done = behind.run("whoami")
    assert (done.code, done.err) == (3, "taskyard: �[2J�]0;x�no\n")


def test_fields_that_the_server_refuses_are_named(maya: Person) -> None:
    done = maya.run("projects", "create", "x" * 200)
    assert done.code == 2
    assert done.err == "taskyard: body.name: String should have at most 120 characters\n"
