"""One's own profile: what may be changed, and what may not."""

from typing import Any

import httpx
import pytest

from taskyard.core.spine import events_of
from tests.conftest import Api, CountStatements
from tests.world import World

HERE = "/api/v1/profile"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_profile_is_changed_in_part(api: Api, world: World) -> None:
    account = await world.account()
    client = api(as_=account)
    before = (await client.get(HERE)).json()["data"]
    changed = await client.patch(HERE, json={"display_name": "Maya M"})
    assert changed.json()["data"] == before | {"display_name": "Maya M", "version": 2}
    assert changed.headers["etag"] == '"2"'
    assert (await client.get(HERE)).json() == changed.json()
    assert (await client.get("/api/v1/auth/me")).json() == changed.json()
    async with world.platform.database.session() as db:
        [event] = await events_of(db, account.id)
    assert (event.name, event.payload) == (
        "account.profile_changed.v1",
        {"fields": ["display_name"]},
    )


async def test_preferences_are_merged(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    await client.patch(HERE, json={"preferences": {"theme": "dark"}})
    body = {"preferences": {"single_key_shortcuts": False}}
    data = (await client.patch(HERE, json=body)).json()["data"]
    assert data["preferences"] == {"theme": "dark", "single_key_shortcuts": False}
    unknown = await client.patch(HERE, json={"preferences": {"colour": "red"}})
    assert _code(unknown) == (422, "VALIDATION_ERROR")


async def test_nothing_to_change_changes_nothing(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    for body in ({}, {"display_name": None}):
        answer = await client.patch(HERE, json=body)
        assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')


async def test_an_edit_of_an_older_version_is_refused(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    await client.patch(HERE, json={"display_name": "First"}, headers={"If-Match": '"1"'})
    stale = await client.patch(HERE, json={"display_name": "Second"}, headers={"If-Match": '"1"'})
    assert _code(stale) == (412, "PRECONDITION_FAILED")
    assert stale.json()["error"]["details"]["current"] == 2
    assert (await client.get(HERE)).json()["data"]["display_name"] == "First"


async def test_a_username_somebody_has_is_refused_in_any_case(api: Api, world: World) -> None:
    mine, theirs = await world.account(), await world.account()
    answer = await api(as_=mine).patch(HERE, json={"username": theirs.username.upper()})
    assert _code(answer) == (409, "USERNAME_TAKEN")
    assert (await api(as_=mine).get(HERE)).json()["data"]["username"] == mine.username
    own = await api(as_=mine).patch(HERE, json={"username": mine.username.upper()})
    assert own.status_code == 200


PRIVILEGED: list[dict[str, Any]] = [
    {"role": "admin"},
    {"tier": "premium"},
    {"is_superuser": True},
    {"is_active": True},
    {"id": "019b0000-0000-7000-8000-000000000000"},
    {"permissions": ["admin:use"]},
    {"email": "other@example.com"},
    {"password_hash": "x"},
    {"version": 99},
]


@pytest.mark.parametrize("more", PRIVILEGED, ids=str)
async def test_a_profile_cannot_raise_itself(api: Api, world: World, more: dict[str, Any]) -> None:
    client = api(as_=await world.account())
    before = (await client.get(HERE)).json()
    answer = await client.patch(HERE, json={"display_name": "New", **more})
    [field] = answer.json()["error"]["details"]["fields"]
    assert answer.status_code == 422
    assert (field["field"], field["type"]) == (f"body.{next(iter(more))}", "extra_forbidden")
    assert (await client.get(HERE)).json() == before


@pytest.mark.parametrize("more", [body for body in PRIVILEGED if "email" not in body], ids=str)
async def test_a_registration_cannot_raise_itself(api: Api, more: dict[str, Any]) -> None:
    body = {"email": "raise@example.com", "password": "a long quiet sentence", **more}
    assert (await api().post("/api/v1/auth/register", json=body)).status_code == 422
    login = {"email": "raise@example.com", "password": "a long quiet sentence"}
    assert (await api().post("/api/v1/auth/login", json=login)).status_code == 401


async def test_the_billing_contracts_words(api: Api, world: World) -> None:
    account = await world.account(tier="pro")
    assert (await api(as_=account).get("/api/v1/user/me")).json() == {
        "id": str(account.id),
        "email": account.email,
        "tier": "pro",
        "subscription_status": "none",
        "subscription_id": None,
        "renews_at": None,
        "ends_at": None,
    }


async def test_a_tiers_limits_can_be_read(api: Api, world: World) -> None:
    free = (await api(as_=await world.account(tier="free")).get("/api/v1/limits")).json()["data"]
    assert (free["requests_per_minute"], free["projects"], free["page_size"]) == (60, 3, 50)
    premium = (await api(as_=await world.account()).get("/api/v1/limits")).json()["data"]
    assert (premium["projects"], premium["jobs_per_month"]) == (None, None)


async def test_who_has_no_tier_of_their_own_follows_the_instance(api: Api, world: World) -> None:
    account = await world.account()
    assert (await api(as_=account).get(HERE)).json()["data"]["tier"] == "premium"


async def test_who_one_is_takes_one_statement(
    api: Api, world: World, statements: CountStatements
) -> None:
    client = api(as_=await world.account())
    await client.get("/api/v1/auth/me")
    with statements() as sent:
        assert (await client.get("/api/v1/auth/me")).status_code == 200
    assert len(sent) == 1
