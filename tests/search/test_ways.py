"""Whichever way the search goes, the same is found: by project, backwards or from the index."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from taskyard.core.uow import unit_of_work
from taskyard.search.candidates import ENOUGH, MOST
from tests.conftest import Api
from tests.world import World

_TASKS = """
INSERT INTO tasks (id, project_id, number, title, position, status, created_by)
    SELECT ('0f' || lpad(to_hex(:first + n), 6, '0') || substr(gen_random_uuid()::text, 9))::uuid,
        :project, :numbered + n, :title || n, 'a' || n,
        CASE WHEN n % 2 = 0 THEN 'todo' ELSE 'backlog' END, :owner
    FROM generate_series(1, :many) n"""


async def _fill(
    world: World,
    project: UUID,
    owner: UUID,
    title: str,
    many: int,
    first: int = 0,
    numbered: int = 0,
) -> None:
    async with unit_of_work(world.platform.database) as uow:
        given = {"project": project, "owner": owner, "title": title, "many": many, "first": first}
        given["numbered"] = numbered
        await uow.db.execute(text("SET LOCAL statement_timeout = 0"))
        await uow.db.execute(text(_TASKS), given)


async def _find(client: httpx.AsyncClient, q: str, **query: Any) -> tuple[list[str], int]:
    answer = await client.get("/api/v1/search/tasks", params={"q": q, "page_size": 200, **query})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    return [item["title"] for item in page["items"]], page["total"]


@pytest.mark.parametrize("frequent", [False, True], ids=["rare", "frequent"])
async def test_who_sees_much_and_who_sees_little_find_the_same(
    api: Api, world: World, frequent: bool
) -> None:
    one, other = await world.account(), await world.account()
    small, large = await world.project(owner=one), await world.project(owner=other)
    await world.member(small, account=other)
    # What is filled last is newest: then the word stands in every row of a sample.
    places = (0, 9_000) if frequent else (9_000, 0)
    await _fill(world, large.id, other.id, "Ballast quartz ", 2_600, places[0])
    await _fill(world, small.id, one.id, "Zebrano veneer ", 320, places[1])
    for q in ("zebrano", "zebr", "zebrano is:open", "zebrnao", "zebrano 17", "nothing", "17"):
        near, far = await _find(api(as_=one), q), await _find(api(as_=other), q)
        mine = [title for title in far[0] if title.startswith("Zebrano")]
        if q == "17":  # the other project has a task of that number, too
            assert set(near[0]) == set(mine), q
            continue
        assert near == far, q
        assert (near[1] > 0) == (q != "nothing"), q


async def test_of_very_many_the_newest_are_ranked(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    await _fill(world, project.id, owner.id, "Plentiful thing ", MOST + 40)
    for _ in range(2):
        titles, total = await _find(api(as_=owner), "plentiful", project_id=str(project.id))
        assert total == MOST
        found, _ = await _find(api(as_=owner), "plentiful thing", page=3, page_size=200)
        numbers = {int(title.rpartition(" ")[2]) for title in (*titles, *found)}
        assert min(numbers) > 40, "the oldest are not among them"
        await _fill(world, (await world.project(owner=owner)).id, owner.id, "Ballast ", 2_600)


async def test_typos_are_forgiven_where_little_is_found(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    await _fill(world, project.id, owner.id, "Platypus ", ENOUGH - 1, numbered=1_000)
    client = api(as_=owner)
    path = f"/api/v1/projects/{project.id}/tasks"
    await client.post(path, json={"title": "Platipus"})
    assert (await _find(client, "platypus"))[1] == ENOUGH
    await client.post(path, json={"title": "One platypus more"})
    assert (await _find(client, "platypus"))[1] == ENOUGH
    assert (await _find(client, "platipus"))[0][0] == "Platipus"


async def test_a_key_finds_the_task_of_that_project_alone(api: Api, world: World) -> None:
    owner = await world.account()
    client, keys = api(as_=owner), []
    for _ in range(2):
        project = await world.project(owner=owner)
        answer = await client.post(f"/api/v1/projects/{project.id}/tasks", json={"title": "First"})
        keys.append(answer.json()["data"]["key"])
    for key in (keys[0], keys[0].lower()):
        answer = await client.get("/api/v1/search/tasks", params={"q": key})
        assert [item["key"] for item in answer.json()["items"]] == keys[:1]
    answer = await client.get("/api/v1/search/tasks", params={"q": "#1"})
    assert {item["key"] for item in answer.json()["items"]} == set(keys)
