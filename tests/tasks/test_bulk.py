"""The same change to many tasks."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from taskyard.tasks import repository
from taskyard.tasks.service import leaving
from tests.conftest import CountStatements
from tests.tasks.conftest import Board, code
from tests.world.instances import until_blocking


async def _bulk(board: Board, tasks: list[dict[str, Any]], **change: Any) -> httpx.Response:
    body = {"task_ids": [task["id"] for task in tasks], **change}
    return await board.client.post(f"{board.path}/bulk", json=body)


async def test_many_are_changed_at_once_and_each_tells(board: Board) -> None:
    member, label = await board.member(), await board.label("bug")
    tasks = [await board.make(title) for title in "abc"]
    there = await board.make("there", status="in_review")
    answer = await _bulk(
        board,
        [tasks[2], tasks[0]],
        status="in_review",
        priority="high",
        assignee_id=str(member.id),
        due_date="2026-12-01",
        estimate=3,
        add_label_ids=[label],
    )
    assert answer.status_code == 200, answer.text
    changed = answer.json()["data"]
    assert [task["title"] for task in changed] == ["c", "a"]
    for task in changed:
        assert (task["status"], task["priority"], task["estimate"]) == ("in_review", "high", 3)
        assert task["assignee_id"] == str(member.id)
        assert [worn["id"] for worn in task["labels"]] == [label]
        assert task["version"] == 2
        names = await board.names(task)
        assert names == ["task.created", "task.changed", "task.assigned", "task.moved"]
    assert (await board.get(tasks[1])) == tasks[1]
    order = await board.titles(status="in_review", sort="position")
    assert order == ["there", "c", "a"], "below what was there, as they were listed"
    assert there["id"] not in {task["id"] for task in changed}


async def test_labels_come_and_go(board: Board) -> None:
    a, b, c = [await board.label(name) for name in "abc"]
    tasks = [await board.make("x", label_ids=[a, b]), await board.make("y", label_ids=[c])]
    answer = await _bulk(board, tasks, add_label_ids=[c], remove_label_ids=[a])
    names = [[label["name"] for label in task["labels"]] for task in answer.json()["data"]]
    assert names == [["b", "c"], ["c"]]
    assert [task["version"] for task in answer.json()["data"]] == [2, 1]


async def test_what_waits_for_them_goes_on(board: Board) -> None:
    a, b, last = [await board.make(title) for title in ("a", "b", "last")]
    for one in (a, b):
        await board.client.post(f"{board.path}/{last['id']}/depends-on/{one['id']}")
    await _bulk(board, [a, b], status="done")
    assert not (await board.get(last))["blocked"]
    assert (await board.names(last))[-1] == "task.unblocked"


async def test_each_is_told_which_of_them_it_waited_for(board: Board) -> None:
    a, b, c = [await board.make(title) for title in "abc"]
    after_a, after_b, after_c = [await board.make(f"after {title}") for title in "abc"]
    for one, other in ((after_a, a), (after_b, b), (after_c, b), (after_c, c)):
        await board.client.post(f"{board.path}/{one['id']}/depends-on/{other['id']}")
    await _bulk(board, [a, c, b], status="done")
    await _bulk(board, [c, b], status="todo")
    await _bulk(board, [a, c, b], delete=True)
    for task, told in (
        (after_a, [a]),
        (after_b, [b, b, b]),
        (after_c, [b, b, b]),
    ):
        by = [event.payload["by"] for event in await board.told(task) if "block" in event.name]
        # By being made to wait; then done, open again, gone.
        assert by == [told[0]["key"], *(one["key"] for one in told)], task["title"]


async def test_they_become_parts_and_no_cycle(board: Board) -> None:
    a, b, c = [await board.make(title) for title in "abc"]
    answer = await _bulk(board, [b, c], parent_id=a["id"])
    assert {task["parent_id"] for task in answer.json()["data"]} == {a["id"]}
    assert code(await _bulk(board, [a, b], parent_id=c["id"])) == (409, "TASK_PARENT_CYCLE")


async def test_they_are_deleted_and_come_back(board: Board) -> None:
    tasks = [await board.make(title) for title in "abc"]
    answer = await _bulk(board, tasks[:2], delete=True)
    assert answer.json()["data"] == []
    assert await board.titles() == ["c"]
    for task in tasks[:2]:
        assert (await board.client.post(f"{board.path}/{task['id']}/restore")).status_code == 200
    assert len(await board.titles()) == 3


async def test_all_or_none(board: Board) -> None:
    task = await board.make()
    stranger = await board.world.account()
    missing = {"id": str(uuid7())}
    for answer in (
        await _bulk(board, [task, missing], status="done"),
        await _bulk(board, [task, missing], delete=True),
    ):
        assert code(answer) == (404, "TASK_NOT_FOUND")
    answer = await _bulk(board, [task], status="done", assignee_id=str(stranger.id))
    assert code(answer) == (422, "ASSIGNEE_NOT_MEMBER")
    assert (await board.get(task)) == task
    assert await board.names(task) == ["task.created"]


@pytest.mark.parametrize(
    "body",
    [
        {"task_ids": []},
        {"task_ids": ["x"]},
        {"task_ids": [str(uuid7()) for _ in range(201)]},
        {"task_ids": [str(uuid7())], "title": "All the same"},
        {"task_ids": [str(uuid7())], "delete": "yes"},
    ],
    ids=["none", "no-id", "too-many", "title", "yes"],
)
async def test_bad_bulk_is_refused(board: Board, body: dict[str, Any]) -> None:
    answer = await board.client.post(f"{board.path}/bulk", json=body)
    assert code(answer) == (422, "VALIDATION_ERROR")


async def test_bulk_and_edits_at_once_lose_nothing(board: Board) -> None:
    tasks = [await board.make(f"t{n}") for n in range(6)]
    answers = await asyncio.gather(
        _bulk(board, tasks, status="in_progress"),
        _bulk(board, tasks[::-1], priority="high"),
        *(board.change(task, title=f"new {n}") for n, task in enumerate(tasks)),
        *(board.change(task, status="done") for task in tasks[:3]),
        _bulk(board, tasks[::2], estimate=2),
    )
    assert Counter(answer.status_code for answer in answers) == {200: 12}
    for n, task in enumerate(await board.listed(sort="number")):
        assert (task["title"], task["priority"]) == (f"new {n}", "high")
        assert task["version"] == 4 + (n < 3) + (n % 2 == 0), "each change was made, and once"


@pytest.mark.parametrize("change", ["labels", "somebody_goes"])
async def test_whoever_changes_several_waits_for_the_book(board: Board, change: str) -> None:
    """Two such changes never wait for tasks of each other's: the book is before them all."""
    tasks = [await board.make(f"t{n}", assignee_id=str(board.owner.id)) for n in range(3)]
    label, member = await board.label("bug"), await board.world.account()
    database = board.world.platform.database

    async def relabel() -> bool:
        return (await _bulk(board, tasks, add_label_ids=[label])).status_code == 200

    async def let_go() -> bool:
        async with unit_of_work(database) as uow:
            await leaving.let_go(uow, board.project.id, member.id, None)
        return True

    async with unit_of_work(database) as uow:
        await repository.hold_book(uow.db, board.project.id)
        changing = asyncio.create_task(relabel() if change == "labels" else let_go())
        await asyncio.wait_for(until_blocking(uow.db), 60)
        ids = [task["id"] for task in tasks]
        assert len(await repository.locked(uow.db, board.project.id, ids)) == 3
    assert await changing


async def test_two_hundred_take_as_many_statements_as_two(
    board: Board, statements: CountStatements
) -> None:
    label, member = await board.label("bug"), await board.member()
    text = "\n".join(f"t{n}" for n in range(200))
    made = await board.client.post(f"{board.path}/quick", json={"text": text})
    tasks = made.json()["data"]
    change = {"status": "done", "add_label_ids": [label], "assignee_id": str(member.id)}
    counts = []
    for some in (tasks[:2], tasks[2:]):
        with statements() as sent:
            assert (await _bulk(board, some, **change)).status_code == 200
        counts.append(len(sent))
    assert counts[1] <= counts[0] + 2
    assert counts[0] <= 20
