"""What is found, in which order, marked how; and what is not found."""

import time
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from taskyard.core.uow import unit_of_work
from tests.conftest import Api, CountStatements
from tests.world import Account, World

HERE = "/api/v1/search"


async def _find(client: httpx.AsyncClient, kind: str, q: str, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"{HERE}/{kind}", params={"q": q, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def _task(
    client: httpx.AsyncClient, project: UUID, title: str, **more: Any
) -> dict[str, Any]:
    path = f"/api/v1/projects/{project}/tasks"
    answer = await client.post(path, json={"title": title, **more})
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def _hits(pieces: list[dict[str, Any]]) -> list[str]:
    return [piece["text"] for piece in pieces if piece["hit"]]


async def test_projects_are_found_by_words_beginnings_keys_and_with_typos(
    api: Api, world: World
) -> None:
    owner = await world.account()
    for name in ("Checkout rewrite", "Billing", "Old checkout"):
        await world.project(owner=owner, name=name)
    client = api(as_=owner)
    for q in ("checkout", "CHECK", "chekout", "checkuot"):
        names = {item["name"] for item in await _find(client, "projects", q)}
        assert names == {"Checkout rewrite", "Old checkout"}, q
    found = await _find(client, "projects", "check")
    assert found[0]["name"] == "Checkout rewrite", "what begins so comes first"
    assert _hits(found[0]["marked"]) == ["Checkout"]
    assert "".join(piece["text"] for piece in found[0]["marked"]) == "Checkout rewrite"
    assert [item["name"] for item in await _find(client, "projects", "cr")] == ["Checkout rewrite"]
    assert await _find(client, "projects", "nothing like it") == []


async def test_tasks_are_found_in_titles_and_descriptions(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner, name="Till")
    client = api(as_=owner)
    title = await _task(client, project.id, "Rounding of the basket")
    words = await _task(
        client, project.id, "Cents", description="We lose one cent by **rounding** <b>twice</b>."
    )
    await _task(client, project.id, "Something else")
    found = await _find(client, "tasks", "rounding")
    assert [item["id"] for item in found] == [title["id"], words["id"]], "titles weigh more"
    assert _hits(found[0]["marked"]) == ["Rounding"]
    assert found[0]["excerpt"] == []
    assert _hits(found[1]["excerpt"]) == ["rounding"]
    assert "<b>" not in "".join(piece["text"] for piece in found[1]["excerpt"])
    assert (await _find(client, "tasks", "roundnig"))[0]["id"] == title["id"]
    for q in (title["key"], f"#{title['number']}", str(title["number"])):
        assert (await _find(client, "tasks", q))[0]["id"] == title["id"], q


async def test_what_is_too_short_is_found_as_it_is_written_alone(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner, name="Readings")
    client = api(as_=owner)
    push = await _task(client, project.id, "Push when the order is ready")
    recipe = await _task(client, project.id, "A recipe for the basket")
    comments = f"/api/v1/projects/{project.id}/comments"
    for text_ in ("It is ready to be read", "Where is the receipt?"):
        body = {"entity_type": "task", "entity_id": push["id"], "body": text_}
        assert (await client.post(comments, json=body)).status_code == 201
    for q in ("rec", "REC", "re c"):
        found = [item["title"] for item in await _find(client, "tasks", q)]
        assert found == ([recipe["title"]] if q != "re c" else []), q
    assert [item["excerpt"][-1]["text"] for item in await _find(client, "comments", "rec")] == ["?"]
    assert await _find(client, "projects", "rec") == []
    # Of longer words typos are forgiven: letters that changed places, are missing, or wrong.
    for q, task in (
        ("ordre", push),
        ("readx", push),
        ("recipie", recipe),
        ("baskte", recipe),
        ("bskt", None),
    ):
        found = [item["id"] for item in await _find(client, "tasks", q)]
        assert found == ([task["id"]] if task else []), q


async def test_filters_narrow_what_is_found(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client = api(as_=owner)
    labels = f"/api/v1/projects/{project.id}/labels"
    answer = await client.post(labels, json={"name": "Bug", "color": "#ff0000"})
    bug = answer.json()["data"]["id"]
    mine = await _task(client, project.id, "till mine", assignee_id=str(owner.id), label_ids=[bug])
    done = await _task(client, project.id, "till done", status="done")
    waits = await _task(client, project.id, "till waits")
    path = f"/api/v1/projects/{project.id}/tasks/{waits['id']}/depends-on/{mine['id']}"
    assert (await client.post(path)).status_code < 300
    for q, ids in (
        ("till is:open", {mine["id"], waits["id"]}),
        ("is:closed till", {done["id"]}),
        ("till is:blocked", {waits["id"]}),
        ("till assignee:me", {mine["id"]}),
        (f"assignee:{owner.username}", {mine["id"]}),
        ("till assignee:none is:open", {waits["id"]}),
        ("label:bug", {mine["id"]}),
        ("label:bug assignee:nobody", set()),
    ):
        assert {item["id"] for item in await _find(client, "tasks", q)} == ids, q
    answer = await client.get(f"{HERE}/tasks", params={"q": "is:purple"})
    assert answer.status_code == 422
    assert "blocked, closed, open" in answer.text


async def test_comments_are_found_until_they_are_deleted(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client = api(as_=owner)
    path = f"/api/v1/projects/{project.id}/comments"
    about = {"entity_type": "project", "entity_id": str(project.id)}
    said = (await client.post(path, json=about | {"body": "The **kangaroo** left"})).json()["data"]
    (found,) = await _find(client, "comments", "kangar")
    assert (found["id"], found["author_name"] != "") == (said["id"], True)
    assert _hits(found["excerpt"]) == ["kangaroo"]
    assert len(await _find(client, "comments", "kangeroo")) == 1
    await client.delete(f"{path}/{said['id']}")
    assert await _find(client, "comments", "kangaroo") == []


@pytest.mark.parametrize("q", ["'", "\\", "a & | ! :*", "%", "_", "((", "🚂", "is:", "x" * 200])
async def test_nothing_typed_breaks_it(api: Api, world: World, q: str) -> None:
    client = api(as_=await world.account())
    for kind in ("projects", "tasks", "comments"):
        await _find(client, kind, q)


async def _secret(client: httpx.AsyncClient, world: World, owner: Account) -> UUID:
    project = await world.project(owner=owner, name="Zeppelin secret")
    task = await _task(client, project.id, "Zeppelin secret")
    about = {"entity_type": "task", "entity_id": task["id"], "body": "Zeppelin secret"}
    path = f"/api/v1/projects/{project.id}/comments"
    assert (await client.post(path, json=about)).status_code == 201
    return project.id


async def test_only_what_one_may_see_is_found(api: Api, world: World) -> None:
    owner, other = await world.account(), await world.account()
    admin = await world.account(role="admin")
    project_id = await _secret(api(as_=owner), world, owner)
    for kind in ("projects", "tasks", "comments"):
        assert len(await _find(api(as_=owner), kind, "zeppelin")) == 1, kind
        for who in (other, admin):
            assert await _find(api(as_=who), kind, "zeppelin") == [], kind
            narrowed = await _find(api(as_=who), kind, "zeppelin", project_id=str(project_id))
            assert narrowed == [], kind
    await api(as_=owner).delete(f"/api/v1/projects/{project_id}")
    for kind in ("projects", "tasks", "comments"):
        assert await _find(api(as_=owner), kind, "zeppelin") == [], kind


async def test_each_search_is_one_statement_and_pages(
    api: Api, world: World, statements: CountStatements
) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client = api(as_=owner)
    for n in range(5):
        await _task(client, project.id, f"paged thing {n}")
    for kind in ("projects", "tasks", "comments"):
        with statements() as sent:
            await _find(client, kind, "paged")
        assert len(sent) == 1, sent
    pages = [
        [item["id"] for item in await _find(client, "tasks", "paged", page=page, page_size=2)]
        for page in (1, 2, 3)
    ]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({one for page in pages for one in page}) == 5


async def test_it_is_quick_among_many(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(text("SET LOCAL statement_timeout = 0"))
        await uow.db.execute(
            text(
                "INSERT INTO tasks (id, project_id, number, title, position, created_by)"
                " SELECT gen_random_uuid(), :project, n, 'Filler ' || md5(n::text), n::text, :owner"
                " FROM generate_series(1, 20000) n"
            ),
            {"project": project.id, "owner": owner.id},
        )
        await uow.db.execute(text("ANALYZE tasks"))
    client = api(as_=owner)
    for q in ("filler", "zzzz", "filelr", "17"):
        took = []
        for _ in range(3):
            began = time.perf_counter()
            await _find(client, "tasks", q)
            took.append(time.perf_counter() - began)
        assert min(took) < 2, (q, took)
