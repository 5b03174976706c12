"""Slugs and keys are unique among an owner's projects, also when many are made at once."""

import asyncio
from collections import Counter

import httpx

from tests.conftest import Api
from tests.world import World

HERE = "/api/v1/projects"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_names_that_read_the_same_are_one_name(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    assert (await client.post(HERE, json={"name": "Checkout Rewrite"})).status_code == 201
    for same in ("checkout rewrite", "  Checkout -- rewrite! ", "Chéckout/rewrite"):
        answer = await client.post(HERE, json={"name": same})
        assert _code(answer) == (409, "PROJECT_NAME_TAKEN"), same
        assert same.strip() in answer.json()["error"]["message"]


async def test_names_of_any_script_are_told_apart(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    names = ("Проект один", "Проект два", "项目", "हिन्दी", "C", "C#", "C++", "Straße")
    slugs = set()
    for name in names:
        answer = await client.post(HERE, json={"name": name})
        assert answer.status_code == 201, answer.text
        slugs.add(answer.json()["data"]["slug"])
    assert len(slugs) == len(names)
    assert _code(await client.post(HERE, json={"name": "ПРОЕКТ ДВА"})) == (
        409,
        "PROJECT_NAME_TAKEN",
    )


async def test_two_owners_may_use_the_same_name_and_key(api: Api, world: World) -> None:
    for _ in range(2):
        client = api(as_=await world.account())
        answer = await client.post(HERE, json={"name": "Checkout", "key": "CHK"})
        assert answer.status_code == 201


async def test_a_key_that_was_asked_for_and_is_taken_is_refused(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    await client.post(HERE, json={"name": "First", "key": "ABC"})
    answer = await client.post(HERE, json={"name": "Second", "key": "ABC"})
    assert _code(answer) == (409, "PROJECT_KEY_TAKEN")
    assert answer.json()["error"]["details"]["key"] == "ABC"


async def test_a_key_that_is_made_up_is_made_unlike_the_others(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    keys = []
    for name in ("Checkout rewrite", "Cold room", "Crane"):
        answer = await client.post(HERE, json={"name": name})
        keys.append(answer.json()["data"]["key"])
    assert keys == ["CR", "CR2", "CRA"]


async def test_renaming_to_a_taken_name_or_key_says_which(api: Api, world: World) -> None:
    owner = await world.account()
    client = api(as_=owner)
    await client.post(HERE, json={"name": "First", "key": "ONE"})
    path = (await client.post(HERE, json={"name": "Second"})).headers["location"]
    assert _code(await client.patch(path, json={"name": "first"})) == (409, "PROJECT_NAME_TAKEN")
    assert _code(await client.patch(path, json={"key": "ONE"})) == (409, "PROJECT_KEY_TAKEN")
    assert (await client.get(path)).headers["etag"] == '"1"'
    assert (await client.patch(path, json={"name": "SECOND"})).status_code == 200


async def test_of_ten_with_one_name_one_is_made(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    answers = await asyncio.gather(
        *(client.post(HERE, json={"name": "Same name"}) for _ in range(10))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 9}


async def test_ten_at_once_get_ten_keys(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    answers = await asyncio.gather(
        *(client.post(HERE, json={"name": f"Crane {number}"}) for number in range(10))
    )
    keys = {answer.json()["data"]["key"] for answer in answers}
    assert len(keys) == 10


async def test_a_rename_and_a_new_project_do_not_take_the_same_name(api: Api, world: World) -> None:
    owner = await world.account()
    client = api(as_=owner)
    for number in range(8):
        path = (await client.post(HERE, json={"name": f"Old {number}"})).headers["location"]
        answers = await asyncio.gather(
            client.patch(path, json={"name": f"Wanted {number}"}),
            client.post(HERE, json={"name": f"Wanted {number}"}),
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses in ([200, 409], [201, 409]), [answer.text for answer in answers]


async def test_of_eight_renames_to_one_name_one_is_made(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    made = [await client.post(HERE, json={"name": f"Old {number}"}) for number in range(8)]
    answers = await asyncio.gather(
        *(client.patch(one.headers["location"], json={"name": "Wanted"}) for one in made)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
