"""What a task waits for and what waits for it, some steps far."""

from itertools import pairwise
from typing import Any

from taskyard.kit.ids import uuid7
from taskyard.tasks.graph import MOST, STEPS
from tests.conftest import CountStatements
from tests.tasks.conftest import Board, code


async def _depend(board: Board, task: dict[str, Any], other: dict[str, Any]) -> None:
    answer = await board.client.post(f"{board.path}/{task['id']}/depends-on/{other['id']}")
    assert answer.status_code == 200, answer.text


async def _around(board: Board, task: dict[str, Any]) -> dict[str, Any]:
    answer = await board.client.get(f"{board.path}/{task['id']}/graph")
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_both_ways_are_followed_and_no_siblings(
    board: Board, statements: CountStatements
) -> None:
    dig, build, paint, ship, aside = [
        await board.make(title) for title in ("Dig", "Build", "Paint", "Ship", "Aside")
    ]
    for task, other in ((build, dig), (paint, build), (ship, paint), (ship, build), (aside, dig)):
        await _depend(board, task, other)
    with statements() as sent:
        found = await _around(board, build)
    assert len(sent) == 1
    assert [task["title"] for task in found["tasks"]] == ["Build", "Dig", "Paint", "Ship"]
    assert found["tasks"][1] == {
        "id": dig["id"],
        "key": dig["key"],
        "title": "Dig",
        "status": "todo",
    }
    edges = {(edge["task_id"], edge["depends_on_id"]) for edge in found["dependencies"]}
    assert edges == {
        (build["id"], dig["id"]),
        (paint["id"], build["id"]),
        (ship["id"], paint["id"]),
        (ship["id"], build["id"]),
    }
    assert found["cut"] is False
    alone = await _around(board, await board.make("Alone"))
    assert ([task["title"] for task in alone["tasks"]], alone["dependencies"]) == (["Alone"], [])


async def test_what_was_deleted_leads_nowhere(board: Board) -> None:
    dig, build, ship = [await board.make(title) for title in ("Dig", "Build", "Ship")]
    await _depend(board, ship, build)
    await _depend(board, build, dig)
    await board.client.delete(f"{board.path}/{build['id']}")
    assert [task["title"] for task in (await _around(board, ship))["tasks"]] == ["Ship"]
    gone = await board.client.get(f"{board.path}/{build['id']}/graph")
    assert code(gone) == (404, "TASK_NOT_FOUND")
    never = await board.client.get(f"{board.path}/{uuid7()}/graph")
    assert code(never) == (404, "TASK_NOT_FOUND")


async def test_a_long_way_and_a_crowd_are_cut(board: Board) -> None:
    chain = [await board.make(f"Step {n}") for n in range(STEPS + 3)]
    for task, other in pairwise(chain):
        await _depend(board, task, other)
    assert len((await _around(board, chain[0]))["tasks"]) == STEPS + 1
    hub = await board.make("Hub")
    lines = "\n".join(f"Leaf {n}" for n in range(MOST + 5))
    made = (await board.client.post(f"{board.path}/quick", json={"text": lines})).json()["data"]
    for leaf in made:
        await _depend(board, hub, leaf)
    found = await _around(board, hub)
    assert (len(found["tasks"]), found["cut"]) == (MOST, True)
    assert len(found["dependencies"]) == MOST - 1
