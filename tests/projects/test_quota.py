"""A tier's number of projects, which no race exceeds."""

import asyncio
from collections import Counter

import httpx

from tests.conftest import Api
from tests.world import World

HERE = "/api/v1/projects"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_the_fourth_project_of_the_free_tier_is_refused(api: Api, world: World) -> None:
    client = api(as_=await world.account(tier="free"))
    assert (await client.get(HERE)).json()["total"] == 1, "the personal one, which is not counted"
    for number in range(3):
        assert (await client.post(HERE, json={"name": f"P {number}"})).status_code == 201
    answer = await client.post(HERE, json={"name": "One more"})
    assert _code(answer) == (403, "TIER_LIMIT_EXCEEDED")
    details = answer.json()["error"]["details"]
    details.pop("request_id")
    assert details == {
        "limit_type": "projects",
        "limit": 3,
        "used": 3,
        "tier": "free",
        "recommended_tier": "pro",
        "upgrade_url": "/app/settings",
    }


async def test_deleting_one_makes_room(api: Api, world: World) -> None:
    client = api(as_=await world.account(tier="free"))
    made = [await client.post(HERE, json={"name": f"P {number}"}) for number in range(3)]
    await client.delete(made[0].headers["location"])
    assert (await client.post(HERE, json={"name": "Another"})).status_code == 201


async def test_projects_of_others_one_is_in_are_not_counted(api: Api, world: World) -> None:
    account = await world.account(tier="free")
    for _ in range(4):
        project = await world.project(owner=await world.account())
        await world.member(project, role="owner", account=account)
    assert (await api(as_=account).post(HERE, json={"name": "Mine"})).status_code == 201


async def test_of_ten_at_once_three_are_made(api: Api, world: World) -> None:
    client = api(as_=await world.account(tier="free"))
    answers = await asyncio.gather(
        *(client.post(HERE, json={"name": f"P {number}"}) for number in range(10))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 3, 403: 7}
    assert (await client.get(HERE)).json()["total"] == 4


async def test_admins_are_never_limited(api: Api, world: World) -> None:
    client = api(as_=await world.account(tier="free", role="admin"))
    answers = [await client.post(HERE, json={"name": f"P {number}"}) for number in range(5)]
    assert {answer.status_code for answer in answers} == {201}


async def test_the_highest_tier_has_no_limit(api: Api, world: World) -> None:
    client = api(as_=await world.account(tier="premium"))
    answers = [await client.post(HERE, json={"name": f"P {number}"}) for number in range(26)]
    assert {answer.status_code for answer in answers} == {201}
