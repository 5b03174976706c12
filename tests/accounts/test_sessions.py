"""Where one is signed in: shown, ended one by one or all at once, and dead the moment it ends."""

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text, update

from taskyard.accounts.models import Session
from taskyard.accounts.policy import device_name
from taskyard.accounts.service.signing_in import MAX_SESSIONS, end_session
from taskyard.core.access import SessionRevoked, as_of_now
from taskyard.core.uow import unit_of_work
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from tests.conftest import Api, OpenInstance
from tests.world import Account, World
from tests.world.accounts import PASSWORD

HERE = "/api/v1/auth/sessions"
ME = "/api/v1/auth/me"
CHANGE = "/api/v1/auth/password"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _is_dead(api: Api, account: Account) -> bool:
    answer = await api(as_=account).get(ME)
    refreshed = await api().post(
        "/api/v1/auth/refresh", json={"refresh_token": account.refresh_token}
    )
    if answer.status_code == 200:
        return False
    assert _code(answer) == (401, "AUTH_SESSION_REVOKED")
    assert _code(refreshed) == (401, "AUTH_REFRESH_INVALID")
    return True


async def test_signing_out_kills_the_access_token_at_once(api: Api, world: World) -> None:
    account = await world.account()
    other = await world.sign_in(account)
    answer = await api(as_=account).post("/api/v1/auth/logout")
    assert (answer.status_code, answer.content) == (204, b"")
    assert await _is_dead(api, account)
    assert (await api(as_=other).get(ME)).status_code == 200
    assert _code(await api(as_=account).post("/api/v1/auth/logout"))[0] == 401


async def test_a_session_is_ended_from_another_device(api: Api, world: World) -> None:
    here = await world.account()
    there = await world.sign_in(here)
    client = api(as_=here)
    assert (await client.delete(f"{HERE}/{there.session_id}")).status_code == 204
    assert await _is_dead(api, there)
    assert (await client.get(ME)).status_code == 200
    again = await client.delete(f"{HERE}/{there.session_id}")
    assert _code(again) == (404, "SESSION_NOT_FOUND")


async def test_another_persons_session_looks_like_none(api: Api, world: World) -> None:
    mine, theirs = await world.account(), await world.account()
    answers = [
        await api(as_=mine).delete(f"{HERE}/{session}") for session in (theirs.session_id, uuid7())
    ]
    errors = [answer.json()["error"] for answer in answers]
    for error in errors:
        error["details"].pop("request_id")
    assert errors[0] == errors[1]
    assert answers[0].status_code == 404
    assert (await api(as_=theirs).get(ME)).status_code == 200


async def test_a_new_password_ends_every_other_session(api: Api, world: World) -> None:
    here = await world.account()
    others = [await world.sign_in(here) for _ in range(3)]
    stranger = await world.account()
    change = {"current_password": PASSWORD, "new_password": "another quiet yard"}
    answer = await api(as_=here).post(CHANGE, json=change)
    assert answer.json() == {"data": {"sessions_ended": 3}}
    for other in others:
        assert await _is_dead(api, other)
    assert (await api(as_=here).get(ME)).status_code == 200
    assert (await api(as_=stranger).get(ME)).status_code == 200
    for password, status in ((PASSWORD, 401), ("another quiet yard", 200)):
        login = {"email": here.email, "password": password}
        assert (await api().post("/api/v1/auth/login", json=login)).status_code == status


@pytest.mark.parametrize(
    ("current", "new", "status", "code"),
    [
        ("not the one", "another quiet yard", 403, "AUTH_REAUTH_REQUIRED"),
        (PASSWORD, "short", 422, "PASSWORD_TOO_WEAK"),
        (PASSWORD, "password123", 422, "PASSWORD_TOO_WEAK"),
    ],
)
async def test_a_password_that_is_not_changed_ends_nothing(
    api: Api, world: World, current: str, new: str, status: int, code: str
) -> None:
    here = await world.account()
    there = await world.sign_in(here)
    change = {"current_password": current, "new_password": new}
    assert _code(await api(as_=here).post(CHANGE, json=change)) == (status, code)
    assert (await api(as_=there).get(ME)).status_code == 200
    login = {"email": here.email, "password": PASSWORD}
    assert (await api().post("/api/v1/auth/login", json=login)).status_code == 200


async def test_of_two_password_changes_at_once_one_is_made(api: Api, world: World) -> None:
    here = await world.account()
    there = await world.sign_in(here)
    answers = await asyncio.gather(
        *(
            api(as_=account).post(
                CHANGE, json={"current_password": PASSWORD, "new_password": f"quiet yard {n}"}
            )
            for n, account in enumerate((here, there))
        )
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 403])
    [won] = [n for n, answer in enumerate(answers) if answer.status_code == 200]
    login = {"email": here.email, "password": f"quiet yard {won}"}
    assert (await api().post("/api/v1/auth/login", json=login)).status_code == 200


