"""Administrators find accounts and decide what they may do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from taskyard.accounts.models import Session, User
from taskyard.accounts.repository import IDLE
from taskyard.core.platform import Platform
from taskyard.core.spine import events_of
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from tests.conftest import Api, OpenInstance
from tests.world import Account, World
from tests.world.accounts import PASSWORD

USERS = "/api/v1/admin/users"
PROJECTS = "/api/v1/projects"
ME = "/api/v1/auth/me"


@pytest.fixture
async def admin(api: Api, world: World) -> httpx.AsyncClient:
    """An administrator's client."""
    return api(as_=await world.account(role="admin"))


def _path(account: Account) -> str:
    return f"{USERS}/{account.id}"


async def _patch(admin: httpx.AsyncClient, account: Account, **change: Any) -> dict[str, Any]:
    answer = await admin.patch(_path(account), json=change)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def _told(platform: Platform, account: Account) -> list[tuple[str, Any, dict[str, Any]]]:
    async with platform.database.session() as db:
        rows = await events_of(db, account.id)
    return [(row.name, row.actor_id, row.payload) for row in rows]


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


class TestFinding:
    """The list of accounts."""

    async def test_an_account_is_shown_with_where_it_stands(
        self, admin: httpx.AsyncClient, world: World
    ) -> None:
        account = await world.account()
        await world.sign_in(account)
        found = (await admin.get(_path(account))).json()["data"]
        page = (await admin.get(USERS, params={"q": account.email})).json()
        assert page["items"] == [found]
        assert page["total"] == 1
        assert found.pop("created_at")
        assert found.pop("last_seen_at")
        assert found == {
            "id": str(account.id),
            "email": account.email,
            "username": account.username,
            "display_name": account.username.capitalize(),
            "role": "user",
            "tier": "premium",
            "tier_granted": False,
            "tier_until": None,
            "active": True,
            "sessions": 2,
            "version": 1,
        }

    async def test_by_part_of_the_name_the_username_or_the_address(
        self, admin: httpx.AsyncClient, world: World
    ) -> None:
        account = await world.account()
        for q in (account.username[2:], account.username.upper(), account.email[4:]):
            items = (await admin.get(USERS, params={"q": q})).json()["items"]
            assert [item["id"] for item in items] == [str(account.id)], q

    @pytest.mark.parametrize("q", ["%", "_", "\\", "%%%", "p%"])
    async def test_what_is_special_in_sql_is_not_here(
        self, admin: httpx.AsyncClient, world: World, q: str
    ) -> None:
        await world.account()
        assert (await admin.get(USERS, params={"q": q})).json()["items"] == []

    async def test_by_role_and_by_whether_they_may_enter(
        self, admin: httpx.AsyncClient, world: World
    ) -> None:
        mark = f"m{uuid7().hex[-10:]}"
        people = {role: await world.account(role=role) for role in ("user", "viewer", "admin")}
        async with unit_of_work(world.platform.database) as uow:
            for account in people.values():
                named = update(User).where(User.id == account.id)
                await uow.db.execute(named.values(display_name=f"{mark} {account.username}"))
        await _patch(admin, people["user"], active=False)

        async def ids(**query: Any) -> list[str]:
            answer = await admin.get(USERS, params={"q": mark, **query})
            return [item["id"] for item in answer.json()["items"]]

        user, viewer, boss = (str(people[role].id) for role in ("user", "viewer", "admin"))
        assert await ids() == [boss, viewer, user], "the newest first"
        assert await ids(role="viewer") == [viewer]
        assert await ids(active="false") == [user]
        assert await ids(active="true", role="admin") == [boss]
        assert await ids(page_size=1, page=2) == [viewer]

    async def test_an_ended_or_idle_session_is_none(
        self, admin: httpx.AsyncClient, world: World, api: Api
    ) -> None:
        account, idle = await world.account(), await world.account()
        await api(as_=account).post("/api/v1/auth/logout")
        async with unit_of_work(world.platform.database) as uow:
            mine = update(Session).where(Session.id == idle.session_id)
            await uow.db.execute(mine.values(last_seen_at=datetime.now(UTC) - IDLE))
        for gone in (account, idle):
            found = (await admin.get(_path(gone))).json()["data"]
            assert (found["sessions"], found["last_seen_at"]) == (0, None)

    async def test_a_page_costs_as_much_however_many_are_on_it(
        self, admin: httpx.AsyncClient, world: World, statements: Any
    ) -> None:
        for _ in range(3):
            await world.account()
        counts = []
        for size in (1, 3):
            with statements() as sent:
                await admin.get(USERS, params={"page_size": size})
            counts.append(len(sent))
        assert counts[0] == counts[1]

    @pytest.mark.parametrize("role", ["user", "viewer"])
    async def test_nobody_else_may_look(self, api: Api, world: World, role: Any) -> None:
        client, other = api(as_=await world.account(role=role)), await world.account()
        for method, path in (
            ("GET", USERS),
            ("GET", _path(other)),
            ("PATCH", _path(other)),
            ("GET", f"{_path(other)}/sessions"),
            ("DELETE", f"{_path(other)}/sessions"),
            ("GET", "/api/v1/admin/projects"),
            ("GET", "/api/v1/admin/jobs"),
        ):
            answer = await client.request(method, path, json={} if method == "PATCH" else None)
            assert _code(answer) == (403, "AUTH_FORBIDDEN")
            assert answer.json()["error"]["details"]["permission"] == "admin:use"

    async def test_who_is_not_there_is_not_found(self, admin: httpx.AsyncClient) -> None:
        path = f"{USERS}/{uuid7()}"
        for method, where in (
            ("GET", path),
            ("PATCH", path),
            ("GET", f"{path}/sessions"),
            ("DELETE", f"{path}/sessions"),
        ):
            answer = await admin.request(method, where, json={} if method == "PATCH" else None)
            assert _code(answer) == (404, "USER_NOT_FOUND")


