"""Findings as tasks: made once, done when the finding is gone, by hand and by rule."""

import asyncio
from uuid import UUID

import pytest

from taskyard.core.platform import Platform
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from taskyard.projects.models import Project
from taskyard.runners.analysis.tracking.following import MOST_OF_A_RULE, follow
from tests.analyses.conftest import BAD, GOOD, Yard
from tests.analyses.ledger import Ledger, fingerprint
from tests.conftest import Api, CountStatements
from tests.world import World


@pytest.fixture
async def ledger(api: Api, world: World, platform: Platform) -> Ledger:
    """A project without analyses."""
    owner = await world.account()
    project = await world.project(owner=owner)
    return Ledger(platform, api(as_=owner), owner, project)


async def test_a_task_of_a_finding_is_done_by_the_analysis_that_lacks_it(
    yard: Yard, world: World
) -> None:
    project_id = UUID(yard.url.rpartition("/")[2])
    async with world.platform.database.session() as db:
        project = await db.get_one(Project, project_id)
    ledger = Ledger(world.platform, yard.client, yard.owner, project)
    first = await yard.analysed(BAD, analysis_types=["security"])
    listed = await yard.client.get(f"{yard.url}/analyses/{first['id']}/findings")
    [finding] = [one for one in listed.json()["items"] if one["rule"] == "B602"]
    assert finding["task"] is None
    path = f"{yard.url}/analyses/{first['id']}/findings/{finding['fingerprint']}/task"
    made = await yard.client.post(path)
    assert made.status_code == 201
    task = made.json()["data"]
    assert task["title"].endswith(" in shop/run.py")
    assert task["priority"] == "high"
    assert "`shop/run.py`, line 5 · bandit `B602` · CWE-78" in task["description"]
    assert "shell=True" in task["description_html"]
    listed = await yard.client.get(f"{yard.url}/analyses/{first['id']}/findings")
    shown = {one["rule"]: one["task"] for one in listed.json()["items"]}
    assert shown["B602"] == {name: task[name] for name in ("id", "key", "title", "status")}

    second = await yard.analysed(GOOD, analysis_types=["security"])
    await ledger.settled()
    assert (await ledger.task(task["id"]))["status"] == "done"
    history = await ledger.history(task["id"])
    names = [event.name.removesuffix(".v1") for event in history]
    assert names == [
        "task.created",
        "task.finding_tracked",
        "task.finding_gone",
        "task.moved",
        "task.completed",
    ]
    assert history[2].actor_id is None
    assert history[2].payload["analysis_id"] == second["id"]
    found = await yard.client.get(f"{yard.url}/tasks/{task['id']}/findings")
    [about] = found.json()["items"]
    assert (about["state"], about["seen_number"], about["gone_number"]) == ("gone", 1, 2)