async def test_the_list_shows_each_device_and_which_is_this_one(api: Api, world: World) -> None:
    account = await world.account()
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    login = {"email": account.email, "password": PASSWORD}
    signed_in = await api().post("/api/v1/auth/login", json=login, headers={"User-Agent": agent})
    data = signed_in.json()["data"]
    bearer = {"Authorization": f"Bearer {data['access_token']}"}
    page = (await api().get(HERE, headers=bearer)).json()
    assert page["total"] == 2
    newest, first = page["items"]
    assert (newest["id"], newest["current"]) == (data["session_id"], True)
    assert (newest["device"], newest["user_agent"]) == ("Firefox on Linux", agent)
    assert newest["address"] == "127.0.0.1"
    assert (first["id"], first["current"]) == (str(account.session_id), False)


async def test_the_list_shows_nobody_elses_and_none_that_ended(api: Api, world: World) -> None:
    account, _ = await world.account(), await world.account()
    ended, expired, idle = [await world.sign_in(account) for _ in range(3)]
    await api(as_=ended).post("/api/v1/auth/logout")
    past = now() - timedelta(seconds=1)
    long_ago = now() - timedelta(days=14, seconds=1)
    async with unit_of_work(world.platform.database) as uow:
        for session_id, change in (
            (expired.session_id, {"expires_at": past}),
            (idle.session_id, {"last_seen_at": long_ago}),
        ):
            await uow.db.execute(update(Session).where(Session.id == session_id).values(change))
    page = (await api(as_=account).get(HERE)).json()
    assert [item["id"] for item in page["items"]] == [str(account.session_id)]
    for dead in (ended, expired, idle):
        assert _code(await api(as_=dead).get(ME)) == (401, "AUTH_SESSION_REVOKED")


async def test_beyond_twenty_the_least_recently_used_is_ended(api: Api, world: World) -> None:
    assert MAX_SESSIONS == 20
    first = await world.account()
    second = await world.sign_in(first)
    async with unit_of_work(world.platform.database) as uow:
        # The first is used more recently than the second.
        earlier = now() - timedelta(minutes=30)
        mine = Session.id == second.session_id
        await uow.db.execute(update(Session).where(mine).values(last_seen_at=earlier))
    later = [await world.sign_in(first) for _ in range(19)]
    page = (await api(as_=first).get(HERE)).json()
    assert page["total"] == 20
    assert await _is_dead(api, second)
    for account in (first, *later):
        assert (await api(as_=account).get(ME)).status_code == 200


@pytest.mark.parametrize("path", [ME, HERE], ids=["hot", "plain"])
async def test_use_is_noted_once_a_minute(api: Api, world: World, path: str) -> None:
    account = await world.account()
    client = api(as_=account)

    async def seen() -> str:
        return str((await client.get(HERE)).json()["items"][0]["last_seen_at"])

    first = await seen()
    assert await seen() == first
    await _age(world, account.session_id)
    await client.get(path)
    assert await seen() > first


async def _age(world: World, session_id: UUID) -> None:
    async with unit_of_work(world.platform.database) as uow:
        earlier = now() - timedelta(minutes=5)
        mine = Session.id == session_id
        await uow.db.execute(update(Session).where(mine).values(last_seen_at=earlier))


@pytest.mark.parametrize("path", [ME, HERE], ids=["hot", "plain"])
async def test_a_long_request_holds_up_no_other_of_its_session(
    open_other: OpenInstance, path: str
) -> None:
    """An upload notes the session's use and then runs for minutes in the same transaction."""
    other = await open_other()
    account = await other.world.account()
    await _age(other.world, account.session_id)
    client = other.client(Authorization=f"Bearer {account.token}")
    async with other.platform.database.session() as db:
        lock = text("UPDATE sessions SET last_seen_at = last_seen_at WHERE id = :id")
        await db.execute(lock, {"id": account.session_id})
        async with asyncio.timeout(2):
            assert (await client.get(path)).status_code == 200


async def test_an_open_socket_asks_again_whom_its_session_speaks_for(world: World) -> None:
    account = await world.account()
    accounts = world.platform.authenticator
    async with unit_of_work(world.platform.database) as uow:
        actor = await accounts.again(uow, account.session_id)
        assert actor is not None
        assert actor.user_id == account.id
        assert await as_of_now(accounts, uow, actor) == actor
        assert await end_session(uow, account.id, account.session_id, reason="revoked")
        assert await accounts.again(uow, account.session_id) is None
        with pytest.raises(SessionRevoked):
            await as_of_now(accounts, uow, actor)
        assert not await end_session(uow, account.id, account.session_id, reason="revoked")


async def test_who_has_no_session_ends_none(world: World) -> None:
    """As an API key will: nothing to end, and above all not every session."""
    account = await world.account()
    async with unit_of_work(world.platform.database) as uow:
        assert not await end_session(uow, account.id, None, reason="signed_out")
        assert await world.platform.authenticator.again(uow, account.session_id) is not None


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/126.0 Mobile Safari/537", "Chrome on Android"),
        ("taskyard-cli/0.1.0 Linux", "Taskyard CLI on Linux"),
        ("curl/8.5.0", "curl"),
        ("MyBot/2.0 (+https://example.com)", "MyBot"),
        ("", "Unknown device"),
        ("x" * 500, "x" * 60),
    ],
)
def test_a_device_has_a_name_a_person_recognises(agent: str, device: str) -> None:
    assert device_name(agent) == device
