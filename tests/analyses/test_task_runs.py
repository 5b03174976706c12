"""Runs that are asked for a task: which tasks may be named, and where the run is seen."""

from typing import Any

import pytest

from taskyard.core.platform import Platform
from taskyard.kit.ids import uuid7
from tests.analyses.ledger import Ledger
from tests.conftest import Api, CountStatements
from tests.world import World

JOBS = "/api/v1/jobs"


@pytest.fixture
async def ledger(api: Api, world: World, platform: Platform) -> Ledger:
    """A project with source, whose runs wait: nobody works here."""
    owner = await world.account()
    project = await world.project(owner=owner)
    made = Ledger(platform, api(as_=owner), owner, project)
    await made.upload()
    return made


async def _task(ledger: Ledger) -> dict[str, Any]:
    answer = await ledger.client.post(f"{ledger.url}/tasks", json={"title": "Look at it"})
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_a_run_is_asked_for_a_task_and_seen_from_both(
    ledger: Ledger, statements: CountStatements
) -> None:
    task, other = await _task(ledger), await _task(ledger)
    wanted = {"kind": "analysis", "task_id": task["id"]}
    ways = [
        (JOBS, wanted | {"project_id": str(ledger.project.id)}),
        (JOBS, wanted),
        (f"{ledger.url}/jobs", wanted),
        (f"{ledger.url}/analyses", {"task_id": task["id"]}),
    ]
    made = []
    for path, body in ways:
        answer = await ledger.client.post(path, json=body)
        assert answer.status_code == 202, answer.text
        made.append(answer.json()["data"]["id"])
        job = (await ledger.client.get(f"{JOBS}/{made[-1]}")).json()["data"]
        assert (job["task_id"], job["project_id"]) == (task["id"], str(ledger.project.id))
    await ledger.client.post(f"{ledger.url}/jobs", json={"kind": "analysis"})
    with statements() as asked:
        found = await ledger.client.get(f"{ledger.url}/jobs", params={"task_id": task["id"]})
    assert len(asked) == 1
    assert [one["id"] for one in found.json()["items"]] == made[::-1]
    assert {one["task_id"] for one in found.json()["items"]} == {task["id"]}
    mine = await ledger.client.get(JOBS, params={"task_id": task["id"], "page_size": 2})
    assert (mine.json()["total"], len(mine.json()["items"])) == (4, 2)
    more = {"task_id": task["id"], "page_size": 2, "cursor": mine.json()["next_cursor"]}
    mine = await ledger.client.get(JOBS, params=more)
    assert [one["id"] for one in mine.json()["items"]] == made[1::-1]
    none = await ledger.client.get(f"{ledger.url}/jobs", params={"task_id": other["id"]})
    assert none.json()["items"] == []


async def test_only_a_task_that_is_there_and_the_callers_is_taken(
    ledger: Ledger, api: Api, world: World
) -> None:
    task, deleted = await _task(ledger), await _task(ledger)
    await ledger.client.delete(f"{ledger.url}/tasks/{deleted['id']}")
    elsewhere = await world.project(owner=ledger.owner)
    stranger = await world.account()
    theirs = await world.project(owner=stranger)
    for client, path, task_id, project_id in (
        (ledger.client, JOBS, str(uuid7()), ledger.project.id),
        (ledger.client, JOBS, deleted["id"], ledger.project.id),
        (ledger.client, JOBS, task["id"], elsewhere.id),
        (ledger.client, f"/api/v1/projects/{elsewhere.id}/jobs", task["id"], None),
        (api(as_=stranger), JOBS, task["id"], None),
        (api(as_=stranger), JOBS, task["id"], theirs.id),
        (api(as_=stranger), f"/api/v1/projects/{theirs.id}/jobs", task["id"], None),
    ):
        body = {"kind": "analysis", "task_id": task_id}
        body |= {"project_id": str(project_id)} if project_id else {}
        answer = await client.post(path, json=body)
        assert answer.status_code == 404, answer.text
        assert answer.json()["error"]["code"] == "TASK_NOT_FOUND"
    viewer = await world.member(ledger.project, role="viewer")
    answer = await api(as_=viewer).post(JOBS, json={"kind": "analysis", "task_id": task["id"]})
    assert answer.status_code == 403
    await ledger.client.post(f"{ledger.url}/archive")
    answer = await ledger.client.post(JOBS, json={"kind": "analysis", "task_id": task["id"]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "PROJECT_ARCHIVED")