async def test_the_same_finding_never_makes_a_second_task(ledger: Ledger) -> None:
    analysis = await ledger.analysed("grave", "other")
    answers = await asyncio.gather(*(ledger.make(analysis, "grave") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    again = await ledger.make(await ledger.analysed("grave", "other"), "grave")
    assert again.status_code == 200
    assert len(await ledger.tasks()) == 1
    assert (await ledger.make(analysis, "other")).status_code == 201
    assert [task["number"] for task in await ledger.tasks()] == [1, 2]


async def test_a_deleted_task_comes_back_and_no_rule_brings_it(ledger: Ledger) -> None:
    analysis = await ledger.analysed("grave")
    task = (await ledger.make(analysis, "grave")).json()["data"]
    await ledger.client.delete(f"{ledger.url}/tasks/{task['id']}")
    await ledger.client.put(f"{ledger.url}/finding-rule", json={"severity": "info"})
    analysis = await ledger.analysed("grave")
    assert await ledger.tasks() == []
    again = await ledger.make(analysis, "grave")
    assert (again.status_code, again.json()["data"]["id"]) == (200, task["id"])
    assert [one["id"] for one in await ledger.tasks()] == [task["id"]]


async def test_what_says_nothing_of_a_finding_does_not_close_its_task(ledger: Ledger) -> None:
    old = await ledger.upload()
    await ledger.upload()
    task = (await ledger.make(await ledger.analysed("grave"), "grave")).json()["data"]
    await ledger.analysed(partial=True)
    await ledger.analysed(state="failed")
    await ledger.analysed(types="quality,types")
    await ledger.analysed(snapshot=old)
    assert (await ledger.task(task["id"]))["status"] == "todo"
    await ledger.analysed(types="security")
    assert (await ledger.task(task["id"]))["status"] == "done"


async def test_a_finding_that_comes_back_reopens_what_was_done(ledger: Ledger) -> None:
    first = await ledger.analysed("grave", "other")
    done = (await ledger.make(first, "grave")).json()["data"]
    dropped = (await ledger.make(first, "other")).json()["data"]
    path = f"{ledger.url}/tasks/{dropped['id']}"
    await ledger.client.patch(path, json={"status": "cancelled"})
    await ledger.analysed()
    await ledger.analysed("grave", "other")
    assert (await ledger.task(done["id"]))["status"] == "todo"
    assert (await ledger.task(dropped["id"]))["status"] == "cancelled"
    for task in (done, dropped):
        names = [event.name for event in await ledger.history(task["id"])]
        assert names.count("task.finding_gone.v1") == 1
        assert names.count("task.finding_back.v1") == 1
    [about] = (await ledger.client.get(f"{path}/findings")).json()["items"]
    assert (about["state"], about["line"], about["gone_number"]) == ("open", 3, None)


async def test_an_analysis_that_is_told_of_twice_changes_nothing_more(
    ledger: Ledger, platform: Platform
) -> None:
    await ledger.client.put(f"{ledger.url}/finding-rule", json={"severity": "medium"})
    first = await ledger.analysed("grave", "other", "mild")
    second = await ledger.analysed("other")
    before = {task["id"]: len(await ledger.history(task["id"])) for task in await ledger.tasks()}
    assert len(before) == 2
    for analysis in (second, first, second):
        async with unit_of_work(platform.database) as uow:
            await follow(uow, analysis)
    after = {task["id"]: len(await ledger.history(task["id"])) for task in await ledger.tasks()}
    assert after == before
    assert [task["status"] for task in await ledger.tasks()] == ["done", "todo"]


async def test_many_that_go_and_come_back_cost_no_more_than_few(
    ledger: Ledger, platform: Platform, statements: CountStatements
) -> None:
    await ledger.client.put(f"{ledger.url}/finding-rule", json={"severity": "medium"})
    costs = []
    for many in (2, 30):
        names = [f"f-{many}-{n}" for n in range(many)]
        await ledger.analysed(*names)
        for left in ((), names):
            last = await ledger.analysed(*left, told=False)
            with statements() as sent:
                async with unit_of_work(platform.database) as uow:
                    await follow(uow, last)
            costs.append(len(sent))
            statuses = {
                task["status"]
                for task in await ledger.tasks()
                if task["title"].startswith(f"Trouble called f-{many}-")
            }
            assert statuses == ({"todo"} if left else {"done"})
    assert costs[2] <= costs[0] + 3
    assert costs[3] <= costs[1] + 3


async def test_a_rule_makes_tasks_of_what_is_as_grave(ledger: Ledger) -> None:
    await ledger.analysed("grave-before")
    assert await ledger.tasks() == []
    put = await ledger.client.put(f"{ledger.url}/finding-rule", json={"severity": "high"})
    assert put.json()["data"] == {"severity": "high"}
    await ledger.analysed("grave-before", "grave-new", "other", "mild")
    titles = {task["title"] for task in await ledger.tasks()}
    assert titles == {f"Trouble called grave-{word} in shop/run.py" for word in ("before", "new")}
    [task, _] = await ledger.tasks()
    [_, tracked] = await ledger.history(task["id"])
    assert (tracked.actor_id, tracked.payload["by_rule"]) == (ledger.owner.id, True)
    await ledger.client.put(f"{ledger.url}/finding-rule", json={"severity": None})
    await ledger.analysed("grave-before", "grave-new", "grave-third")
    assert len(await ledger.tasks()) == 2
    assert (await ledger.client.get(f"{ledger.url}/finding-rule")).json()["data"] == {
        "severity": None
    }


async def test_a_rule_and_people_at_once_make_one_task(ledger: Ledger, platform: Platform) -> None:
    analysis = await ledger.analysed("grave")
    await ledger.client.put(f"{ledger.url}/finding-rule", json={"severity": "high"})

    async def by_rule() -> None:
        async with unit_of_work(platform.database) as uow:
            await follow(uow, analysis)

    await asyncio.gather(
        *(by_rule() for _ in range(3)), *(ledger.make(analysis, "grave") for _ in range(3))
    )
    assert len(await ledger.tasks()) == 1


async def test_a_rule_goes_on_with_the_next_analysis(ledger: Ledger) -> None:
    names = [f"n{number}" for number in range(MOST_OF_A_RULE + 3)]
    await ledger.client.put(f"{ledger.url}/finding-rule", json={"severity": "info"})
    await ledger.analysed(*names)
    total = await ledger.client.get(f"{ledger.url}/tasks")
    assert total.json()["total"] == MOST_OF_A_RULE
    await ledger.analysed(*names)
    total = await ledger.client.get(f"{ledger.url}/tasks")
    assert total.json()["total"] == len(names)


async def test_nothing_is_written_in_an_archived_project(ledger: Ledger) -> None:
    task = (await ledger.make(await ledger.analysed("grave"), "grave")).json()["data"]
    await ledger.client.post(f"{ledger.url}/archive")
    analysis = await ledger.analysed()
    assert (await ledger.task(task["id"]))["status"] == "todo"
    assert (await ledger.make(analysis, "grave")).status_code == 409


async def test_nobody_reaches_another_projects_findings(
    ledger: Ledger, api: Api, world: World
) -> None:
    analysis = await ledger.analysed("grave")
    other = await world.project(owner=ledger.owner)
    stranger, viewer = await world.account(), await world.member(ledger.project, role="viewer")
    tail = f"analyses/{analysis}/findings/{fingerprint('grave')}/task"
    unknown = f"analyses/{analysis}/findings/{fingerprint('none')}/task"
    for client, path, status, code in (
        (ledger.client, f"/api/v1/projects/{other.id}/{tail}", 404, "ANALYSIS_NOT_FOUND"),
        (ledger.client, f"{ledger.url}/{unknown}", 404, "FINDING_NOT_FOUND"),
        (api(as_=stranger), f"{ledger.url}/{tail}", 404, "PROJECT_NOT_FOUND"),
        (api(as_=viewer), f"{ledger.url}/{tail}", 403, "AUTH_FORBIDDEN"),
    ):
        answer = await client.post(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), path
    task = (await ledger.make(analysis, "grave")).json()["data"]
    elsewhere = f"/api/v1/projects/{other.id}/tasks/{task['id']}/findings"
    assert (await ledger.client.get(elsewhere)).status_code == 404
    gone = f"{ledger.url}/tasks/{uuid7()}/findings"
    assert (await ledger.client.get(gone)).json()["error"]["code"] == "TASK_NOT_FOUND"


async def test_a_list_of_findings_asks_once_for_all_their_tasks(
    ledger: Ledger, statements: CountStatements
) -> None:
    analysis = await ledger.analysed("grave", *(f"n{number}" for number in range(20)))
    url = f"{ledger.url}/analyses/{analysis}/findings"
    with statements() as few:
        await ledger.client.get(url, params={"page_size": 2})
    for number in range(20):
        await ledger.make(analysis, f"n{number}")
    with statements() as many:
        answer = await ledger.client.get(url, params={"page_size": 50})
    assert sum(item["task"] is not None for item in answer.json()["items"]) == 20
    assert len(many) == len(few)