class TestRole:
    """What an account may do."""

    async def test_it_counts_at_the_next_request_whatever_the_token_says(
        self, admin: httpx.AsyncClient, api: Api, world: World
    ) -> None:
        account = await world.account()
        client = api(as_=account)
        assert (await client.post(PROJECTS, json={"name": "Before"})).status_code == 201
        assert (await _patch(admin, account, role="viewer"))["role"] == "viewer"
        refused = await client.post(PROJECTS, json={"name": "After"})
        assert _code(refused) == (403, "AUTH_FORBIDDEN")
        assert refused.json()["error"]["details"]["permission"] == "project:create"
        await _patch(admin, account, role="admin")
        assert (await client.get(USERS)).status_code == 200
        await _patch(admin, account, role="user")
        assert (await client.get(USERS)).status_code == 403

    async def test_it_is_told_with_who_did_it(
        self, admin: httpx.AsyncClient, world: World, platform: Platform
    ) -> None:
        boss = (await admin.get(ME)).json()["data"]["id"]
        account = await world.account()
        await _patch(admin, account, role="viewer")
        await _patch(admin, account, role="viewer")  # nothing changes: nothing is told
        [(name, by, payload)] = await _told(platform, account)
        assert (name, str(by)) == ("account.role_changed.v1", boss)
        assert payload == {"old": "user", "new": "viewer"}

    async def test_its_owner_reads_of_it(
        self, admin: httpx.AsyncClient, api: Api, world: World
    ) -> None:
        account = await world.account()
        await _patch(admin, account, role="viewer")
        page = (await api(as_=account).get("/api/v1/auth/security-events")).json()
        assert page["items"][0]["name"] == "account.role_changed"

    @pytest.mark.parametrize("role", ["owner", "", "ADMIN", 1, ["admin"]])
    async def test_there_are_no_others(
        self, admin: httpx.AsyncClient, world: World, role: object
    ) -> None:
        answer = await admin.patch(_path(await world.account()), json={"role": role})
        assert answer.status_code == 422

    async def test_an_unknown_field_changes_nothing(
        self, admin: httpx.AsyncClient, world: World
    ) -> None:
        account = await world.account()
        body = {"role": "admin", "password_hash": "x"}
        assert (await admin.patch(_path(account), json=body)).status_code == 422
        assert (await admin.get(_path(account))).json()["data"]["role"] == "user"

    async def test_of_two_edits_the_second_is_told(
        self, admin: httpx.AsyncClient, world: World
    ) -> None:
        account = await world.account()
        tag = (await admin.get(_path(account))).headers["etag"]
        for role, status in (("viewer", 200), ("admin", 412)):
            body, match = {"role": role}, {"If-Match": tag}
            answer = await admin.patch(_path(account), json=body, headers=match)
            assert answer.status_code == status
        assert (await admin.get(_path(account))).json()["data"]["role"] == "viewer"


