"""Templates: the built-in ones, making one from a project, and a project from one."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from taskyard.kit.ids import uuid7
from taskyard.tasks.types import MOST_LABELS_OF_PROJECT
from taskyard.templates.builtin import BUILT_IN
from tests.conftest import Api, CountStatements
from tests.world import World

HERE = "/api/v1/projects"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _tasks(client: httpx.AsyncClient, project_id: str) -> list[dict[str, Any]]:
    query = {"page_size": 100}
    items = (await client.get(f"{HERE}/{project_id}/tasks", params=query)).json()["items"]
    return sorted(items, key=lambda item: item["number"])


async def _from(client: httpx.AsyncClient, template_id: str, **more: Any) -> dict[str, Any]:
    body = {"template_id": template_id, "name": f"Made {uuid7().hex[-8:]}", **more}
    answer = await client.post(f"{HERE}/from-template", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{HERE}/{answer.json()['data']['id']}"
    data: dict[str, Any] = answer.json()["data"]
    return data


def test_built_in_templates_hold_together() -> None:
    for template in BUILT_IN:
        names = {label.name for label in template.content.labels}
        for place, task in enumerate(template.content.tasks):
            assert set(task.labels) <= names, (template.id, task.title)
            assert all(other < place for other in task.depends_on), "none waits for a later one"
            assert task.parent is None or task.parent < place


@pytest.mark.parametrize("template", BUILT_IN, ids=lambda template: template.id)
async def test_each_built_in_template_makes_a_project(
    api: Api, world: World, template: Any
) -> None:
    client = api(as_=await world.account())
    project = await _from(client, template.id)
    assert {tag["name"] for tag in project["tags"]} == {t.name for t in template.content.tags}
    tasks = await _tasks(client, project["id"])
    assert Counter(t["title"] for t in tasks) == Counter(
        task.title for task in template.content.tasks
    )
    waiting = {task["title"] for task in tasks if task["blocked"]}
    assert waiting == {task.title for task in template.content.tasks if task.depends_on}
    labels = (await client.get(f"{HERE}/{project['id']}/labels")).json()["items"]
    assert {label["name"] for label in labels} == {word.name for word in template.content.labels}


async def test_a_project_becomes_a_template_and_that_a_project(api: Api, world: World) -> None:
    owner = await world.account()
    client = api(as_=owner)
    made = await client.post(
        HERE, json={"name": "Ours", "tags": [{"name": "mine", "color": "#112233"}]}
    )
    source = made.json()["data"]["id"]
    label = (
        await client.post(f"{HERE}/{source}/labels", json={"name": "bug", "color": "#445566"})
    ).json()["data"]
    ids: list[str] = []
    for title, more in (
        ("Whole", {"description": "**Why**", "priority": "high", "label_ids": [label["id"]]}),
        ("Called off", {"status": "cancelled"}),
        ("Part", {"status": "done", "assignee_id": str(owner.id), "estimate": 2}),
    ):
        body = {"title": title, **more} | ({"parent_id": ids[0]} if title == "Part" else {})
        task = await client.post(f"{HERE}/{source}/tasks", json=body)
        ids.append(task.json()["data"]["id"])
    await client.post(f"{HERE}/{source}/tasks/{ids[0]}/depends-on/{ids[2]}")
    answer = await client.post(
        f"{HERE}/templates", json={"project_id": source, "name": "Our way", "description": "x"}
    )
    template = answer.json()["data"]
    assert (template["built_in"], len(template["tasks"])) == (False, 2)
    whole, part = template["tasks"]
    assert (whole["title"], whole["labels"], whole["depends_on"]) == ("Whole", ["bug"], [1])
    assert (part["parent"], part["status"]) == (0, "todo"), "a new project begins anew"
    project = await _from(client, template["id"])
    assert [tag["name"] for tag in project["tags"]] == ["mine"]
    first, second = await _tasks(client, project["id"])
    assert (first["title"], first["priority"], first["blocked"]) == ("Whole", "high", True)
    assert (second["title"], second["status"]) == ("Part", "todo")
    one = (await client.get(f"{HERE}/{project['id']}/tasks/{second['id']}")).json()["data"]
    assert one["assignee"] is None if "assignee" in one else one["assignee_id"] is None
    whole_now = (await client.get(f"{HERE}/{project['id']}/tasks/{first['id']}")).json()["data"]
    assert "<strong>Why</strong>" in whole_now["description_html"]


async def test_all_labels_of_a_project_and_what_its_tasks_require_are_kept(
    api: Api, world: World
) -> None:
    client = api(as_=await world.account())
    source = (await client.post(HERE, json={"name": "Ours"})).json()["data"]["id"]
    table = "title,labels,requires\n" + "".join(
        f'Task {row},"{",".join(f"label {row * 25 + n}" for n in range(25))}",\n'
        for row in range(MOST_LABELS_OF_PROJECT // 25)
    )
    table += 'Proof,,"analysis_score 8.5, tests_green"\n'
    files = {"file": ("tasks.csv", table.encode(), "text/csv")}
    made = await client.post(f"{HERE}/{source}/tasks/import", files=files)
    assert made.status_code == 201, made.text
    answer = await client.post(
        f"{HERE}/templates", json={"project_id": source, "name": "All of it"}
    )
    assert answer.status_code == 201, answer.text
    template = answer.json()["data"]
    assert len(template["labels"]) == MOST_LABELS_OF_PROJECT
    wanted = [
        {"kind": "analysis_score", "at_least": 8.5},
        {"kind": "tests_green", "at_least": None},
    ]
    assert [task["requires"] for task in template["tasks"]][-2:] == [[], wanted]
    project = await _from(client, template["id"])
    labels = (await client.get(f"{HERE}/{project['id']}/labels")).json()
    assert labels["total"] == MOST_LABELS_OF_PROJECT
    proof = (await _tasks(client, project["id"]))[-1]
    one = (await client.get(f"{HERE}/{project['id']}/tasks/{proof['id']}")).json()["data"]
    assert (one["title"], one["requires"]) == ("Proof", wanted)


async def test_templates_are_listed_built_in_first_and_ones_own(api: Api, world: World) -> None:
    owner, other = await world.account(), await world.account()
    project = await world.project(owner=owner)
    client = api(as_=owner)
    body = {"project_id": str(project.id), "name": "Ours"}
    mine = (await client.post(f"{HERE}/templates", json=body)).json()["data"]
    page = (await client.get(f"{HERE}/templates")).json()
    assert [item["id"] for item in page["items"]] == [*(t.id for t in BUILT_IN), mine["id"]]
    assert page["total"] == len(BUILT_IN) + 1
    theirs = api(as_=other)
    assert (await theirs.get(f"{HERE}/templates")).json()["total"] == len(BUILT_IN)
    body = {"template_id": mine["id"], "name": "Theirs"}
    assert _code(await theirs.post(f"{HERE}/from-template", json=body)) == (
        404,
        "TEMPLATE_NOT_FOUND",
    )
    path = f"{HERE}/templates/{mine['id']}"
    assert _code(await theirs.delete(path)) == (404, "TEMPLATE_NOT_FOUND")
    assert (await client.delete(path)).status_code == 204
    assert _code(await client.delete(path)) == (404, "TEMPLATE_NOT_FOUND")


async def test_a_template_is_made_of_what_one_sees(api: Api, world: World) -> None:
    project = await world.project(owner=await world.account())
    body = {"project_id": str(project.id), "name": "Theirs"}
    stranger = api(as_=await world.account())
    assert _code(await stranger.post(f"{HERE}/templates", json=body)) == (
        404,
        "PROJECT_NOT_FOUND",
    )
    viewer = api(as_=await world.member(project, role="viewer"))
    assert (await viewer.post(f"{HERE}/templates", json=body)).status_code == 201
    assert _code(await viewer.post(f"{HERE}/templates", json=body | {"name": "THEIRS"})) == (
        409,
        "TEMPLATE_NAME_TAKEN",
    )


async def test_a_refused_project_leaves_nothing_behind(api: Api, world: World) -> None:
    client = api(as_=await world.account(tier="free"))
    for _ in range(3):
        await _from(client, "week")
    body = {"template_id": "week", "name": "One more"}
    answer = await client.post(f"{HERE}/from-template", json=body)
    assert _code(answer) == (403, "TIER_LIMIT_EXCEEDED")
    assert (await client.get(HERE)).json()["total"] == 4


async def test_ones_own_tags_go_before_the_templates(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    project = await _from(client, "software", tags=[{"name": "Software", "color": "#000000"}])
    assert [(tag["name"], tag["color"]) for tag in project["tags"]] == [("Software", "#000000")]


async def test_of_eight_templates_of_one_name_at_once_one_is_made(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    body = {"project_id": str(project.id), "name": "Ours"}
    client = api(as_=owner)
    answers = await asyncio.gather(*(client.post(f"{HERE}/templates", json=body) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}


async def test_a_template_of_many_costs_no_more_than_one_of_few(
    api: Api, world: World, statements: CountStatements
) -> None:
    client = api(as_=await world.account(tier="premium"))
    costs = {}
    for template in ("week", "software"):
        with statements() as sent:
            await _from(client, template)
        costs[template] = len(sent)
    assert costs["software"] == costs["week"] <= 30, costs
    with statements() as sent:
        await client.get(f"{HERE}/templates")
    assert len(sent) <= 4


BAD: list[dict[str, Any]] = [
    {"name": "x"},
    {"template_id": "software"},
    {"template_id": "", "name": "x"},
    {"template_id": "../x", "name": "x"},
    {"template_id": "software", "name": ""},
    {"template_id": "software", "name": "x", "owner_id": "y"},
]


@pytest.mark.parametrize("body", BAD, ids=str)
async def test_bad_input_makes_nothing(api: Api, world: World, body: dict[str, Any]) -> None:
    client = api(as_=await world.account())
    assert (await client.post(f"{HERE}/from-template", json=body)).status_code == 422
    assert (await client.get(HERE)).json()["total"] == 1
