"""Access tokens are renewed once, whoever needs one; a lost refresh is never repeated."""

import json

import pytest

from tests.cli.conftest import Person
from tests.cli.gateway import Gateway

REFRESH = "POST /api/v1/auth/refresh"


@pytest.fixture
def behind(person: Person, balancer: Gateway) -> Person:
    """Somebody who is signed in through the balancer, to a session of their own."""
    person.sign_in(balancer.url)
    return person


def change(person: Person, server: str, **fields: object) -> None:
    content = json.loads(person.credentials.read_text())
    content["servers"][server].update(fields)
    person.credentials.write_text(json.dumps(content))


def kept(person: Person, server: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(person.credentials.read_text())["servers"][server]
    return found


def test_a_token_that_is_about_to_end_is_renewed_before_it_is_used(
    behind: Person, balancer: Gateway
) -> None:
    before = kept(behind, balancer.url)
    change(behind, balancer.url, expires_at=0.0)
    assert behind.run("whoami").code == 0
    after = kept(behind, balancer.url)
    assert after["refresh_token"] != before["refresh_token"]
    assert balancer.count(REFRESH) == 1
    assert behind.run("whoami").code == 0
    assert balancer.count(REFRESH) == 1
    assert balancer.count("GET /api/v1/auth/me") == 2


def test_a_token_that_the_server_refuses_is_renewed_and_the_request_repeated(
    behind: Person, balancer: Gateway
) -> None:
    change(behind, balancer.url, access_token="not.a.token")
    assert behind.run("whoami").code == 0
    assert balancer.count(REFRESH) == 1
    assert balancer.count("GET /api/v1/auth/me") == 2


def test_of_many_processes_one_renews(behind: Person, balancer: Gateway) -> None:
    change(behind, balancer.url, expires_at=0.0)
    running = [behind.start("whoami") for _ in range(4)]
    ended = [process.communicate(timeout=100) for process in running]
    assert [process.returncode for process in running] == [0] * 4, ended
    assert balancer.count(REFRESH) == 1
    change(behind, balancer.url, expires_at=0.0)
    assert behind.run("whoami").code == 0, "the session is alive"


def test_a_refresh_whose_answer_was_lost_is_not_repeated(behind: Person, balancer: Gateway) -> None:
    change(behind, balancer.url, expires_at=0.0)
    balancer.fail(REFRESH, loses_answer=True)
    done = behind.run("whoami")
    assert done.code == 5
    assert "broke" in done.err
    assert balancer.count(REFRESH) == 1


def test_a_refresh_that_never_arrived_is_repeated(behind: Person, balancer: Gateway) -> None:
    change(behind, balancer.url, expires_at=0.0)
    balancer.fail(REFRESH, answer=(503, {"Retry-After": "1"}, b"busy"))
    done = behind.run("whoami")
    assert done.code == 0
    assert "asks to wait 1 s" in done.err
    assert balancer.count(REFRESH) == 2


def test_an_ended_session_is_forgotten_and_says_how_to_go_on(
    behind: Person, balancer: Gateway
) -> None:
    change(behind, balancer.url, refresh_token="tyr_unknown", expires_at=0.0)
    done = behind.run("projects", "list")
    assert done.code == 3
    assert done.err.splitlines() == [
        "taskyard: This refresh token is unknown or has expired. Sign in again.",
        f"Sign in: taskyard login --server {balancer.url}",
    ]
    assert json.loads(behind.credentials.read_text())["servers"] == {}
