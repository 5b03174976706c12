"""Tasks that wait for others."""

import asyncio
from collections import Counter
from itertools import pairwise
from typing import Any

import httpx
import pytest

from taskyard.kit.ids import uuid7
from taskyard.tasks.service import deleting, linking
from tests.conftest import CountStatements
from tests.tasks.conftest import Board, code


async def _depend(board: Board, task: dict[str, Any], other: dict[str, Any]) -> httpx.Response:
    return await board.client.post(f"{board.path}/{task['id']}/depends-on/{other['id']}")


async def _release(board: Board, task: dict[str, Any], other: dict[str, Any]) -> httpx.Response:
    return await board.client.delete(f"{board.path}/{task['id']}/depends-on/{other['id']}")


async def test_a_task_waits_until_the_other_is_closed(board: Board) -> None:
    build, ship = await board.make("Build"), await board.make("Ship")
    answer = await _depend(board, ship, build)
    assert answer.status_code == 200
    waiting = answer.json()["data"]
    assert (waiting["blocked"], waiting["version"]) == (True, 2)
    assert [(one["key"], one["status"]) for one in waiting["depends_on"]] == [
        (build["key"], "todo")
    ]
    assert [one["id"] for one in (await board.get(build))["blocks"]] == [ship["id"]]
    assert await board.titles(blocked="true") == ["Ship"]
    assert await board.titles(blocked="false") == ["Build"]
    for status, blocked in (("done", False), ("in_review", True), ("cancelled", False)):
        await board.change(build, status=status)
        assert (await board.get(ship))["blocked"] is blocked, status
    told = [(event.name.split(".")[1], event.payload.get("by")) for event in await board.told(ship)]
    assert told == [
        ("created", None),
        ("changed", None),
        ("blocked", build["key"]),
        ("unblocked", build["key"]),
        ("blocked", build["key"]),
        ("unblocked", build["key"]),
    ]


async def test_the_same_twice_changes_nothing(board: Board) -> None:
    build, ship = await board.make("Build"), await board.make("Ship")
    first = (await _depend(board, ship, build)).json()
    assert (await _depend(board, ship, build)).json() == first
    gone = (await _release(board, ship, build)).json()
    assert gone["data"]["depends_on"] == []
    assert (await _release(board, ship, build)).json() == gone
    names = await board.names(ship)
    assert names[1:] == ["task.changed", "task.blocked", "task.changed", "task.unblocked"]


async def test_of_two_in_the_way_the_last_one_unblocks(board: Board) -> None:
    a, b, c = [await board.make(title) for title in "abc"]
    await _depend(board, c, a)
    await _depend(board, c, b)
    await board.client.delete(f"{board.path}/{a['id']}")
    assert (await board.get(c))["blocked"]
    await board.change(b, status="done")
    assert not (await board.get(c))["blocked"]
    await board.client.post(f"{board.path}/{a['id']}/restore")
    assert (await board.get(c))["blocked"]
    told = [(e.name, e.payload["by"]) for e in await board.told(c) if "blocked" in e.name]
    assert told == [
        ("task.blocked.v1", a["key"]),
        ("task.unblocked.v1", b["key"]),
        ("task.blocked.v1", a["key"]),
    ]


async def test_a_cycle_is_refused_and_named(board: Board) -> None:
    a, b, c = [await board.make(title) for title in "abc"]
    await _depend(board, a, b)
    await _depend(board, b, c)
    answer = await _depend(board, c, a)
    assert code(answer) == (409, "TASK_DEPENDENCY_CYCLE")
    key = board.project.key
    cycle = f"{key}-3 → {key}-1 → {key}-2 → {key}-3"
    assert answer.json()["error"]["details"]["cycle"] == cycle
    assert cycle in answer.json()["error"]["message"]
    answer = await _depend(board, a, a)
    assert code(answer) == (409, "TASK_DEPENDENCY_CYCLE")
    assert answer.json()["error"]["details"]["cycle"] == f"{key}-1 → {key}-1"
    assert (await board.get(c))["depends_on"] == []


async def test_nothing_leads_through_a_deleted_task_and_no_ring_comes_back(board: Board) -> None:
    a, b, c, other = [await board.make(title) for title in ("a", "b", "c", "other")]
    for one, needed in ((a, b), (b, c), (b, other)):
        await _depend(board, one, needed)
    await board.client.delete(f"{board.path}/{b['id']}")
    assert (await _depend(board, c, a)).status_code == 200, "nobody sees that b is between them"
    back = await board.client.post(f"{board.path}/{b['id']}/restore")
    assert [one["id"] for one in back.json()["data"]["depends_on"]] == [other["id"]]
    assert [one["id"] for one in (await board.get(a))["depends_on"]] == [b["id"]]
    last = (await board.told(b))[-1]
    assert last.payload["changes"] == {"depends_on": {"old": c["key"], "new": None}}