class TestTier:
    """A tier by hand."""

    async def test_it_goes_before_the_accounts_own(
        self, admin: httpx.AsyncClient, api: Api, world: World
    ) -> None:
        account = await world.account(tier="pro")
        client = api(as_=account)
        data = await _patch(admin, account, tier="free")
        assert (data["tier"], data["tier_granted"], data["tier_until"]) == ("free", True, None)
        assert (await client.get(ME)).json()["data"]["tier"] == "free"
        assert (await client.get(PROJECTS, params={"page_size": 51})).status_code == 422
        data = await _patch(admin, account, tier=None)
        assert (data["tier"], data["tier_granted"]) == ("pro", False)
        assert (await client.get(PROJECTS, params={"page_size": 51})).status_code == 200

    async def test_for_a_time_it_ends_by_itself(
        self, admin: httpx.AsyncClient, api: Api, world: World, platform: Platform
    ) -> None:
        account = await world.account(tier="free")
        client = api(as_=account)
        until = (datetime.now(UTC) + timedelta(days=30)).replace(microsecond=0)
        data = await _patch(admin, account, tier="premium", tier_until=until.isoformat())
        assert datetime.fromisoformat(data["tier_until"]) == until
        me = (await client.get(ME)).json()["data"]
        assert (me["tier"], datetime.fromisoformat(me["tier_until"])) == ("premium", until)
        async with unit_of_work(platform.database) as uow:
            mine = update(User).where(User.id == account.id)
            await uow.db.execute(mine.values(granted_until=datetime.now(UTC)))
        me = (await client.get(ME)).json()["data"]
        assert (me["tier"], me["tier_until"]) == ("free", None)
        data = (await admin.get(_path(account))).json()["data"]
        assert (data["tier"], data["tier_granted"], data["tier_until"]) == ("free", False, None)

    async def test_it_is_told(
        self, admin: httpx.AsyncClient, world: World, platform: Platform
    ) -> None:
        account = await world.account()
        await _patch(admin, account, tier="pro", tier_until="2099-01-01T00:00:00Z")
        await _patch(admin, account, tier=None)
        told = [payload for _, _, payload in await _told(platform, account)]
        assert told == [
            {"tier": "pro", "until": "2099-01-01T00:00:00Z"},
            {"tier": None, "until": None},
        ]

    @pytest.mark.parametrize(
        "body",
        [
            {"tier": "gold"},
            {"tier_until": "2099-01-01T00:00:00Z"},
            {"tier": None, "tier_until": "2099-01-01T00:00:00Z"},
            {"tier": "pro", "tier_until": "2020-01-01T00:00:00Z"},
            {"tier": "pro", "tier_until": "2099-01-01T00:00:00"},
            {"tier": "pro", "tier_until": "soon"},
            {"tier": "pro", "tier_until": "9999-12-31T23:59:59-14:00"},
        ],
        ids=str,
    )
    async def test_what_makes_no_sense_changes_nothing(
        self, admin: httpx.AsyncClient, world: World, body: object
    ) -> None:
        account = await world.account()
        assert (await admin.patch(_path(account), json=body)).status_code == 422
        assert (await admin.get(_path(account))).json()["data"]["version"] == 1

    async def test_leaving_it_out_leaves_it(self, admin: httpx.AsyncClient, world: World) -> None:
        account = await world.account()
        await _patch(admin, account, tier="pro")
        assert (await _patch(admin, account, role="viewer"))["tier"] == "pro"


