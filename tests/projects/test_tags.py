"""Tags and favorites: whose they are, and what lists make of them."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from taskyard.core.spine import events_of
from tests.conftest import Api
from tests.world import World

HERE = "/api/v1/projects"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _names(client: httpx.AsyncClient, **query: Any) -> list[str]:
    body = (await client.get(HERE, params=query)).json()
    assert body["total"] == len(body["items"])
    return [item["name"] for item in body["items"]]


async def test_favorites_come_first_for_whoever_chose_them(api: Api, world: World) -> None:
    owner = await world.account()
    made = [await world.project(owner=owner, name=name) for name in ("A", "B", "C")]
    other = await world.member(made[2])
    client, path = api(as_=owner), f"{HERE}/{made[2].id}/favorite"
    for _ in range(2):
        answer = await client.post(path)
        assert (answer.status_code, answer.json()["data"]["is_favorite"]) == (200, True)
    assert await _names(client, sort="name") == ["C", "A", "B", "Personal"]
    assert await _names(client, favorite=True) == ["C"]
    assert await _names(client, favorite=False, sort="name") == ["A", "B", "Personal"]
    theirs = (await api(as_=other).get(f"{HERE}/{made[2].id}")).json()["data"]
    assert theirs["is_favorite"] is False, "it is one's own"
    for _ in range(2):
        assert (await client.delete(path)).status_code == 204
    assert await _names(client, sort="name") == ["A", "B", "C", "Personal"]


async def test_a_favorite_tells_nobody_and_changes_nothing(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    viewer = await world.member(project, role="viewer")
    answer = await api(as_=viewer).post(f"{HERE}/{project.id}/favorite")
    assert answer.json()["data"]["version"] == 1
    async with world.platform.database.session() as db:
        assert len(await events_of(db, project.id)) == 1


async def test_a_project_is_made_with_tags(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    tags = [{"name": "backend", "color": "#2456A6"}, {"name": "Alpha"}]
    answer = await client.post(HERE, json={"name": "Tagged", "tags": tags})
    got = [(tag["name"], tag["color"]) for tag in answer.json()["data"]["tags"]]
    assert got == [("Alpha", "#8a8f98"), ("backend", "#2456a6")]


async def test_a_change_sets_all_tags_at_once(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    body = {"name": "Tagged", "tags": ["stays", {"name": "goes", "color": "#123456"}, "Case"]}
    made = (await client.post(HERE, json=body)).json()["data"]
    path, kept = f"{HERE}/{made['id']}", {tag["name"]: tag["id"] for tag in made["tags"]}
    painted = await client.patch(path, json={"tags": [{"name": "stays", "color": "#abcdef"}]})
    assert [tag["color"] for tag in painted.json()["data"]["tags"]] == ["#abcdef"]
    answer = await client.patch(path, json={"tags": ["new", "STAYS"], "description": "x"})
    got = answer.json()["data"]
    assert [(tag["name"], tag["color"]) for tag in got["tags"]] == [
        ("new", "#8a8f98"),
        ("STAYS", "#abcdef"),
    ]
    assert got["tags"][1]["id"] == kept["stays"], "it is the same tag, written otherwise"
    assert got["version"] == 3
    for same in ({"tags": ["new", "STAYS"]}, {"tags": None}, {}):
        unchanged = (await client.patch(path, json=same)).json()["data"]
        assert (unchanged["version"], len(unchanged["tags"])) == (3, 2), same
    assert (await client.patch(path, json={"tags": []})).json()["data"]["tags"] == []
    async with world.platform.database.session() as db:
        told = [event.payload["fields"] for event in (await events_of(db, made["id"]))[1:]]
    assert told == [["tags"], ["description", "tags"], ["tags"]]


async def test_a_refused_change_leaves_the_tags_alone(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    await client.post(HERE, json={"name": "Taken"})
    made = (await client.post(HERE, json={"name": "Mine", "tags": ["old"]})).json()["data"]
    path = f"{HERE}/{made['id']}"
    taken = await client.patch(path, json={"name": "Taken", "tags": ["new"]})
    assert _code(taken) == (409, "PROJECT_NAME_TAKEN")
    for tags in (["a", "A"], [f"t{n}" for n in range(21)], [""], [1], "a", [{"color": "#123456"}]):
        answer = await client.patch(path, json={"tags": tags})
        assert _code(answer) == (422, "VALIDATION_ERROR"), tags
    assert [tag["name"] for tag in (await client.get(path)).json()["data"]["tags"]] == ["old"]


async def test_tags_are_added_listed_filtered_and_removed(api: Api, world: World) -> None:
    owner = await world.account()
    mine, other = [await world.project(owner=owner, name=name) for name in ("Mine", "Other")]
    client, path = api(as_=owner), f"{HERE}/{mine.id}/tags"
    made = await client.post(path, json={"name": "Backend", "color": "#2456a6"})
    assert made.status_code == 201
    await client.post(f"{HERE}/{other.id}/tags", json={"name": "docs"})
    listed = (await client.get(path)).json()
    assert (listed["items"], listed["total"]) == ([made.json()["data"]], 1)
    assert await _names(client, tag="BACKEND") == ["Mine"]
    assert await _names(client, tag="nobody's") == []
    uses = (await client.get(f"{HERE}/tags")).json()["data"]
    assert {(use["name"], use["projects"]) for use in uses} == {("Backend", 1), ("docs", 1)}
    assert _code(await client.post(path, json={"name": "backend"})) == (409, "TAG_TAKEN")
    tag = f"{path}/{made.json()['data']['id']}"
    wrong = f"{HERE}/{other.id}/tags/{made.json()['data']['id']}"
    assert _code(await client.delete(wrong)) == (404, "TAG_NOT_FOUND"), "another project's"
    assert (await client.delete(tag)).status_code == 204
    assert _code(await client.delete(tag)) == (404, "TAG_NOT_FOUND")
    read = await client.get(f"{HERE}/{mine.id}")
    assert (read.json()["data"]["tags"], read.headers["etag"]) == ([], '"3"')


async def test_others_tags_are_none_of_mine(api: Api, world: World) -> None:
    project = await world.project(owner=(owner := await world.account()))
    await api(as_=owner).post(f"{HERE}/{project.id}/tags", json={"name": "secret"})
    client = api(as_=await world.account())
    assert (await client.get(f"{HERE}/tags")).json()["data"] == []
    assert await _names(client, tag="secret") == []


async def test_members_read_tags_and_owners_set_them(api: Api, world: World) -> None:
    project = await world.project(owner=await world.account())
    client, path = api(as_=await world.member(project)), f"{HERE}/{project.id}/tags"
    assert (await client.get(path)).status_code == 200
    assert _code(await client.post(path, json={"name": "x"})) == (403, "AUTH_FORBIDDEN")


async def test_of_many_tags_at_once_twenty_are_kept(api: Api, world: World) -> None:
    owner = await world.account()
    path = f"{HERE}/{(await world.project(owner=owner)).id}/tags"
    client = api(as_=owner)
    answers = await asyncio.gather(
        *(client.post(path, json={"name": f"t{number}"}) for number in range(24))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 20, 409: 4}
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert _code(refused) == (409, "TOO_MANY_TAGS")


BAD: list[Any] = [
    {},
    {"name": ""},
    {"name": "  "},
    {"name": "x" * 41},
    {"name": "a\nb"},
    {"name": "a", "color": "red"},
    {"name": "a", "color": "#12345"},
    {"name": "a", "color": "#12345g"},
    {"name": "a", "color": "url(x)"},
    {"name": "a", "id": "x"},
]


@pytest.mark.parametrize("body", BAD, ids=str)
async def test_bad_tags_are_refused(api: Api, world: World, body: Any) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client = api(as_=owner)
    assert (await client.post(f"{HERE}/{project.id}/tags", json=body)).status_code == 422
    assert (await client.post(HERE, json={"name": "New", "tags": [body]})).status_code == 422
    twice = {"name": "New", "tags": [{"name": "a"}, {"name": "A"}]}
    assert (await client.post(HERE, json=twice)).status_code == 422


@pytest.mark.parametrize(
    "query", [{"status": "gone"}, {"favorite": "perhaps"}, {"tag": ""}, {"sort": "id"}]
)
async def test_filters_nobody_knows_are_refused(api: Api, world: World, query: Any) -> None:
    answer = await api(as_=await world.account()).get(HERE, params=query)
    assert _code(answer) == (422, "VALIDATION_ERROR")


async def test_search_finds_key_and_description_too(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    await client.post(HERE, json={"name": "One", "key": "QX9", "description": "about 100% lions"})
    await client.post(HERE, json={"name": "Two"})
    for q in ("qx9", "LION", "100%"):
        assert await _names(client, q=q) == ["One"], q
