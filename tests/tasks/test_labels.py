"""Labels of a project, and those a task wears."""

import asyncio
from collections import Counter

import pytest

from taskyard.kit.ids import uuid7
from taskyard.tasks.types import MOST_LABELS, MOST_LABELS_OF_PROJECT
from tests.conftest import CountStatements
from tests.tasks.conftest import Board, code


async def test_labels_are_made_renamed_and_deleted(board: Board) -> None:
    bug = await board.label("bug", color="#D73A4A")
    await board.label("Area: API")
    listed = (await board.client.get(board.labels)).json()["items"]
    assert [(label["name"], label["color"]) for label in listed] == [
        ("Area: API", "#8a8f98"),
        ("bug", "#d73a4a"),
    ]
    task = await board.make(label_ids=[bug])
    answer = await board.client.patch(f"{board.labels}/{bug}", json={"name": "defect"})
    assert answer.json()["data"]["name"] == "defect"
    assert [label["name"] for label in (await board.get(task))["labels"]] == ["defect"]
    assert (await board.client.delete(f"{board.labels}/{bug}")).status_code == 204
    after = await board.get(task)
    assert (after["labels"], after["version"]) == ([], 2)
    for method in ("PATCH", "DELETE"):
        answer = await board.client.request(method, f"{board.labels}/{bug}", json={})
        assert code(answer) == (404, "LABEL_NOT_FOUND")


async def test_a_name_is_one_labels_only(board: Board) -> None:
    bug = await board.label("Bug")
    other = await board.label("other")
    taken = (409, "LABEL_NAME_TAKEN")
    assert code(await board.client.post(board.labels, json={"name": "bUG"})) == taken
    renamed = await board.client.patch(f"{board.labels}/{other}", json={"name": "BUG"})
    assert code(renamed) == taken
    own = await board.client.patch(f"{board.labels}/{bug}", json={"name": "bug"})
    assert own.status_code == 200, "its own name in other letters"


async def test_of_six_of_one_name_at_once_one_is_made(board: Board) -> None:
    answers = await asyncio.gather(
        *(board.client.post(board.labels, json={"name": "bug"}) for _ in range(6))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x" * 61}, {"name": "a", "color": "red"}, {"name": "a\nb"}]
)
async def test_bad_labels_are_refused(board: Board, body: dict[str, str]) -> None:
    answer = await board.client.post(board.labels, json=body)
    assert code(answer) == (422, "VALIDATION_ERROR")


async def test_a_task_wears_labels_one_at_a_time(board: Board) -> None:
    bug, urgent, task = await board.label("bug"), await board.label("now"), await board.make()
    path = f"{board.path}/{task['id']}/labels"
    for label in (bug, urgent):
        assert (await board.client.post(path, json={"label_id": label})).status_code == 200
    answer = await board.client.post(path, json={"label_id": bug})
    assert [label["id"] for label in answer.json()["data"]] == [bug, urgent]
    assert (await board.client.get(path)).json()["items"] == answer.json()["data"]
    for _ in range(2):
        answer = await board.client.delete(f"{path}/{bug}")
        assert [label["id"] for label in answer.json()["data"]] == [urgent]
    assert (await board.get(task))["version"] == 4, "three changes"
    changes = [e.payload["changes"]["labels"] for e in (await board.told(task))[1:]]
    assert changes[-1] == {"old": ["bug", "now"], "new": ["now"]}
    missing = str(uuid7())
    assert code(await board.client.post(path, json={"label_id": missing}))[0] == 404
    assert code(await board.client.delete(f"{path}/{missing}")) == (404, "LABEL_NOT_FOUND")


async def test_a_task_wears_a_label_by_its_name(board: Board) -> None:
    bug, task = await board.label("Bug", color="#d73a4a"), await board.make()
    path = f"{board.path}/{task['id']}/labels"
    known = await board.client.post(path, json={"name": "bUG", "color": "#000000"})
    assert known.json()["data"] == [{"id": bug, "name": "Bug", "color": "#d73a4a"}]
    new = await board.client.post(path, json={"name": "docs", "color": "#112233"})
    worn = [(label["name"], label["color"]) for label in new.json()["data"]]
    assert worn == [("Bug", "#d73a4a"), ("docs", "#112233")]
    assert (await board.client.get(board.labels)).json()["total"] == 2
    missing = f"{board.path}/{uuid7()}/labels"
    refused = await board.client.post(missing, json={"name": "left over"})
    assert code(refused) == (404, "TASK_NOT_FOUND")
    assert (await board.client.get(board.labels)).json()["total"] == 2, "nothing half done"
    for body in ({}, {"label_id": bug, "name": "x"}, {"label_id": bug, "color": "#112233"}):
        assert code(await board.client.post(path, json=body)) == (422, "VALIDATION_ERROR"), body