async def test_nothing_that_comes_back_waits_or_is_waited_for_too_often(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (linking, deleting):
        monkeypatch.setattr(room, "MOST_DEPENDENCIES", 2)
    a, b, c, other, full = [await board.make(title) for title in ("a", "b", "c", "other", "full")]
    for needed in (a, b):
        await _depend(board, full, needed)
    await board.client.delete(f"{board.path}/{a['id']}")
    await _depend(board, full, c)
    await _depend(board, other, a)  # refused, as nobody sees it
    assert (await board.client.post(f"{board.path}/{a['id']}/restore")).status_code == 200
    assert [one["title"] for one in (await board.get(full))["depends_on"]] == ["b", "c"]
    assert (await board.get(full))["version"] == 5
    last = (await board.told(full))[-1]
    assert last.payload["changes"] == {"depends_on": {"old": a["key"], "new": None}}
    # What it waits for itself: one that was deleted comes back while it is away.
    await board.client.delete(f"{board.path}/{c['id']}")
    await _depend(board, full, a)
    await board.client.delete(f"{board.path}/{full['id']}")
    await board.client.post(f"{board.path}/{c['id']}/restore")
    back = await board.client.post(f"{board.path}/{full['id']}/restore")
    assert [one["title"] for one in back.json()["data"]["depends_on"]] == ["a", "b"]
    last = (await board.told(full))[-1]
    assert last.payload["changes"] == {"depends_on": {"old": c["key"], "new": None}}


async def test_a_whole_that_became_a_part_meanwhile_stays_one(board: Board) -> None:
    a = await board.make("a")
    b = await board.make("b", parent_id=a["id"])
    c = await board.make("c", parent_id=b["id"])
    await board.client.delete(f"{board.path}/{b['id']}")
    assert (await board.change(a, parent_id=c["id"])).status_code == 200
    assert code(await board.change(c, parent_id=a["id"])) == (409, "TASK_PARENT_CYCLE")
    back = await board.client.post(f"{board.path}/{b['id']}/restore")
    assert back.json()["data"]["parent_id"] is None
    parents = [(await board.get(one))["parent_id"] for one in (a, c)]
    assert parents == [c["id"], b["id"]]
    last = (await board.told(b))[-1]
    assert last.payload["changes"] == {"parent": {"old": a["key"], "new": None}}


async def test_what_was_deleted_need_not_be_waited_for_once_it_is_back(board: Board) -> None:
    build, ship = await board.make("Build"), await board.make("Ship")
    await _depend(board, ship, build)
    await board.client.delete(f"{board.path}/{build['id']}")
    for params in ({"blocked": "true"}, {"q": "is:blocked"}):
        there = board.path if "blocked" in params else "/api/v1/search/tasks"
        found = (await board.client.get(there, params=params)).json()["items"]
        assert ship["id"] not in {one["id"] for one in found}
    answer = await _release(board, ship, build)
    assert (answer.status_code, answer.json()["data"]["blocked"]) == (200, False)
    assert code(await _release(board, ship, build)) == (404, "TASK_NOT_FOUND")
    await board.client.post(f"{board.path}/{build['id']}/restore")
    assert (await board.get(ship))["depends_on"] == []
    told = [name for name in await board.names(ship) if "blocked" in name]
    assert told == ["task.blocked", "task.unblocked"]


async def test_deleted_tasks_take_no_place_among_those_waited_for(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "MOST_DEPENDENCIES", 1)
    task, gone, further, last = [await board.make(title) for title in "abcd"]
    await _depend(board, task, gone)
    await board.client.delete(f"{board.path}/{gone['id']}")
    assert (await _depend(board, task, further)).status_code == 200
    assert code(await _depend(board, task, last)) == (422, "TOO_MANY_DEPENDENCIES")


async def test_two_cannot_wait_for_each_other_at_once(board: Board) -> None:
    for _ in range(6):
        a, b = await board.make("a"), await board.make("b")
        answers = await asyncio.gather(_depend(board, a, b), _depend(board, b, a))
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 1}


async def test_no_ring_is_closed_from_all_sides_at_once(board: Board) -> None:
    ring = [await board.make(f"t{n}") for n in range(8)]
    answers = await asyncio.gather(
        *(_depend(board, one, ring[(n + 1) % 8]) for n, one in enumerate(ring))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 7, 409: 1}


async def test_many_ways_to_the_same_task_are_looked_at_once(
    board: Board, statements: CountStatements
) -> None:
    """Fifteen layers of two, each waiting for both below: 32,768 ways from top to bottom."""
    layers = [[await board.make(f"{n}{side}") for side in "ab"] for n in range(15)]
    for upper, lower in pairwise(layers):
        for one in upper:
            for other in lower:
                assert (await _depend(board, one, other)).status_code == 200
    with statements() as sent:
        answer = await _depend(board, layers[-1][0], layers[0][0])
    assert code(answer) == (409, "TASK_DEPENDENCY_CYCLE")
    assert answer.elapsed.total_seconds() < 2
    assert len(sent) <= 8, sent


async def test_what_is_not_there_cannot_be_waited_for(board: Board) -> None:
    task, other = await board.make(), await board.make()
    await board.client.delete(f"{board.path}/{other['id']}")
    for missing in (other["id"], str(uuid7())):
        for method in ("POST", "DELETE"):
            answer = await board.client.request(
                method, f"{board.path}/{task['id']}/depends-on/{missing}"
            )
            assert code(answer) == (404, "TASK_NOT_FOUND")


async def test_closing_and_waiting_at_once_agree(board: Board) -> None:
    """Whoever is told blocked by a task that closed meanwhile is told unblocked, too."""
    for _ in range(4):
        a, b = await board.make("a"), await board.make("b")
        await asyncio.gather(_depend(board, b, a), board.change(a, status="done"))
        told = [name for name in await board.names(b) if "blocked" in name]
        assert told in ([], ["task.blocked", "task.unblocked"])
        assert not (await board.get(b))["blocked"]
