"""Signing in and out, against a real server."""

import json
from collections.abc import Callable

from tests.cli.conftest import PASSWORD, Person
from tests.cli.gateway import Gateway
from tests.cli.terminal import Terminal


def test_signing_in_and_out(person: Person) -> None:
    before = person.run("whoami", f"--server={person.server}")
    assert before.code == 3
    assert f"Sign in: taskyard login --server {person.server}" in before.err

    person.login()
    assert person.credentials.stat().st_mode & 0o777 == 0o600
    who = person.run("whoami")
    assert (who.code, who.err) == (0, "")
    assert who.out.startswith(f"{person.email} (Maya) · user, tier premium · {person.server}")
    assert json.loads(person.run("whoami", "--json").out)["email"] == person.email

    out = person.run("logout")
    assert (out.code, out.out) == (0, f"Signed out of {person.server}.\n")
    assert json.loads(person.credentials.read_text())["servers"] == {}
    assert person.run("whoami").code == 3
    assert person.run("logout").code == 3


def test_signing_out_ends_the_session_on_the_server(person: Person) -> None:
    maya = person
    maya.sign_in()
    token = json.loads(maya.credentials.read_text())["servers"][maya.server]["access_token"]
    assert maya.run("whoami", TASKYARD_TOKEN=token).code == 0
    maya.run("logout")
    ended = maya.run("whoami", f"--server={maya.server}", TASKYARD_TOKEN=token)
    assert ended.code == 3
    assert "TASKYARD_TOKEN is not accepted" in ended.err


def test_a_wrong_password_is_said_in_one_line(person: Person) -> None:
    wrong = person.run(
        "login",
        f"--server={person.server}",
        f"--email={person.email}",
        "--password-stdin",
        stdin="wrong\n",
    )
    assert wrong.code == 3
    assert wrong.err == (
        "taskyard: The e-mail (or username) and password do not match an active account.\n"
    )
    assert not person.credentials.exists()


def test_a_username_is_as_good_as_an_address(person: Person) -> None:
    name = person.email.partition("@")[0]
    done = person.run(
        "login", f"--server={person.server}", f"--email={name}", "--password-stdin", stdin=PASSWORD
    )
    assert (done.code, done.out) == (0, f"Signed in to {person.server} as {name}.\n")


def test_without_a_terminal_nothing_is_asked(person: Person) -> None:
    done = person.run("login", f"--server={person.server}")
    assert (done.code, done.err) == (
        2,
        "taskyard: There is no terminal to ask at. Name the account: --email\n",
    )
    done = person.run("login", f"--server={person.server}", "--email=a@example.com")
    assert "Send the password to --password-stdin" in done.err
    done = person.run(
        "login", f"--server={person.server}", "--email=a@example.com", "--password-stdin"
    )
    assert (done.code, done.err) == (2, "taskyard: There is no password on standard input.\n")


def test_at_a_terminal_it_asks_and_does_not_show_the_password(person: Person) -> None:
    with Terminal(person, "login", TASKYARD_SERVER="") as terminal:
        terminal.answer("Server [http://127.0.0.1:8000]: ", person.server)
        terminal.answer("E-mail: ", person.email)
        terminal.answer("Password: ", PASSWORD)
        terminal.shows("Signed in to")
        assert terminal.code() == 0
    assert PASSWORD not in terminal.shown


def test_ctrl_c_at_a_question_leaves_quietly(person: Person) -> None:
    with Terminal(person, "login") as terminal:
        terminal.shows("8000]: ")
        terminal.interrupts()
        assert terminal.code() == 130
    assert "Traceback" not in terminal.shown


def test_several_servers_are_kept_and_one_can_be_named(behind: Person, balancer: Gateway) -> None:
    maya = behind
    assert balancer.url in maya.run("whoami").out
    assert maya.server in maya.run("whoami", f"--server={maya.server}/app/").out
    assert maya.server in maya.run("whoami", TASKYARD_SERVER=maya.server).out
    assert list(json.loads(maya.credentials.read_text())["servers"]) == [maya.server, balancer.url]


def test_a_given_token_is_used_and_never_kept(
    maya: Person, shared_token: Callable[[], str]
) -> None:
    before = maya.credentials.read_bytes()
    done = maya.run("whoami", TASKYARD_TOKEN=shared_token())
    assert done.code == 0
    assert maya.credentials.read_bytes() == before
    wrong = maya.run("whoami", TASKYARD_TOKEN="wrong")
    assert wrong.code == 3
    assert wrong.err.startswith("taskyard: TASKYARD_TOKEN is not accepted")
    noted = maya.run(
        "login",
        f"--email={maya.email}",
        "--password-stdin",
        stdin=PASSWORD,
        TASKYARD_TOKEN="x",
    )
    assert noted.code == 0
    assert "Note: TASKYARD_TOKEN is set" in noted.err


def test_signing_out_while_the_server_is_away_forgets_and_says_so(
    behind: Person, balancer: Gateway
) -> None:
    balancer.fail("POST /api/v1/auth/logout", answer=(503, {"Retry-After": "999"}, b""))
    done = behind.run("logout")
    assert done.code == 5
    assert "Its tokens are forgotten here" in done.err
    assert list(json.loads(behind.credentials.read_text())["servers"]) == [behind.server]


def test_sign_in_attempts_that_ran_out_are_no_outage(person: Person, balancer: Gateway) -> None:
    body = (
        b'{"error": {"code": "LOGIN_ATTEMPTS_EXCEEDED", "message": "Too many sign-in attempts'
        b' for this e-mail. Try again in 7 s.", "details": {}}}'
    )
    balancer.fail("POST .*/login", answer=(429, {"Retry-After": "7"}, body))
    done = person.run(
        "login", f"--server={balancer.url}", "--email=a@b.c", "--password-stdin", stdin="x"
    )
    assert done.code == 3
    assert done.err.endswith("Too many sign-in attempts for this e-mail. Try again in 7 s.\n")
    assert balancer.count("POST .*/login") == 1