class TestActive:
    """Who may come in."""

    async def test_a_deactivated_accounts_sessions_die_at_once(
        self, admin: httpx.AsyncClient, api: Api, world: World
    ) -> None:
        account = await world.account()
        browser = await world.sign_in(account, browser=True)
        data = await _patch(admin, account, active=False)
        assert (data["active"], data["sessions"]) == (False, 0)
        assert _code(await api(as_=account).get(ME)) == (401, "AUTH_SESSION_REVOKED")
        cookie = api(Cookie=f"taskyard_session={browser.refresh_token}")
        assert _code(await cookie.get(ME)) == (401, "AUTH_REQUIRED")
        refresh = {"refresh_token": account.refresh_token}
        answer = await api().post("/api/v1/auth/refresh", json=refresh)
        assert _code(answer) == (401, "AUTH_REFRESH_INVALID")
        login = {"email": account.email, "password": PASSWORD}
        answer = await api().post("/api/v1/auth/login", json=login)
        assert _code(answer) == (401, "AUTH_INVALID_CREDENTIALS")

    async def test_coming_back_takes_a_new_sign_in(
        self, admin: httpx.AsyncClient, api: Api, world: World, platform: Platform
    ) -> None:
        account = await world.account()
        await _patch(admin, account, active=False)
        await _patch(admin, account, active=True)
        assert (await api(as_=account).get(ME)).status_code == 401, "what ended stays ended"
        login = {"email": account.email, "password": PASSWORD}
        assert (await api().post("/api/v1/auth/login", json=login)).status_code == 200
        told = [(name, payload) for name, _, payload in await _told(platform, account)]
        assert told == [
            ("account.deactivated.v1", {"sessions_ended": 1}),
            ("account.activated.v1", {}),
        ]

    async def test_an_administrator_may_leave_when_another_stays(
        self, api: Api, world: World
    ) -> None:
        await world.account(role="admin")
        account = await world.account(role="admin")
        client = api(as_=account)
        answer = await client.patch(_path(account), json={"active": False})
        assert answer.status_code == 200
        assert (await client.get(ME)).status_code == 401


class TestSessions:
    """Signing somebody out."""

    async def test_they_are_listed_and_ended(
        self, admin: httpx.AsyncClient, api: Api, world: World, platform: Platform
    ) -> None:
        account = await world.account()
        await world.sign_in(account)
        page = (await admin.get(f"{_path(account)}/sessions")).json()
        assert [item["device"] for item in page["items"]] == ["tests", "tests"]
        assert page["items"][0].keys() == {
            "id",
            "device",
            "address",
            "created_at",
            "last_seen_at",
            "expires_at",
        }
        answer = await admin.delete(f"{_path(account)}/sessions")
        assert answer.json() == {"data": {"sessions_ended": 2}}
        assert (await api(as_=account).get(ME)).status_code == 401
        assert (await admin.get(f"{_path(account)}/sessions")).json()["items"] == []
        login = {"email": account.email, "password": PASSWORD}
        assert (await api().post("/api/v1/auth/login", json=login)).status_code == 200
        assert ("account.signed_out.v1", {"sessions_ended": 2}) in [
            (name, payload) for name, _, payload in await _told(platform, account)
        ]


async def test_a_repeat_with_its_key_changes_nothing_twice(
    admin: httpx.AsyncClient, world: World, platform: Platform
) -> None:
    account = await world.account()
    for _ in range(3):
        answer = await admin.patch(
            _path(account), json={"role": "viewer"}, headers={"Idempotency-Key": "once"}
        )
        assert answer.status_code == 200
        await _patch(admin, account, role="user")
    names = [name for name, _, _ in await _told(platform, account)]
    assert names == ["account.role_changed.v1"] * 2


async def test_the_last_administrator_stays(open_other: OpenInstance) -> None:
    other = await open_other(empty=True)
    boss = await other.world.account(role="admin")
    client = other.client(authorization=f"Bearer {boss.token}")
    for change in ({"role": "user"}, {"role": "viewer"}, {"active": False}):
        answer = await client.patch(_path(boss), json=change)
        assert _code(answer) == (409, "LAST_ADMIN")
        assert boss.username in answer.json()["error"]["message"]
    assert (await client.get(_path(boss))).json()["data"]["version"] == 1
    assert (await client.patch(_path(boss), json={"tier": "pro"})).status_code == 200
    second = await other.world.account()
    await client.patch(_path(second), json={"role": "admin"})
    await client.patch(_path(second), json={"active": False})
    answer = await client.patch(_path(boss), json={"role": "user"})
    assert _code(answer) == (409, "LAST_ADMIN"), "one who may not enter looks after nothing"
    await client.patch(_path(second), json={"active": True})
    assert (await client.patch(_path(boss), json={"role": "user"})).status_code == 200
