"""Signing in: by either name, ten wrong attempts an hour, and no hint of who has an account."""

import asyncio
import statistics
import time
from collections import Counter

import httpx
import pytest
from sqlalchemy import update

from taskyard.accounts.models import User
from taskyard.core.uow import unit_of_work
from tests.conftest import Api, OpenInstance
from tests.world import Account, World
from tests.world.accounts import PASSWORD

HERE = "/api/v1/auth/login"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _try(api: Api, password: str = "wrong password", **name: str) -> httpx.Response:
    return await api().post(HERE, json={"password": password, **name})


async def test_either_name_signs_in_in_any_case(api: Api, world: World) -> None:
    account = await world.account()
    names = [
        {"email": account.email},
        {"email": account.email.upper()},
        {"username": account.username},
        {"username": account.username.upper()},
        {"username": account.email},
        {"email": f" {account.email} "},
    ]
    for name in names:
        answer = await _try(api, PASSWORD, **name)
        assert answer.status_code == 200, name
        data = answer.json()["data"]
        assert (data["token_type"], data["expires_in"]) == ("bearer", 900)
        bearer = {"Authorization": f"Bearer {data['access_token']}"}
        me = (await api().get("/api/v1/auth/me", headers=bearer)).json()["data"]
        assert me["id"] == str(account.id)


@pytest.mark.parametrize(
    "names", [{}, {"email": "a@example.com", "username": "a"}, {"email": None, "username": None}]
)
async def test_exactly_one_name_is_given(api: Api, names: dict[str, str]) -> None:
    answer = await api().post(HERE, json={"password": "p", **names})
    assert _code(answer) == (422, "VALIDATION_ERROR")
    assert "either email or username" in answer.text


async def _deactivated(world: World) -> Account:
    account = await world.account()
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == account.id).values(is_active=False))
    return account


async def test_unknown_wrong_and_deactivated_look_alike(api: Api, world: World) -> None:
    right, gone = await world.account(), await _deactivated(world)
    answers = [
        await _try(api, email=right.email),
        await _try(api, username=right.username),
        await _try(api, PASSWORD, email=gone.email),
        await _try(api, email=gone.email),
        await _try(api, PASSWORD, email="nobody-at-all@example.com"),
        await _try(api, PASSWORD, username="nobody-at-all"),
        await _try(api, PASSWORD, username="no@address@at all"),
        await _try(api, PASSWORD, email="ſ@example.com"),
        await _try(api, "x" * 1024, email=right.email),
    ]
    bodies = []
    for answer in answers:
        error = answer.json()["error"]
        assert len(error["details"].pop("request_id")) == 36
        bodies.append((answer.status_code, error))
    assert bodies == [bodies[0]] * len(bodies)
    assert bodies[0][0] == 401


@pytest.mark.slow
async def test_unknown_takes_as_long_as_wrong(open_other: OpenInstance) -> None:
    """Measured with the hash that costs most, A B A B, in one run."""
    other = await open_other(password_hasher="bcrypt", rate_limits="off")
    client = other.client()
    body = {"email": "timing@example.com", "password": PASSWORD}
    assert (await client.post("/api/v1/auth/register", json=body)).status_code == 201

    async def seconds(email: str) -> float:
        began = time.perf_counter()
        await client.post(HERE, json={"email": email, "password": "wrong password"})
        return time.perf_counter() - began

    pairs = [
        (await seconds("timing@example.com"), await seconds("nobody-here@example.com"))
        for _ in range(3)
    ]
    assert 0.5 < statistics.median(wrong / unknown for wrong, unknown in pairs) < 2


async def test_the_eleventh_attempt_is_refused_even_with_the_right_password(
    limited: Api, world: World
) -> None:
    account = await world.account()
    for _ in range(10):
        assert _code(await _try(limited, email=account.email))[0] == 401
    answer = await _try(limited, PASSWORD, email=account.email)
    assert _code(answer) == (429, "LOGIN_ATTEMPTS_EXCEEDED")
    wait = answer.json()["error"]["details"]["retry_after"]
    assert 3_500 <= wait <= 3_600
    assert answer.headers["retry-after"] == str(wait)


async def _in_a_browser(api: Api, account: Account) -> httpx.AsyncClient:
    """Return a browser that somebody signed in with, and out again."""
    browser = api()
    body = {"email": account.email, "password": PASSWORD}
    answer = await browser.post(HERE, json=body, headers={"X-Taskyard-Client": "web"})
    assert answer.status_code == 200, answer.text
    cookies = answer.headers.get_list("set-cookie")
    [known] = [one for one in cookies if one.startswith("taskyard_known=")]
    for attribute in ("HttpOnly", "SameSite=strict", "Path=/api/v1/auth/login"):
        assert attribute in known
    return browser


