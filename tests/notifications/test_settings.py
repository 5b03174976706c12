"""What people choose, and what a link in a letter can do."""

import base64

import httpx
import pytest
from pydantic import SecretStr

from taskyard.notifications import unsubscribing
from taskyard.notifications.errors import UnsubscribeLinkInvalid
from taskyard.notifications.types import Category
from tests.conftest import Api
from tests.world import World

HERE = "/api/v1/notifications/settings"
UNSUBSCRIBE = "/api/v1/notifications/unsubscribe"
#: What nobody is written about who never chose.
UNWANTED = {"task_completed", "team_joined", "team_member_left", "job_completed"}


async def _unwanted(client: httpx.AsyncClient) -> set[str]:
    categories = (await client.get(HERE)).json()["data"]["categories"]
    return {item["category"] for item in categories if not item["wanted"]}


async def test_what_a_person_is_told_of(api: Api, world: World) -> None:
    account = await world.account()
    data = (await api(as_=account).get(HERE)).json()["data"]
    assert (data["mail"], data["email"], data["email_verified"]) == (False, account.email, False)
    seen = {item["category"]: (item["in_app"], item["email"]) for item in data["categories"]}
    assert seen == {
        "security": (None, "at_once"),
        "mention": (True, "at_once"),
        "comment_added": (True, "digest"),
        "task_assigned": (True, "at_once"),
        "task_completed": (True, "off"),
        "team_invite": (True, "at_once"),
        "team_joined": (True, "off"),
        "team_member_left": (True, "off"),
        "job_failed": (True, "at_once"),
        "job_completed": (True, "off"),
        "digest": (None, "at_once"),
    }
    assert [item["category"] for item in data["categories"] if item["locked"]] == ["security"]


async def test_each_channel_is_chosen_by_itself(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    for choice in ({"in_app": False}, {"email": "digest"}, {"in_app": None}):
        answer = await client.patch(HERE, json={"categories": {"mention": choice}})
        assert answer.status_code == 200
    kept = (await client.get(HERE)).json()["data"]["categories"][1]
    assert (kept["category"], kept["in_app"], kept["email"]) == ("mention", False, "digest")


@pytest.mark.parametrize(
    "choice",
    [{"security": {"in_app": True}}, {"digest": {"email": "digest"}}, {"digest": {"in_app": True}}],
)
async def test_a_letter_alone_has_no_other_channel(
    api: Api, world: World, choice: dict[str, object]
) -> None:
    client = api(as_=await world.account())
    answer = await client.patch(HERE, json={"categories": choice | {"mention": False}})
    assert answer.json()["error"]["code"] == "NOTIFICATION_CHANNEL_MISSING"
    assert await _unwanted(client) == UNWANTED, "nothing is changed by half"


async def test_choices_are_kept_one_by_one(api: Api, world: World) -> None:
    account, other = await world.account(), await world.account()
    client = api(as_=account)
    for categories in ({"job_completed": True}, {"job_failed": False}, {}, {"security": True}):
        answer = await client.patch(HERE, json={"categories": categories})
        assert answer.status_code == 200
    kept = (await client.get(HERE)).json()["data"]["categories"]
    assert {item["category"] for item in kept if not item["wanted"]} == (
        UNWANTED - {"job_completed"} | {"job_failed"}
    )
    assert await _unwanted(api(as_=other)) == UNWANTED
    events = (await client.get("/api/v1/auth/security-events")).json()["items"]
    assert events[0]["name"] == "account.email_categories_chosen"
    assert events[0]["details"] == {"wanted": [], "unwanted": ["job_failed"]}


async def test_notices_about_safety_stay_on(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    answer = await client.patch(HERE, json={"categories": {"security": False, "job_failed": False}})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "EMAIL_CATEGORY_LOCKED"
    assert await _unwanted(client) == UNWANTED, "nothing is changed by half"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"categories": {"news": True}},
        {"categories": {"job_failed": "perhaps"}},
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
    assert await _unwanted(api(as_=account)) == UNWANTED | {"job_failed"}


async def test_looking_at_a_link_ends_nothing(api: Api, world: World) -> None:
    account = await world.account()
    token = unsubscribing.seal(world.platform.settings, account.id, Category.RUN_FAILED)
    answer = await api().get(UNSUBSCRIBE, params={"token": token})
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(
        f"/app/unsubscribe?category=job_failed&token={token}"
    )
    assert await _unwanted(api(as_=account)) == UNWANTED


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
        raw[:32] + b"job_completed",
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
    assert await _unwanted(api(as_=theirs)) == UNWANTED
