"""The first administrator: by the one-time link, by the settings, or by the command line."""

import asyncio
import time
from collections import Counter
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text, update

from taskyard.accounts import bootstrap
from taskyard.accounts.models import OneTimeLink, User
from taskyard.accounts.passwords import Passwords
from taskyard.accounts.service import administering
from taskyard.accounts.service.administering import AccountChange
from taskyard.core.settings import Settings
from taskyard.core.uow import unit_of_work
from taskyard.kit.clock import now
from tests.conftest import OpenInstance
from tests.world.instances import Instance

HERE = "/api/v1/auth/setup"


@pytest.fixture
async def fresh(open_other: OpenInstance) -> Instance:
    return await open_other(empty=True)


async def _link(instance: Instance) -> str | None:
    return await bootstrap.make_setup_link(instance.platform.database, instance.settings)


async def _token(instance: Instance) -> str:
    link = await _link(instance)
    assert link is not None
    return parse_qs(urlsplit(link).query)["token"][0]


def _body(token: str, name: str = "ada") -> dict[str, str]:
    return {"token": token, "email": f"{name}@example.com", "password": "a long quiet sentence"}


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _admins(instance: Instance) -> int:
    async with instance.platform.database.session() as db:
        query = select(func.count()).select_from(User).where(User.role == "admin")
        return int(await db.scalar(query) or 0)


async def test_the_link_makes_the_first_admin_and_signs_the_browser_in(fresh: Instance) -> None:
    client = fresh.client()
    assert (await client.get(HERE)).json()["data"] == {
        "mail": False,
        "needed": True,
        "registration": "open",
        "signed_in": False,
    }
    answer = await client.post(HERE, json=_body(await _token(fresh)))
    assert answer.status_code == 201
    assert answer.json()["data"]["user"]["role"] == "admin"
    assert "admin:use" in answer.json()["data"]["user"]["permissions"]
    assert (await client.get("/api/v1/auth/me")).json()["data"]["username"] == "ada"
    assert (await client.get(HERE)).json()["data"]["signed_in"] is True
    assert (await fresh.client().get(HERE)).json()["data"]["needed"] is False


async def test_the_link_works_once(fresh: Instance) -> None:
    token = await _token(fresh)
    assert (await fresh.client().post(HERE, json=_body(token))).status_code == 201
    again = await fresh.client().post(HERE, json=_body(token, "eve"))
    assert _code(again) == (410, "SETUP_LINK_INVALID")
    assert await _admins(fresh) == 1


async def test_of_two_at_once_one_becomes_admin(fresh: Instance) -> None:
    token = await _token(fresh)
    answers = await asyncio.gather(
        *(fresh.client().post(HERE, json=_body(token, f"p{n}")) for n in range(8))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 410: 7}
    assert await _admins(fresh) == 1


async def test_looking_at_the_page_uses_nothing_up(fresh: Instance) -> None:
    token = await _token(fresh)
    for _ in range(3):
        await fresh.client().get(f"/app/setup?token={token}")
        await fresh.client().get(HERE)
    assert (await fresh.client().post(HERE, json=_body(token))).status_code == 201


async def test_a_refused_form_leaves_the_link_good(fresh: Instance) -> None:
    token = await _token(fresh)
    weak = _body(token) | {"password": "password123"}
    assert _code(await fresh.client().post(HERE, json=weak)) == (422, "PASSWORD_TOO_WEAK")
    taken = _body(token)
    register = {"email": taken["email"], "password": taken["password"]}
    await fresh.client().post("/api/v1/auth/register", json=register)
    answer = await fresh.client().post(HERE, json=taken)
    assert _code(answer) == (409, "EMAIL_ALREADY_REGISTERED")
    assert (await fresh.client().post(HERE, json=_body(token, "grace"))).status_code == 201


async def test_a_link_expires(fresh: Instance) -> None:
    token = await _token(fresh)
    async with unit_of_work(fresh.platform.database) as uow:
        past = now() - timedelta(seconds=1)
        await uow.db.execute(update(OneTimeLink).values(expires_at=past))
    assert _code(await fresh.client().post(HERE, json=_body(token))) == (410, "SETUP_LINK_INVALID")
    assert await _admins(fresh) == 0


async def test_a_new_link_makes_the_old_one_void(fresh: Instance) -> None:
    old, new = await _token(fresh), await _token(fresh)
    assert (await fresh.client().post(HERE, json=_body(old))).status_code == 410
    assert (await fresh.client().post(HERE, json=_body(new))).status_code == 201


@pytest.mark.parametrize("token", ["x", "tyr_x", "é" * 20, "A" * 43])
async def test_a_token_nobody_was_given_is_refused_before_anything_is_hashed(
    open_other: OpenInstance, token: str
) -> None:
    fresh = await open_other(empty=True, password_hasher="bcrypt")
    took = []
    for _ in range(3):
        began = time.perf_counter()
        answer = await fresh.client().post(HERE, json=_body(token))
        took.append(time.perf_counter() - began)
        assert _code(answer) == (410, "SETUP_LINK_INVALID")
    began = time.perf_counter()
    await Passwords(fresh.settings).hash("a long quiet sentence")
    assert min(took) < (time.perf_counter() - began) / 2