async def test_a_browser_one_knows_is_not_locked_out_by_others(limited: Api, world: World) -> None:
    maya, other = await world.account(), await world.account()
    browser, stranger = await _in_a_browser(limited, maya), await _in_a_browser(limited, other)
    right = {"email": maya.email, "password": PASSWORD}
    for _ in range(10):
        assert (await _try(limited, email=maya.email)).status_code == 401
    assert _code(await _try(limited, PASSWORD, email=maya.email))[0] == 429
    assert _code(await stranger.post(HERE, json=right))[0] == 429, "known to somebody else"
    for forged in ("", "x", "x.y", ".", "\u00e4.b", f"{browser.cookies['taskyard_known']}x"):
        made_up = limited()
        cookie = {b"Cookie": f"taskyard_known={forged}".encode()}
        assert _code(await made_up.post(HERE, json=right, headers=cookie))[0] == 429, forged
    again = await browser.post(HERE, json=right, headers={"X-Taskyard-Client": "web"})
    assert again.status_code == 200
    assert "taskyard_known" not in again.headers["set-cookie"], "it is known already"


async def test_a_browser_one_knows_may_guess_ten_times_too(limited: Api, world: World) -> None:
    maya = await world.account()
    browser = await _in_a_browser(limited, maya)
    wrong = {"email": maya.email, "password": "wrong password"}
    for _ in range(10):
        assert (await browser.post(HERE, json=wrong)).status_code == 401
    right = {"email": maya.email, "password": PASSWORD}
    assert _code(await browser.post(HERE, json=right)) == (429, "LOGIN_ATTEMPTS_EXCEEDED")
    assert (await limited().post(HERE, json=right)).status_code == 200, "it locks itself out alone"


async def test_no_spelling_of_a_name_begins_the_count_anew(limited: Api, world: World) -> None:
    account = await world.account()
    spellings = [
        {"email": account.email},
        {"email": account.email.upper()},
        {"email": account.email.capitalize()},
        {"email": f"  {account.email}"},
        {"username": account.email.upper()},
        {"username": account.username},
        {"username": account.username.upper()},
        {"username": account.username.capitalize()},
        {"username": f"{account.username} "},
        {"username": account.email},
    ]
    for name in spellings:
        assert (await _try(limited, **name)).status_code == 401, name
    for name in spellings:
        answer = await _try(limited, PASSWORD, **name)
        assert _code(answer) == (429, "LOGIN_ATTEMPTS_EXCEEDED"), name


async def test_of_fifteen_attempts_at_once_ten_are_checked(limited: Api, world: World) -> None:
    account = await world.account()
    answers = await asyncio.gather(*(_try(limited, email=account.email) for _ in range(15)))
    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 5}


async def test_a_right_password_gives_its_attempt_back(limited: Api, world: World) -> None:
    account = await world.account()
    for _ in range(15):
        assert (await _try(limited, PASSWORD, email=account.email)).status_code == 200
    for _ in range(10):
        assert (await _try(limited, email=account.email)).status_code == 401


async def test_unknown_names_are_counted_too(limited: Api, world: World) -> None:
    name = (await world.account()).username + "-x@example.com"
    answers = [await _try(limited, email=name) for _ in range(11)]
    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 1}


async def test_the_count_is_one_for_all_processes(
    limited: Api, world: World, open_other: OpenInstance
) -> None:
    account = await world.account()
    other = (await open_other(rate_limits="on")).client()
    for _ in range(5):
        await _try(limited, email=account.email)
        await other.post(HERE, json={"email": account.email, "password": "wrong password"})
    assert (await _try(limited, email=account.email)).status_code == 429


async def test_without_valkey_the_count_is_kept_per_process(
    world: World, open_other: OpenInstance
) -> None:
    account = await world.account()
    client = (await open_other(rate_limits="on", redis_url="redis://127.0.0.1:1")).client()
    wrong = {"email": account.email, "password": "wrong password"}
    answers = [await client.post(HERE, json=wrong) for _ in range(11)]
    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 1}


async def test_a_wrong_password_is_noted_for_the_account(api: Api, world: World) -> None:
    account = await world.account()
    await _try(api, email=account.email)
    events = (await api(as_=account).get("/api/v1/auth/security-events")).json()["items"]
    [refused] = [event for event in events if event["name"] == "account.sign_in_refused"]
    assert refused["details"] == {"address": "127.0.0.1"}
