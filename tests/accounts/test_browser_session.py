"""The web app's session: a cookie no script can read, used by our own pages only."""

import asyncio
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest

from tests.conftest import Api, OpenInstance
from tests.world import Account, World
from tests.world.accounts import PASSWORD

LOGIN = "/api/v1/auth/login"
ME = "/api/v1/auth/me"
PROJECTS = "/api/v1/projects"
SESSION = "taskyard_session"
WEB = {"X-Taskyard-Client": "web"}
SAME = {"Sec-Fetch-Site": "same-origin"}
CROSS = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}


def _cookie(answer: httpx.Response) -> Morsel[str]:
    given = [SimpleCookie(header) for header in answer.headers.get_list("set-cookie")]
    [morsel] = [one for jar in given for one in jar.values() if one.key.endswith(SESSION)]
    return morsel


def _secret(browser: httpx.AsyncClient) -> str:
    [secret] = [value for name, value in browser.cookies.items() if name.endswith(SESSION)]
    return secret


async def _sign_in(client: httpx.AsyncClient, account: Account) -> httpx.Response:
    body = {"email": account.email, "password": PASSWORD}
    answer = await client.post(LOGIN, json=body, headers=WEB | SAME)
    assert answer.status_code == 200
    return answer


@pytest.fixture
async def browser(api: Api, world: World) -> httpx.AsyncClient:
    """A browser that is signed in; what it sends otherwise is the test's to say."""
    client = api()
    await _sign_in(client, await world.account())
    return client


@pytest.mark.parametrize(
    ("base_url", "public_url", "is_secure"),
    [
        ("http://192.0.2.7:8000", None, False),
        ("http://yard.local", None, False),
        ("http://127.0.0.1:8000", None, False),
        ("http://localhost:8000", None, True),
        ("http://LOCALHOST", None, True),
        ("https://yard.example.com", None, True),
        ("http://10.0.0.1:8000", "https://yard.example.com", True),
        ("http://localhost:8000", "http://yard.example.com", False),
    ],
)
async def test_the_cookie_is_as_safe_as_the_connection_allows(
    open_other: OpenInstance, base_url: str, public_url: str | None, is_secure: bool
) -> None:
    other = await open_other(public_url=public_url)
    account = await other.world.account()
    cookie = _cookie(await _sign_in(other.client(base_url=base_url), account))
    assert cookie.key == ("__Host-taskyard_session" if is_secure else "taskyard_session")
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
    assert bool(cookie["secure"]) is is_secure
    assert cookie["domain"] == ""
    assert cookie["max-age"] == str(60 * 24 * 3600)
    assert cookie.value.startswith("tys_")
    assert len(cookie.value) >= 47


async def test_the_answer_holds_no_token_a_script_could_take(api: Api, world: World) -> None:
    account = await world.account()
    answer = await _sign_in(api(), account)
    data = answer.json()["data"]
    assert data.keys() == {"user", "session_id"}
    assert data["user"]["username"] == account.username
    assert "tys_" not in answer.text


async def test_the_cookie_reads_and_our_pages_write(browser: httpx.AsyncClient) -> None:
    assert (await browser.get(ME)).status_code == 200
    for headers in (SAME, {"Origin": "http://taskyard.test"}, SAME | {"Origin": "null"}):
        answer = await browser.post(PROJECTS, json={"name": f"P {headers}"}, headers=headers)
        assert answer.status_code == 201, headers


