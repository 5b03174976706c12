"""A link that signs another device in: once, soon, and only by the button of its page."""

import asyncio
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import func, select, update

from taskyard.accounts.models import Session, SessionLink, User
from taskyard.accounts.tokens import secret_hash
from taskyard.core.platform import Platform
from taskyard.core.uow import unit_of_work
from tests.conftest import Api, OpenInstance
from tests.core.log_lines import of_requests
from tests.world import World

MINT = "/api/v1/auth/session-token"
EXCHANGE = "/api/v1/auth/session-exchange"
ME = "/api/v1/auth/me"
SESSIONS = "/api/v1/auth/sessions"
SAME = {"Sec-Fetch-Site": "same-origin"}


async def _token(client: httpx.AsyncClient) -> str:
    answer = await client.post(MINT)
    assert answer.status_code == 200
    assert answer.json().keys() == {"url"}
    return str(answer.json()["url"]).rpartition("/")[2]


def _code(answer: httpx.Response) -> tuple[int, str]:
    assert "set-cookie" not in answer.headers
    return answer.status_code, answer.json()["error"]["code"]


GONE = (410, "SESSION_TOKEN_EXPIRED")


async def test_a_link_signs_a_browser_in_as_whoever_made_it(api: Api, world: World) -> None:
    account = await world.account()
    token = await _token(api(as_=account))
    browser = api(**SAME, **{"User-Agent": "Mozilla/5.0 (iPhone) Safari/604"})
    answer = await browser.post(EXCHANGE, json={"token": token})
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "user"}
    assert answer.json()["status"] == "success"
    assert answer.json()["user"]["id"] == str(account.id)
    [header] = answer.headers.get_list("set-cookie")
    [cookie] = SimpleCookie(header).values()
    assert (cookie.key, cookie["httponly"], cookie["samesite"]) == ("taskyard_session", True, "lax")
    assert (await browser.get(ME)).json()["data"]["username"] == account.username
    assert token not in answer.text


async def test_the_new_session_stands_for_itself(api: Api, world: World) -> None:
    """It has its own device, and outlives the session that made the link."""
    account = await world.account()
    token = await _token(api(as_=account))
    browser = api(**SAME, **{"User-Agent": "Mozilla/5.0 (iPhone) Safari/604"})
    await browser.post(EXCHANGE, json={"token": token})
    items = (await browser.get(SESSIONS)).json()["items"]
    assert [(item["device"], item["current"]) for item in items] == [
        ("Safari on iPhone", True),
        ("tests", False),
    ]
    await api(as_=account).post("/api/v1/auth/logout")
    assert (await browser.get(ME)).status_code == 200


async def test_the_new_session_expires_no_later_than_the_one_it_came_from(
    api: Api, world: World, platform: Platform
) -> None:
    """Else links could carry a sign-in on for ever, without a password."""
    account = await world.account()
    soon = timedelta(hours=5)
    async with unit_of_work(platform.database) as uow:
        mine = update(Session).where(Session.id == account.session_id)
        await uow.db.execute(mine.values(expires_at=func.now() + soon))
    token = await _token(api(as_=account))
    await api().post(EXCHANGE, json={"token": token})
    async with platform.database.session() as db:
        ends = await db.scalars(select(Session.expires_at).where(Session.user_id == account.id))
        assert len(set(ends)) == 1


async def test_a_link_works_once(api: Api, world: World) -> None:
    token = await _token(api(as_=await world.account()))
    assert (await api().post(EXCHANGE, json={"token": token})).status_code == 200
    assert _code(await api().post(EXCHANGE, json={"token": token})) == GONE


async def test_of_twenty_at_once_one_is_signed_in(
    api: Api, world: World, platform: Platform
) -> None:
    account = await world.account()
    token = await _token(api(as_=account))
    clients = [api() for _ in range(20)]
    answers = await asyncio.gather(*(c.post(EXCHANGE, json={"token": token}) for c in clients))
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 19
    async with platform.database.session() as db:
        mine = select(func.count()).where(Session.user_id == account.id)
        assert await db.scalar(mine) == 2


async def test_a_link_lives_ninety_seconds(api: Api, world: World, platform: Platform) -> None:
    account = await world.account()
    late, timely = await _token(api(as_=account)), await _token(api(as_=account))
    async with unit_of_work(platform.database) as uow:
        for token, age in ((late, 91), (timely, 85)):
            link = update(SessionLink).where(SessionLink.token_hash == secret_hash(token))
            earlier = SessionLink.expires_at - timedelta(seconds=age)
            await uow.db.execute(link.values(expires_at=earlier))
    assert _code(await api().post(EXCHANGE, json={"token": late})) == GONE
    assert (await api().post(EXCHANGE, json={"token": timely})).status_code == 200


@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": ""}, {"token": "  "}, None])
async def test_without_a_token_it_is_a_bad_request(api: Api, body: object) -> None:
    answer = await api().post(EXCHANGE, json=body) if body is not None else await _bare(api())
    assert _code(answer) == (400, "SESSION_TOKEN_MISSING")