async def test_of_six_tasks_that_take_one_new_name_all_wear_the_same(board: Board) -> None:
    tasks = [await board.make() for _ in range(6)]
    answers = await asyncio.gather(
        *(
            board.client.post(f"{board.path}/{task['id']}/labels", json={"name": "one"})
            for task in tasks
        )
    )
    assert len({answer.json()["data"][0]["id"] for answer in answers}) == 1


async def test_the_contracts_other_address_of_labels_is_the_same(board: Board) -> None:
    here = f"{board.path}/labels"
    made = (await board.client.post(here, json={"name": "bug"})).json()["data"]
    for path in (here, board.labels):
        assert (await board.client.get(path)).json()["items"] == [made]
    assert (await board.client.delete(f"{here}/{made['id']}")).status_code == 204
    assert (await board.client.get(board.labels)).json()["total"] == 0


async def test_all_labels_are_set_at_once(board: Board) -> None:
    ids = [await board.label(name) for name in "abc"]
    task = await board.make(label_ids=ids[:2])
    after = (await board.change(task, label_ids=ids[1:])).json()["data"]
    assert [label["name"] for label in after["labels"]] == ["b", "c"]
    [event] = [e for e in await board.told(task) if e.name == "task.changed.v1"]
    assert event.payload["changes"] == {"labels": {"old": ["a", "b"], "new": ["b", "c"]}}
    assert await board.titles(label_id=ids[2]) == ["A task"]
    assert await board.titles(label_id=ids[0]) == []


async def test_a_label_that_goes_while_tasks_take_it_leaves_none_behind(board: Board) -> None:
    for _ in range(4):
        label, task = await board.label(f"l{uuid7().hex}"), await board.make()
        path = f"{board.path}/{task['id']}"
        answers = await asyncio.gather(
            board.client.delete(f"{board.labels}/{label}"),
            board.client.post(f"{path}/labels", json={"label_id": label}),
            board.client.patch(path, json={"label_ids": [label], "title": "Another"}),
            board.client.post(board.path, json={"title": "New", "label_ids": [label]}),
        )
        assert answers[0].status_code == 204
        assert {answer.status_code for answer in answers[1:]} <= {200, 201, 404}
        assert (await board.get(task))["labels"] == []


async def test_a_project_has_no_more_labels_than_somebody_reads(
    board: Board, statements: CountStatements
) -> None:
    def lines(first: int, last: int) -> dict[str, str]:
        labels = [f"*l{n}" for n in range(first, last)]
        return {
            "text": "\n".join(
                " ".join(["x", *labels[n : n + MOST_LABELS]])
                for n in range(0, len(labels), MOST_LABELS)
            )
        }

    quick = f"{board.path}/quick"
    with statements() as sent:
        answer = await board.client.post(quick, json=lines(1, MOST_LABELS_OF_PROJECT))
    assert answer.status_code == 201, answer.text
    assert len(sent) < 40, "as many for many as for few"
    await board.label("the last")
    refused = (409, "PROJECT_LABELS_FULL")
    assert code(await board.client.post(board.labels, json={"name": "one more"})) == refused
    for first, last in ((600, 601), (600, 2_000)):
        assert code(await board.client.post(quick, json=lines(first, last))) == refused
    text = "title,labels\n" + "\n".join(f'x,"n{n},m{n}"' for n in range(300))
    for query in ("", "?dry_run=true"):
        file = {"file": ("t.csv", text.encode(), "text/csv")}
        answer = await board.client.post(f"{board.path}/import{query}", files=file)
        assert code(answer) == refused
    assert (await board.client.post(quick, json=lines(1, 20))).status_code == 201
    listed = (await board.client.get(board.labels)).json()
    assert listed["total"] == MOST_LABELS_OF_PROJECT


async def test_labels_the_database_takes_for_one_are_made_once(board: Board) -> None:
    for text in ("a *\u0391\u03a3 *\u03b1\u03c3", "b *\u03b1\u03c3 *\u03b1\u03c2"):
        answer = await board.client.post(f"{board.path}/quick", json={"text": text})
        assert answer.status_code == 201, answer.text
