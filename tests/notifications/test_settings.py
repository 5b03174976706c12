"""What people choose, and what a link in a letter can do."""

import base64

import pytest
from pydantic import SecretStr

from taskyard.notifications import unsubscribing
from taskyard.notifications.errors import UnsubscribeLinkInvalid
from taskyard.notifications.types import Category
from tests.conftest import Api
from tests.world import World

HERE = "/api/v1/notifications/settings"
UNSUBSCRIBE = "/api/v1/notifications/unsubscribe"


async def test_what_a_person_is_told_of(api: Api, world: World) -> None:
    account = await world.account()
    data = (await api(as_=account).get(HERE)).json()["data"]
    assert (data["mail"], data["email"], data["email_verified"]) == (False, account.email, False)
    seen = {item["category"]: (item["wanted"], item["locked"]) for item in data["categories"]}
    assert seen == {
        "security": (True, True),
        "run_failed": (True, False),
        "run_completed": (False, False),
        "invitation": (True, False),
    }


async def test_choices_are_kept_one_by_one(api: Api, world: World) -> None:
    account, other = await world.account(), await world.account()
    client = api(as_=account)
    for categories in ({"run_completed": True}, {"run_failed": False}, {}, {"security": True}):
        answer = await client.patch(HERE, json={"categories": categories})
        assert answer.status_code == 200
    kept = (await client.get(HERE)).json()["data"]["categories"]
    wanted = {item["category"]: item["wanted"] for item in kept}
    assert wanted == {
        "security": True,
        "run_failed": False,
        "run_completed": True,
        "invitation": True,
    }
    theirs = (await api(as_=other).get(HERE)).json()["data"]["categories"]
    assert [item["wanted"] for item in theirs] == [True, True, False, True]
    events = (await client.get("/api/v1/auth/security-events")).json()["items"]
    assert events[0]["name"] == "account.email_categories_chosen"
    assert events[0]["details"] == {"wanted": [], "unwanted": ["run_failed"]}


async def test_notices_about_safety_stay_on(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    answer = await client.patch(HERE, json={"categories": {"security": False, "run_failed": False}})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "EMAIL_CATEGORY_LOCKED"
    wanted = [item["wanted"] for item in (await client.get(HERE)).json()["data"]["categories"]]
    assert wanted == [True, True, False, True], "nothing is changed by half"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"categories": {"news": True}},
        {"categories": {"run_failed": "perhaps"}},
        {"categories": []},
    ],
)
async def test_what_is_no_choice_is_refused(api: Api, world: World, body: object) -> None:
    answer = await api(as_=await world.account()).patch(HERE, json=body)
    assert answer.status_code == 422


async def test_letters_are_their_readers_alone(api: Api, world: World) -> None:
    page = (await api(as_=await world.account()).get("/api/v1/notifications/emails")).json()
    assert page == {"items": [], "total": 0, "page": 1, "page_size": 50, "next_cursor": None}


async def test_a_link_ends_one_category_for_one_person(api: Api, world: World) -> None:
    account = await world.account()
    settings = world.platform.settings
    token = unsubscribing.seal(settings, account.id, Category.RUN_FAILED)
    for _ in range(2):
        answer = await api().post(UNSUBSCRIBE, params={"token": token})
        assert answer.status_code == 200
    wanted = (await api(as_=account).get(HERE)).json()["data"]["categories"]
    assert [item["wanted"] for item in wanted] == [True, False, False, True]


async def test_looking_at_a_link_ends_nothing(api: Api, world: World) -> None:
    account = await world.account()
    token = unsubscribing.seal(world.platform.settings, account.id, Category.RUN_FAILED)
    answer = await api().get(UNSUBSCRIBE, params={"token": token})
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(
        f"/app/unsubscribe?category=run_failed&token={token}"
    )
    wanted = (await api(as_=account).get(HERE)).json()["data"]["categories"]
    assert [item["wanted"] for item in wanted] == [True, True, False, True]


async def test_safety_cannot_be_ended_by_a_link(api: Api, world: World) -> None:
    account = await world.account()
    token = unsubscribing.seal(world.platform.settings, account.id, Category.SECURITY)
    answer = await api().post(UNSUBSCRIBE, params={"token": token})
    assert answer.json()["error"]["code"] == "UNSUBSCRIBE_LINK_INVALID"


async def test_no_link_can_be_made_up(api: Api, world: World) -> None:
    mine, theirs = await world.account(), await world.account()
    settings = world.platform.settings
    token = unsubscribing.seal(settings, mine.id, Category.RUN_FAILED)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for forged in (
        raw[:16] + theirs.id.bytes + raw[32:],
        raw[:32] + b"run_completed",
        b"\0" * 16 + raw[16:],
        raw[:10],
        b"",
    ):
        written = base64.urlsafe_b64encode(forged).decode().rstrip("=") or "x"
        for method in ("POST", "GET"):
            answer = await api().request(method, UNSUBSCRIBE, params={"token": written})
            assert answer.status_code == 404
            assert answer.json()["error"]["code"] == "UNSUBSCRIBE_LINK_INVALID"
    other = settings.model_copy(update={"secret_key": SecretStr("y" * 40)})
    for nonsense in ("ü", "a b", "%00", "A" * 200):
        with pytest.raises(UnsubscribeLinkInvalid):
            unsubscribing.unseal(settings, nonsense)
    with pytest.raises(UnsubscribeLinkInvalid):
        unsubscribing.unseal(other, token)
    wanted = (await api(as_=theirs).get(HERE)).json()["data"]["categories"]
    assert [item["wanted"] for item in wanted] == [True, True, False, True]
