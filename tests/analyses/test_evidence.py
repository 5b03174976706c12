"""What tasks require before they are done, whichever way somebody says they are."""

import asyncio
from typing import Any

import httpx
import pytest

from taskyard.core.platform import Platform
from tests.analyses.conftest import GOOD, Yard
from tests.analyses.ledger import Ledger
from tests.conftest import Api
from tests.world import World

SCORE = {"kind": "analysis_score", "at_least": 8}
NO_NEW = {"kind": "no_new_high"}
GREEN = {"kind": "tests_green"}


@pytest.fixture
async def ledger(api: Api, world: World, platform: Platform) -> Ledger:
    """A project without analyses."""
    owner = await world.account()
    project = await world.project(owner=owner)
    return Ledger(platform, api(as_=owner), owner, project)


async def _task(ledger: Ledger, *requires: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {"title": "Prove it", "requires": requires, **fields}
    answer = await ledger.client.post(f"{ledger.url}/tasks", json=body)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def _finish(ledger: Ledger, task: dict[str, Any], **more: Any) -> httpx.Response:
    path = f"{ledger.url}/tasks/{task['id']}"
    return await ledger.client.patch(path, json={"status": "done"} | more)


async def _standing(ledger: Ledger, task: dict[str, Any]) -> list[tuple[bool, str]]:
    answer = await ledger.client.get(f"{ledger.url}/tasks/{task['id']}/evidence")
    return [(one["met"], one["says"]) for one in answer.json()["items"]]


async def test_a_task_is_not_done_until_its_evidence_is_there(ledger: Ledger) -> None:
    task = await _task(ledger, SCORE, GREEN)
    assert task["requires"] == [SCORE, GREEN | {"at_least": None}]
    refused = await _finish(ledger, task)
    assert refused.status_code == 409
    error = refused.json()["error"]
    assert error["code"] == "EVIDENCE_MISSING"
    assert error["message"] == (f"{task['key']} cannot be done yet: The project has no source yet.")
    [lacking] = error["details"]["tasks"]
    assert [one["kind"] for one in lacking["missing"]] == ["analysis_score", "tests_green"]
    assert {one["remedy"] for one in lacking["missing"]} == {"Give it its source, then analyse it."}

    await ledger.upload()
    assert await _standing(ledger, task) == [
        (False, "No analysis of quality and security has finished yet."),
        (False, "No analysis of coverage has finished yet."),
    ]
    await ledger.analysed(quality_score=7.4, tests=_counts(passed=3, failed=1))
    assert await _standing(ledger, task) == [
        (False, "Analysis 1 scored 7.40; at least 8 is required."),
        (False, "1 of the tests of analysis 1 did not pass."),
    ]
    assert (await _finish(ledger, task)).status_code == 409
    assert (await ledger.task(task["id"]))["status"] == "todo"
    await ledger.analysed(quality_score=8, tests=_counts(passed=4))
    assert await _standing(ledger, task) == [
        (True, "Analysis 2 scored 8.00."),
        (True, "All 4 tests of analysis 2 passed."),
    ]
    assert (await _finish(ledger, task)).status_code == 200


async def test_evidence_of_older_source_is_none(ledger: Ledger) -> None:
    task = await _task(ledger, SCORE)
    await ledger.analysed()
    await ledger.upload()
    assert await _standing(ledger, task) == [
        (False, "Analysis 1 looked at older source than the newest.")
    ]
    await ledger.analysed(types="types")
    assert (await _finish(ledger, task)).status_code == 409
    await ledger.analysed()
    assert (await _finish(ledger, task)).status_code == 200


async def test_a_high_finding_is_new_until_it_is_gone(ledger: Ledger) -> None:
    await ledger.analysed("grave-before")
    task = await _task(ledger, NO_NEW)
    await ledger.analysed("grave-before", "grave-new")
    # Looked at twice it is no newer, and still there.
    await ledger.analysed("grave-before", "grave-new", known={"grave-new": 2, "grave-before": 1})
    assert await _standing(ledger, task) == [
        (False, "1 high finding is newer than the task (analysis 3).")
    ]
    await ledger.analysed("grave-before", "other", known={"grave-before": 1})
    assert await _standing(ledger, task) == [
        (True, "Analysis 4 has no high finding that is newer than the task.")
    ]


async def test_what_the_first_analysis_finds_was_there_before(ledger: Ledger) -> None:
    task = await _task(ledger, NO_NEW)
    await ledger.analysed("grave")
    assert (await _finish(ledger, task)).status_code == 200


async def test_no_way_of_completing_goes_past_it(ledger: Ledger) -> None:
    gated, free = await _task(ledger, SCORE), await _task(ledger)
    both = {"task_ids": [gated["id"], free["id"]], "status": "done"}
    bulk = await ledger.client.post(f"{ledger.url}/tasks/bulk", json=both)
    assert (bulk.status_code, bulk.json()["error"]["code"]) == (409, "EVIDENCE_MISSING")
    assert [one["key"] for one in bulk.json()["error"]["details"]["tasks"]] == [gated["key"]]
    assert {task["status"] for task in await ledger.tasks()} == {"todo"}, "all or none"
    made = await ledger.client.post(
        f"{ledger.url}/tasks", json={"title": "At once", "status": "done", "requires": [SCORE]}
    )
    assert made.status_code == 409
    assert "-3 cannot be done yet" in made.json()["error"]["message"]
    await ledger.client.patch(
        f"{ledger.url}/tasks/{gated['id']}", json={"assignee_id": str(ledger.owner.id)}
    )
    dialect = await ledger.client.put(
        f"/dialects/tasks/api/tasks/{gated['id']}", json={"status": "completed"}
    )
    assert dialect.status_code == 409, dialect.text
    assert gated["key"] in dialect.text
    placed = await _finish(ledger, gated, position={"at": "top"})
    assert placed.status_code == 409
    assert (await _finish(ledger, gated, requires=[NO_NEW])).status_code == 409


async def test_what_is_required_may_be_changed_and_is_told(ledger: Ledger) -> None:
    task = await _task(ledger, SCORE)
    assert (await _finish(ledger, task, requires=[])).status_code == 200
    changed = next(
        event for event in await ledger.history(task["id"]) if event.name == "task.changed.v1"
    )
    assert changed.payload["changes"]["requires"] == {"old": [SCORE], "new": []}
    path = f"{ledger.url}/tasks/{task['id']}"
    again = await ledger.client.patch(path, json={"requires": [SCORE]})
    assert (again.status_code, again.json()["data"]["status"]) == (200, "done")
    cancelled = await _task(ledger, SCORE)
    answer = await ledger.client.patch(
        f"{ledger.url}/tasks/{cancelled['id']}", json={"status": "cancelled"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "requires",
    [
        [{"kind": "analysis_score"}],
        [{"kind": "no_new_high", "at_least": 3}],
        [SCORE, SCORE],
        [{"kind": "analysis_score", "at_least": 11}],
        [{"kind": "luck"}],
        [{"kind": "tests_green", "more": 1}],
    ],
    ids=["no-least", "least-of-none", "twice", "too-much", "unknown", "more"],
)
async def test_what_cannot_be_required_is_refused(
    ledger: Ledger, requires: list[dict[str, Any]]
) -> None:
    answer = await ledger.client.post(
        f"{ledger.url}/tasks", json={"title": "x", "requires": requires}
    )
    assert answer.status_code == 422


async def test_the_task_of_a_finding_that_is_gone_waits_for_its_evidence(ledger: Ledger) -> None:
    first = await ledger.analysed("grave")
    task = (await ledger.make(first, "grave")).json()["data"]
    path = f"{ledger.url}/tasks/{task['id']}"
    await ledger.client.patch(path, json={"requires": [SCORE]})
    await ledger.analysed(quality_score=5)
    assert (await ledger.task(task["id"]))["status"] == "todo"
    gone = (await ledger.history(task["id"]))[-1]
    assert gone.payload["missing"] == "Analysis 2 scored 5.00; at least 8 is required."


async def test_bulk_asks_once_for_all(ledger: Ledger) -> None:
    await ledger.analysed(quality_score=9)
    tasks = await asyncio.gather(*(_task(ledger, SCORE) for _ in range(5)))
    body = {"task_ids": [task["id"] for task in tasks], "status": "done"}
    answer = await ledger.client.post(f"{ledger.url}/tasks/bulk", json=body)
    assert answer.status_code == 200


async def test_tests_of_a_real_analysis_count(yard: Yard) -> None:
    first = await yard.analysed(GOOD)
    made = await yard.client.post(
        f"{yard.url}/tasks", json={"title": "Green", "requires": [GREEN, SCORE, NO_NEW]}
    )
    path = f"{yard.url}/tasks/{made.json()['data']['id']}"
    found: list[dict[str, Any]] = []
    for _ in range(2):
        found = (await yard.client.get(f"{path}/evidence")).json()["items"]
        assert [one["met"] for one in found] == [True] * 3, found
        again = await yard.finished((await yard.start())["id"])
        assert again["number"] == first["number"] + 1
        first = again
    assert found[0]["says"] == "The one test of analysis 2 passed."
    assert (await yard.client.patch(path, json={"status": "done"})).status_code == 200


def _counts(**counts: int) -> dict[str, int]:
    return {"passed": 0, "failed": 0, "errors": 0, "skipped": 0} | counts