async def test_once_an_admin_exists_no_link_works_and_none_is_made(fresh: Instance) -> None:
    token = await _token(fresh)
    await fresh.world.account(role="admin")
    assert (await fresh.client().post(HERE, json=_body(token))).status_code == 410
    assert await _link(fresh) is None
    assert await _admins(fresh) == 1


async def test_only_the_links_hash_is_kept(fresh: Instance) -> None:
    token = await _token(fresh)
    async with fresh.platform.database.session() as db:
        kept = await db.scalar(text("SELECT row_to_json(l)::text FROM one_time_links l"))
    assert token not in kept
    assert len(token) >= 43


async def test_registering_makes_no_admin(fresh: Instance) -> None:
    body = {"email": "first@example.com", "password": "a long quiet sentence"}
    answer = await fresh.client().post("/api/v1/auth/register", json=body)
    assert answer.json()["data"]["user"]["role"] == "user"
    assert (await fresh.client().get(HERE)).json()["data"]["needed"] is True


async def test_another_sites_page_cannot_use_the_link(fresh: Instance) -> None:
    token = await _token(fresh)
    client = fresh.client(Sec_Fetch_Site="cross-site", Origin="https://evil.example")
    assert _code(await client.post(HERE, json=_body(token))) == (403, "CSRF_FAILED")
    assert (await fresh.client().post(HERE, json=_body(token))).status_code == 201


@pytest.mark.parametrize(
    "headers", [{"Authorization": "Bearer x"}, {"Cookie": "taskyard_session=x"}], ids=str
)
async def test_a_bad_credential_is_no_reason_to_refuse_the_first_page(
    fresh: Instance, headers: dict[str, str]
) -> None:
    answer = await fresh.client(**headers).get(HERE)
    assert answer.json()["data"]["signed_in"] is False


async def test_the_link_leads_where_people_reach_the_instance(open_other: OpenInstance) -> None:
    plain = await open_other(empty=True, host="127.0.0.1", port=8123)
    link = await _link(plain)
    assert link is not None
    assert link.startswith("http://127.0.0.1:8123/app/setup?token=")
    proxied = await open_other(empty=True, public_url="https://yard.example.com/")
    link = await _link(proxied)
    assert link is not None
    assert link.startswith("https://yard.example.com/app/setup?token=")


def test_the_command_line_asks_outside_of_a_loop(settings: Settings) -> None:
    """`taskyard admin setup-link` and `taskyard up` have no event loop of their own."""
    link = bootstrap.setup_link(settings)
    assert link is None or "/app/setup?token=" in link


ADMIN = {"admin_email": "Root@Example.com", "admin_password": SecretStr("a long quiet sentence")}


async def test_the_settings_name_the_first_admin(open_other: OpenInstance) -> None:
    other = await open_other(empty=True, **ADMIN)
    client = other.client()
    login = {"email": "root@example.com", "password": "a long quiet sentence"}
    token = (await client.post("/api/v1/auth/login", json=login)).json()["data"]["access_token"]
    me = (await client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})).json()
    assert me["data"]["role"] == "admin"
    assert await _link(other) is None


async def test_processes_that_start_at_once_make_one_admin(fresh: Instance) -> None:
    settings = fresh.settings.model_copy(update=ADMIN)
    database = fresh.platform.database
    await asyncio.gather(*(bootstrap.ensure_admin(database, settings) for _ in range(6)))
    await bootstrap.ensure_admin(database, settings)
    assert await _admins(fresh) == 1


async def test_an_account_that_exists_becomes_admin_and_keeps_its_password(
    fresh: Instance,
) -> None:
    account = await fresh.world.account()
    user, is_new = await bootstrap.create_admin(
        fresh.platform.database, fresh.settings, account.email.upper(), "another long sentence"
    )
    assert (user.id, user.role, is_new) == (account.id, "admin", False)
    assert await _admins(fresh) == 1
    login = {"email": account.email, "password": "another long sentence"}
    assert (await fresh.client().post("/api/v1/auth/login", json=login)).status_code == 401


@pytest.mark.parametrize(
    "taken", [AccountChange(role="user"), AccountChange(active=False)], ids=["role", "entry"]
)
async def test_what_was_taken_from_it_does_not_come_back_with_a_start(
    open_other: OpenInstance, taken: AccountChange
) -> None:
    other = await open_other(empty=True, **ADMIN)
    database, by = other.platform.database, await other.world.account(role="admin")
    async with unit_of_work(database) as uow:
        query = select(User.id).where(User.email_key == "root@example.com")
        root = (await uow.db.scalars(query)).one()
        await administering.change(uow, root, taken, by=by.id)
    await bootstrap.ensure_admin(database, other.settings)
    async with unit_of_work(database) as uow:
        user = await uow.db.get_one(User, root)
        assert (user.role, user.is_active) == (taken.role or "admin", taken.active is None)
        # Unless nobody else could give it back.
        user.role, user.is_active = "user", True
        await uow.db.execute(update(User).where(User.id == by.id).values(role="user"))
    await bootstrap.ensure_admin(database, other.settings)
    assert await _admins(other) == 1


async def test_without_settings_no_admin_is_made(fresh: Instance) -> None:
    await bootstrap.ensure_admin(fresh.platform.database, fresh.settings)
    only_email = fresh.settings.model_copy(update={"admin_email": "root@example.com"})
    await bootstrap.ensure_admin(fresh.platform.database, only_email)
    assert await _admins(fresh) == 0
