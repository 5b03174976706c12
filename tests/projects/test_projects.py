"""Making, reading, renaming and deleting a project."""

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


async def test_who_makes_a_project_owns_it(api: Api, world: World) -> None:
    owner = await world.account()
    body = {"name": "Checkout rewrite", "description": "Two\nlines\tand a tab"}
    answer = await api(as_=owner).post(HERE, json=body)
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert answer.headers["location"] == f"{HERE}/{data['id']}"
    assert answer.headers["etag"] == '"1"'
    assert data | body == data
    assert (data["slug"], data["key"], data["role"]) == ("checkout-rewrite", "CR", "owner")
    assert (data["is_personal"], data["version"]) == (False, 1)
    read = await api(as_=owner).get(answer.headers["location"])
    assert read.json() == answer.json()
    assert read.headers["etag"] == '"1"'
    async with world.platform.database.session() as db:
        [event] = await events_of(db, data["id"])
    assert event.name == "project.created.v1"
    assert event.payload == {"title": "Checkout rewrite", "key": "CR"}
    assert (event.actor_id, str(event.project_id)) == (owner.id, data["id"])


async def test_a_project_is_changed_in_part(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client, path = api(as_=owner), f"{HERE}/{project.id}"
    before = (await client.get(path)).json()["data"]
    changed = await client.patch(path, json={"name": "Another name", "key": "AN"})
    after = changed.json()["data"]
    assert changed.headers["etag"] == '"2"'
    assert after["updated_at"] > before["updated_at"]
    assert after == before | {
        "name": "Another name",
        "slug": "another-name",
        "key": "AN",
        "version": 2,
        "updated_at": after["updated_at"],
    }
    assert (await client.get(path)).json() == changed.json()
    async with world.platform.database.session() as db:
        event = (await events_of(db, project.id))[-1]
    assert (event.name, event.payload) == ("project.changed.v1", {"fields": ["key", "name"]})


async def test_nothing_to_change_changes_nothing(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client, path = api(as_=owner), f"{HERE}/{project.id}"
    for body in ({}, {"name": None}, {"name": project.name}, {"description": ""}):
        answer = await client.patch(path, json=body)
        assert (answer.status_code, answer.headers["etag"]) == (200, '"1"'), body
    async with world.platform.database.session() as db:
        assert [event.name for event in await events_of(db, project.id)] == ["project.created.v1"]


@pytest.mark.parametrize("header", ['"2"', 'W/"1"', "1", "garbage", ""])
async def test_an_edit_of_another_version_is_refused(api: Api, world: World, header: str) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client, path = api(as_=owner), f"{HERE}/{project.id}"
    answer = await client.patch(path, json={"name": "New"}, headers={"If-Match": header})
    assert _code(answer) == (412, "PRECONDITION_FAILED")
    assert answer.json()["error"]["details"]["current"] == 1
    assert (await client.get(path)).json()["data"]["name"] == project.name


@pytest.mark.parametrize("header", ['"1"', "*", '"7", "1"'])
async def test_an_edit_of_this_version_is_made(api: Api, world: World, header: str) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    answer = await api(as_=owner).patch(
        f"{HERE}/{project.id}", json={"name": "New"}, headers={"If-Match": header}
    )
    assert answer.headers["etag"] == '"2"'


async def test_a_deleted_project_is_gone_for_everyone(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    member, admin = await world.member(project), await world.account(role="admin")
    answer = await api(as_=owner).delete(f"{HERE}/{project.id}")
    assert (answer.status_code, answer.content) == (204, b"")
    for account in (owner, member, admin):
        client = api(as_=account)
        for method in ("GET", "PATCH", "DELETE"):
            again = await client.request(method, f"{HERE}/{project.id}", json={})
            assert _code(again) == (404, "PROJECT_NOT_FOUND")
        listed = (await client.get(HERE)).json()["items"]
        assert str(project.id) not in {item["id"] for item in listed}
    async with world.platform.database.session() as db:
        assert (await events_of(db, project.id))[-1].name == "project.deleted.v1"


async def test_of_eight_deletions_one_is_made(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client = api(as_=owner)
    answers = await asyncio.gather(*(client.delete(f"{HERE}/{project.id}") for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {204: 1, 404: 7}
    async with world.platform.database.session() as db:
        told = [event.name for event in await events_of(db, project.id)]
    assert told == ["project.created.v1", "project.deleted.v1"]


async def test_a_deleted_projects_name_and_key_are_free_again(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    body = {"name": "Phoenix", "key": "PHX"}
    first = (await client.post(HERE, json=body)).json()["data"]["id"]
    await client.delete(f"{HERE}/{first}")
    assert (await client.post(HERE, json=body)).status_code == 201


BAD: list[dict[str, Any]] = [
    {},
    {"name": ""},
    {"name": "   "},
    {"name": "x" * 121},
    {"name": "a\nb"},
    {"name": "a\x1b[31m"},
    {"name": 7},
    {"name": ["a"]},
    {"name": "a", "description": "x" * 10_001},
    {"name": "a", "description": "bell\x07"},
    {"name": "a", "key": "lower"},
    {"name": "a", "key": "1A"},
    {"name": "a", "key": "A"},
    {"name": "a", "key": "A" * 11},
    {"name": "a", "key": "Ä1"},
    {"name": "a", "key": ""},
    {"name": "a", "id": "019b0000-0000-7000-8000-000000000000"},
    {"name": "a", "owner_id": "019b0000-0000-7000-8000-000000000000"},
    {"name": "a", "is_personal": True},
    {"name": "a", "version": 7},
    {"name": "a", "deleted_at": None},
]


@pytest.mark.parametrize("body", BAD, ids=lambda body: str(body)[:40])
async def test_bad_input_is_named_and_nothing_is_made(
    api: Api, world: World, body: dict[str, Any]
) -> None:
    client = api(as_=await world.account())
    answer = await client.post(HERE, json=body)
    assert _code(answer) == (422, "VALIDATION_ERROR")
    name = list(body)[-1] if body else "name"
    fields = answer.json()["error"]["details"]["fields"]
    assert [field["field"].split(".")[:2] for field in fields] == [["body", name]]
    assert (await client.get(HERE)).json()["total"] == 1


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "{{7*7}}", "\u202ereversed", "日本語", "' OR 1=1 --", "%_"],
)
async def test_any_other_name_is_kept_literally(api: Api, world: World, name: str) -> None:
    answer = await api(as_=await world.account()).post(HERE, json={"name": name})
    assert answer.json()["data"]["name"] == name


NO_IDS = ["x", "1", "019b0000", "null", "019b0000-0000-7000-8000-00000000000"]


@pytest.mark.parametrize("wrong", NO_IDS)
async def test_what_is_no_id_is_refused(api: Api, world: World, wrong: str) -> None:
    client = api(as_=await world.account())
    for method in ("GET", "PATCH", "DELETE"):
        answer = await client.request(method, f"{HERE}/{wrong}", json={})
        assert _code(answer) == (422, "VALIDATION_ERROR")