async def _bare(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post(EXCHANGE)


@pytest.mark.parametrize("token", ["x", "tyl_" + "A" * 43, "'; --", "é" * 300])
async def test_an_unknown_token_is_told_from_a_used_one_by_nothing(api: Api, token: str) -> None:
    assert _code(await api().post(EXCHANGE, json={"token": token})) == GONE


@pytest.mark.parametrize("body", [{"token": 7}, {"token": "x" * 513}, {"token": "x", "who": "y"}])
async def test_nonsense_is_told_what_is_wrong_with_it(api: Api, body: object) -> None:
    assert (await api().post(EXCHANGE, json=body)).status_code == 422


async def test_a_link_dies_with_the_session_that_made_it(api: Api, world: World) -> None:
    account = await world.account()
    token = await _token(api(as_=account))
    await api(as_=account).post("/api/v1/auth/logout")
    assert _code(await api().post(EXCHANGE, json={"token": token})) == GONE


async def test_a_link_of_a_deactivated_account_is_dead(
    api: Api, world: World, platform: Platform
) -> None:
    account = await world.account()
    token = await _token(api(as_=account))
    async with unit_of_work(platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == account.id).values(is_active=False))
    assert _code(await api().post(EXCHANGE, json={"token": token})) == GONE


async def test_who_is_not_signed_in_makes_none(api: Api) -> None:
    assert (await api().post(MINT)).status_code == 401


async def test_a_viewer_account_may_sign_its_own_devices_in(api: Api, world: World) -> None:
    assert await _token(api(as_=await world.account(role="viewer")))


async def test_only_the_hash_is_kept_and_the_log_holds_no_token(
    api: Api,
    world: World,
    platform: Platform,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("INFO", "taskyard.request")
    account = await world.account()
    token = await _token(api(as_=account))
    await api().get(f"/login/session/{token}")
    await api().get(f"/app/login/session/{token}")
    await api().post(EXCHANGE, json={"token": token})
    lines = of_requests(capsys)
    assert len(lines) == 4
    assert token not in str(lines)
    async with platform.database.session() as db:
        link = (
            await db.scalars(
                select(SessionLink).where(SessionLink.session_id == account.session_id)
            )
        ).one()
        assert link.token_hash == secret_hash(token)
        assert token.encode() not in link.token_hash


async def test_looking_at_the_link_uses_nothing_up(api: Api, world: World) -> None:
    """Chats and mail scanners open every link they see."""
    client = api()
    answer = await api(as_=await world.account()).post(MINT)
    address = urlsplit(answer.json()["url"])
    assert (address.scheme, address.netloc) == ("http", "taskyard.test")
    assert address.path.startswith("/login/session/tyl_")
    for method in ("HEAD", "GET", "GET"):
        seen = await client.request(method, address.path)
        assert (seen.status_code, seen.headers["location"]) == (307, f"/app{address.path}")
        page = await client.request(method, f"/app{address.path}")
        for each in (seen, page):
            assert each.headers["referrer-policy"] == "no-referrer"
            assert "noindex" in each.headers["x-robots-tag"]
    token = address.path.rpartition("/")[2]
    assert (await client.post(EXCHANGE, json={"token": token})).status_code == 200


async def test_the_short_address_leads_nowhere_else(api: Api) -> None:
    answer = await api().get("/login/session/%2F%2Fevil.example%0d%0aX:1")
    assert "evil.example/" not in answer.headers.get("location", "")
    if answer.status_code == 307:
        assert answer.headers["location"].startswith("/app/login/session/")
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://other.taskyard.test"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
async def test_another_site_cannot_sign_a_browser_in(
    api: Api, world: World, headers: dict[str, str]
) -> None:
    token = await _token(api(as_=await world.account()))
    answer = await api().post(EXCHANGE, json={"token": token}, headers=headers)
    assert _code(answer) == (403, "CSRF_FAILED")
    assert (await api().post(EXCHANGE, json={"token": token})).status_code == 200, "still good"


async def test_both_ends_of_it_are_security_events(api: Api, world: World) -> None:
    account = await world.account()
    client = api(as_=account)
    token = await _token(client)
    await api().post(EXCHANGE, json={"token": token})
    page = (await client.get("/api/v1/auth/security-events")).json()
    seen = {item["name"]: item["details"] for item in page["items"]}
    assert seen.keys() == {"session.started", "session.link_made", "session.linked"}
    assert seen["session.linked"] == {"made_by": str(account.session_id), "device": "tests"}
    assert token not in str(page)


async def test_the_address_is_the_one_people_use(open_other: OpenInstance) -> None:
    other = await open_other(public_url="https://yard.example.com/")
    account = await other.world.account()
    answer = await other.client(authorization=f"Bearer {account.token}").post(MINT)
    assert answer.json()["url"].startswith("https://yard.example.com/login/session/tyl_")


async def test_links_and_exchanges_are_counted(limited: Api, world: World) -> None:
    account = await world.account()
    client = limited(as_=account)
    statuses = [(await client.post(MINT)).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    stranger = limited()
    body = {"token": "tyl_nothing"}
    statuses = [(await stranger.post(EXCHANGE, json=body)).status_code for _ in range(11)]
    assert statuses == [410] * 10 + [429]


async def test_what_expired_links_leave_behind_is_removed(
    api: Api, world: World, platform: Platform
) -> None:
    account = await world.account()
    client = api(as_=account)
    for _ in range(3):
        await _token(client)
    mine = SessionLink.session_id == account.session_id
    async with unit_of_work(platform.database) as uow:
        await uow.db.execute(update(SessionLink).where(mine).values(expires_at=func.now()))
    await _token(client)
    async with platform.database.session() as db:
        assert await db.scalar(select(func.count()).where(mine)) == 1
