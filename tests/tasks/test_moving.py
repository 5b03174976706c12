"""Columns, and the order within them."""

import asyncio
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from taskyard.core.uow import unit_of_work
from tests.tasks.conftest import Board, code


async def _column(board: Board, status: str = "todo") -> str:
    return "".join(await board.titles(status=status, sort="position", page_size=200))


async def _abc(board: Board) -> list[dict[str, Any]]:
    return [await board.make(title) for title in "abc"]


@pytest.mark.parametrize(
    ("moved", "place", "order"),
    [
        (0, {"at": "bottom"}, "bca"),
        (2, {"at": "top"}, "cab"),
        (0, {"after": 1}, "bac"),
        (2, {"before": 1}, "acb"),
        (1, {"before": 0}, "bac"),
        (1, {"after": 2}, "acb"),
        (1, {"after": 0}, "abc"),
        (1, {"before": 1}, "abc"),
    ],
)
async def test_a_task_is_put_anywhere_in_its_column(
    board: Board, moved: int, place: dict[str, Any], order: str
) -> None:
    tasks = await _abc(board)
    position = {k: v if k == "at" else tasks[v]["id"] for k, v in place.items()}
    answer = await board.change(tasks[moved], position=position)
    assert answer.status_code == 200, answer.text
    assert await _column(board) == order
    names = await board.names(tasks[moved])
    assert "task.moved" not in names
    assert set(names) <= {"task.created", "task.reordered"}


async def test_a_task_goes_to_a_place_in_another_column(board: Board) -> None:
    tasks = await _abc(board)
    for title in "xy":
        await board.make(title, status="done")
    await board.change(tasks[0], status="done")
    assert await _column(board, "done") == "xya"
    x = (await board.listed(status="done", sort="position"))[0]
    await board.change(tasks[1], status="done", position={"before": x["id"]})
    assert await _column(board, "done") == "bxya"
    assert await _column(board) == "c"
    answer = await board.change(tasks[2], position={"after": x["id"]})
    assert code(answer) == (409, "TASK_PLACE_GONE"), "that is in another column"
    made = await board.make("d", status="done", position={"after": x["id"]})
    assert await _column(board, "done") == "bxdya"
    assert made["status"] == "done"


async def test_of_two_moves_of_one_card_the_later_holds_and_none_is_lost(board: Board) -> None:
    tasks = await _abc(board)
    columns = ["in_progress", "in_review", "done", "cancelled"]
    answers = await asyncio.gather(
        *(board.change(tasks[0], status=columns[n % 4]) for n in range(8))
    )
    assert {answer.status_code for answer in answers} == {200}
    where = [status for status in columns if "a" in await _column(board, status)]
    assert len(where) == 1
    moves = [e.payload for e in await board.told(tasks[0]) if e.name == "task.moved.v1"]
    assert moves[-1]["new"] == where[0]
    for one, other in pairwise(moves):
        assert one["new"] == other["old"], "each began where the one before ended"


async def test_many_put_cards_into_the_same_gap(board: Board) -> None:
    first, last = await board.make("first"), await board.make("last")
    more = [await board.make(f"m{n}") for n in range(12)]
    answers = await asyncio.gather(
        *(board.change(task, position={"after": first["id"]}) for task in more)
    )
    assert {answer.status_code for answer in answers} == {200}
    tasks = await board.listed(sort="position")
    assert (tasks[0]["id"], tasks[-1]["id"]) == (first["id"], last["id"])
    assert len({task["position"] for task in tasks}) == 14


async def test_a_crowded_column_is_numbered_anew_unseen(board: Board) -> None:
    tasks = await _abc(board)
    async with unit_of_work(board.world.platform.database) as uow:
        await uow.db.execute(
            text("UPDATE tasks SET position = 'a0' || repeat('0', 60) || '1' WHERE id = :id"),
            {"id": tasks[1]["id"]},
        )
    assert await _column(board) == "abc"
    await board.change(tasks[2], position={"before": tasks[1]["id"]})
    assert await _column(board) == "acb"
    after = await board.listed(sort="position")
    assert max(len(task["position"]) for task in after) <= 4
    assert (await board.get(tasks[1]))["version"] == 1, "nobody changed that one"


async def test_parts_make_a_tree(board: Board) -> None:
    a, b, c = await _abc(board)
    await board.change(b, parent_id=a["id"])
    await board.change(c, parent_id=b["id"])
    answer = await board.change(a, parent_id=c["id"])
    assert code(answer) == (409, "TASK_PARENT_CYCLE")
    key = board.project.key
    assert answer.json()["error"]["details"]["cycle"] == f"{key}-1 → {key}-3 → {key}-2 → {key}-1"
    assert code(await board.change(a, parent_id=a["id"])) == (409, "TASK_PARENT_CYCLE")
    await board.change(c, status="done")
    assert (await board.get(b))["subtasks"] == {"total": 1, "closed": 1}
    assert await board.titles(parent_id=a["id"]) == ["b"]
    assert await board.titles(parent_id="none") == ["a"]
    event = [e for e in await board.told(b) if e.name == "task.changed.v1"][-1]
    assert event.payload["changes"] == {"parent": {"old": None, "new": a["key"]}}
    await board.client.delete(f"{board.path}/{a['id']}")
    assert (await board.get(b))["parent_id"] is None
    await board.client.post(f"{board.path}/{a['id']}/restore")
    assert (await board.get(b))["parent"]["key"] == a["key"]


async def test_two_cannot_become_parts_of_each_other_at_once(board: Board) -> None:
    for _ in range(4):
        a, b = await board.make("a"), await board.make("b")
        answers = await asyncio.gather(
            board.change(a, parent_id=b["id"]), board.change(b, parent_id=a["id"])
        )
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 1}