@pytest.mark.parametrize(
    "headers",
    [
        CROSS,
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://other.taskyard.test"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://taskyard.test.evil.example"},
        {"Origin": "http://taskyard.test:81"},
        {"Referer": "http://taskyard.test/"},
        {},
    ],
    ids=str,
)
async def test_other_pages_cannot_write_with_the_cookie(
    browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    for method, path in (("POST", PROJECTS), ("PATCH", "/api/v1/profile")):
        answer = await browser.request(method, path, json={"name": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "CSRF_FAILED")
    assert (await browser.post("/api/v1/auth/logout", headers=headers)).status_code == 403
    assert (await browser.get(ME)).status_code == 200, "still signed in"
    assert (await browser.get(PROJECTS)).json()["total"] == 1


@pytest.mark.parametrize(
    "content", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
async def test_a_foreign_form_is_refused_whatever_it_sends(
    browser: httpx.AsyncClient, content: str
) -> None:
    headers = CROSS | {"Content-Type": content}
    answer = await browser.post(PROJECTS, content=b'{"name": "x"}', headers=headers)
    assert answer.status_code in {403, 415}
    assert (await browser.get(PROJECTS)).json()["total"] == 1


async def test_another_site_cannot_sign_a_browser_in(api: Api, world: World) -> None:
    """Login CSRF: the victim would work in the attacker's account without noticing."""
    account = await world.account()
    body = {"email": account.email, "password": PASSWORD}
    answer = await api().post(LOGIN, json=body, headers=WEB | CROSS)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "CSRF_FAILED")
    assert "set-cookie" not in answer.headers


async def test_a_bearer_token_beats_the_cookie(browser: httpx.AsyncClient, world: World) -> None:
    other = await world.account()
    bearer = {"Authorization": f"Bearer {other.token}"}
    me = (await browser.get(ME, headers=bearer)).json()["data"]
    assert me["id"] == str(other.id)
    # A token is nothing a browser sends by itself: no site can forge such a request.
    answer = await browser.post(PROJECTS, json={"name": "x"}, headers=bearer | CROSS)
    assert answer.status_code == 201
    wrong = await browser.get(ME, headers={"Authorization": "Bearer x"})
    assert wrong.status_code == 401, "a bad token is not made good by the cookie"


async def test_signing_out_takes_the_cookie_away_and_kills_it(browser: httpx.AsyncClient) -> None:
    kept = dict(browser.cookies)
    answer = await browser.post("/api/v1/auth/logout", headers=SAME)
    assert answer.status_code == 204
    cookie = _cookie(answer)
    assert (cookie.value, cookie["max-age"], bool(cookie["httponly"])) == ("", "0", True)
    browser.cookies.update(kept)
    assert (await browser.get(ME)).json()["error"]["code"] == "AUTH_REQUIRED"


@pytest.mark.parametrize("value", ["", "x", "tys_" + "A" * 43, "é", '"', "a" * 4_000])
async def test_a_cookie_nobody_was_given_is_nobodys(api: Api, value: str) -> None:
    header = [(b"cookie", b"taskyard_session=" + value.encode("latin-1"))]
    answer = await api().get(ME, headers=header)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AUTH_REQUIRED")


async def test_the_plain_cookies_value_is_not_taken_where_a_safer_one_is_due(
    browser: httpx.AsyncClient, api: Api
) -> None:
    """A neighbour on plain http could set `taskyard_session`, but no `__Host-` cookie."""
    secret = _secret(browser)
    client = api()
    plain = await client.get(
        ME, headers={"Host": "localhost", "Cookie": f"taskyard_session={secret}"}
    )
    assert plain.status_code == 401
    named = {"Host": "localhost", "Cookie": f"__Host-taskyard_session={secret}"}
    assert (await client.get(ME, headers=named)).status_code == 200


async def test_a_refresh_token_is_no_cookie_and_a_cookie_no_refresh_token(
    browser: httpx.AsyncClient, api: Api, world: World
) -> None:
    account = await world.account()
    cookie = {"Cookie": f"taskyard_session={account.refresh_token}"}
    assert (await api().get(ME, headers=cookie)).status_code == 401
    secret = _secret(browser)
    answer = await api().post("/api/v1/auth/refresh", json={"refresh_token": secret})
    assert answer.status_code == 401
    assert (await api().get(ME, headers={"Authorization": f"Bearer {secret}"})).status_code == 401


async def test_a_client_that_is_not_named_web_is_refused(api: Api, world: World) -> None:
    account = await world.account()
    body = {"email": account.email, "password": PASSWORD}
    answer = await api().post(LOGIN, json=body, headers={"X-Taskyard-Client": "mobile"})
    assert answer.status_code == 422


async def test_each_sign_in_is_a_session_of_its_own(api: Api, world: World) -> None:
    account = await world.account()
    first, second = api(), api()
    await asyncio.gather(_sign_in(first, account), _sign_in(second, account))
    assert dict(first.cookies) != dict(second.cookies)
    await first.post("/api/v1/auth/logout", headers=SAME)
    assert (await second.get(ME)).status_code == 200
