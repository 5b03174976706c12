"""Making, reading, changing, deleting and bringing back a task."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from taskyard.kit.ids import uuid7
from tests.conftest import CountStatements
from tests.tasks.conftest import Board, code


async def test_a_task_is_made_with_a_number(board: Board) -> None:
    answer = await board.client.post(board.path, json={"title": "Show the total"})
    assert answer.status_code == 201
    task = answer.json()["data"]
    assert answer.headers["location"] == f"{board.path}/{task['id']}"
    assert answer.headers["etag"] == '"1"'
    assert (task["number"], task["key"]) == (1, f"{board.project.key}-1")
    assert (task["status"], task["priority"], task["version"]) == ("todo", "medium", 1)
    for empty in ("assignee", "assignee_id", "agent_id", "due_date", "estimate", "parent_id"):
        assert task[empty] is None, empty
    assert (task["labels"], task["depends_on"], task["blocks"]) == ([], [], [])
    assert (task["description"], task["description_html"]) == ("", "")
    assert (task["blocked"], task["watching"], task["completed_at"]) == (False, True, None)
    assert task["created_by"] == str(board.owner.id)
    again = await board.client.get(answer.headers["location"])
    assert again.json() == answer.json()
    assert again.headers["etag"] == '"1"'
    [event] = await board.told(task)
    assert event.name == "task.created.v1"
    assert (event.project_id, event.actor_id) == (board.project.id, board.owner.id)
    assert event.payload["key"] == task["key"]


async def test_everything_a_task_can_have_is_kept(board: Board) -> None:
    member = await board.member()
    bug = await board.label("bug", color="#D73A4A")
    parent = await board.make("The whole")
    body: dict[str, Any] = {
        "title": "Part",
        "description": "# Why\n\n<script>alert(1)</script>",
        "status": "in_progress",
        "priority": "urgent",
        "assignee_id": str(member.id),
        "agent_id": None,
        "label_ids": [bug],
        "due_date": "2026-12-24",
        "parent_id": parent["id"],
        "estimate": 2.5,
        "position": {"at": "top"},
    }
    task = await board.make(**body)
    same = body.keys() - {"label_ids", "due_date", "position"}
    assert {name: task[name] for name in same} == {name: body[name] for name in same}
    assert task["due_date"] == "2026-12-24T00:00:00.000000Z"
    assert task["labels"] == [{"id": bug, "name": "bug", "color": "#d73a4a"}]
    assert task["assignee"]["id"] == str(member.id)
    assert task["parent"]["key"] == parent["key"]
    assert "<h1>Why</h1>" in task["description_html"]
    assert "<script" not in task["description_html"]
    assert (await board.get(parent))["subtasks"] == {"total": 1, "closed": 0}
    assert await board.names(task) == ["task.created", "task.assigned"]
    theirs = board.api(as_=member)
    seen = (await theirs.get(f"{board.path}/{task['id']}")).json()["data"]
    assert seen["watching"], "whoever is to do it hears of it"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-12-01", "2026-12-01T00:00:00.000000Z"),
        ("2026-12-01T17:30:00Z", "2026-12-01T17:30:00.000000Z"),
        ("2026-12-01T17:30:00+02:00", "2026-12-01T15:30:00.000000Z"),
        ("2026-12-01T17:30:00", "2026-12-01T17:30:00.000000Z"),
    ],
)
async def test_a_day_or_a_time_is_due(board: Board, given: str, kept: str) -> None:
    assert (await board.make(due_date=given))["due_date"] == kept


BAD: list[dict[str, Any]] = [
    {},
    {"title": ""},
    {"title": "  "},
    {"title": "x" * 256},
    {"title": "a\nb"},
    {"title": 7},
    {"title": "a", "description": "x" * 50_001},
    {"title": "a", "status": "pending"},
    {"title": "a", "priority": "highest"},
    {"title": "a", "assignee_id": "me"},
    {"title": "a", "agent_id": "019b0000-0000-7000-8000-000000000000"},
    {"title": "a", "label_ids": "bug"},
    {"title": "a", "label_ids": ["bug"]},
    {"title": "a", "due_date": "tomorrow"},
    {"title": "a", "due_date": "0001-01-01T00:00:00+14:00"},
    {"title": "a", "due_date": "2026-13-01"},
    {"title": "a", "due_date": 1767225600},
    {"title": "a", "estimate": -1},
    {"title": "a", "estimate": 1e9},
    {"title": "a", "position": "a0"},
    {"title": "a", "position": {}},
    {"title": "a", "position": {"at": "top", "before": "019b0000-0000-7000-8000-000000000000"}},
    {"title": "a", "number": 7},
    {"title": "a", "created_by": "019b0000-0000-7000-8000-000000000000"},
]


@pytest.mark.parametrize("body", BAD, ids=lambda body: str(body)[:60])
async def test_bad_input_is_named_and_nothing_is_made(board: Board, body: dict[str, Any]) -> None:
    answer = await board.client.post(board.path, json=body)
    assert code(answer) == (422, "VALIDATION_ERROR")
    name = list(body)[-1] if body else "title"
    fields = answer.json()["error"]["details"]["fields"]
    assert {field["field"].split(".")[1] for field in fields} == {name}
    assert await board.listed() == []


async def test_what_a_task_names_has_to_be_the_projects(board: Board) -> None:
    other = await board.world.project(owner=board.owner)
    elsewhere = f"/api/v1/projects/{other.id}"
    answer = await board.client.post(f"{elsewhere}/labels", json={"name": "theirs"})
    label = answer.json()["data"]["id"]
    theirs = (await board.client.post(f"{elsewhere}/tasks", json={"title": "Theirs"})).json()
    stranger = await board.world.account()
    task = await board.make()
    for field, value, wanted in (
        ("assignee_id", str(stranger.id), (422, "ASSIGNEE_NOT_MEMBER")),
        ("assignee_id", str(uuid7()), (422, "ASSIGNEE_NOT_MEMBER")),
        ("label_ids", [label], (404, "LABEL_NOT_FOUND")),
        ("parent_id", theirs["data"]["id"], (422, "PARENT_NOT_FOUND")),
        ("position", {"after": theirs["data"]["id"]}, (409, "TASK_PLACE_GONE")),
    ):
        answer = await board.client.post(board.path, json={"title": "A", field: value})
        assert code(answer) == wanted
        assert code(await board.change(task, **{field: value})) == wanted
    assert len(await board.listed()) == 1
    assert (await board.get(task)) == task
    made = await board.make("The next")
    assert made["number"] == 2, "what was refused took no number"


async def test_a_task_is_changed_in_part_and_tells_what_changed(board: Board) -> None:
    task = await board.make(due_date="2026-12-01", estimate=1)
    answer = await board.change(task, title="Another", priority="high", due_date=None, estimate=3)
    after = answer.json()["data"]
    assert answer.headers["etag"] == '"2"'
    assert after == task | {
        "title": "Another",
        "priority": "high",
        "due_date": None,
        "estimate": 3,
        "version": 2,
        "updated_at": after["updated_at"],
    }
    assert after["updated_at"] > task["updated_at"]
    event = (await board.told(task))[-1]
    assert event.name == "task.changed.v1"
    assert event.payload["changes"]["title"] == {"old": "A task", "new": "Another"}
    assert event.payload["changes"]["due_date"]["new"] is None


async def test_nothing_to_change_changes_nothing(board: Board) -> None:
    task = await board.make(description="x")
    for body in ({}, {"title": None, "status": None}, {"title": "A task"}, {"agent_id": None}):
        answer = await board.change(task, **body)
        assert answer.json()["data"] == task, body
    assert await board.names(task) == ["task.created"]


async def test_a_description_is_rendered_again(board: Board) -> None:
    task = await board.make(description="*a*")
    after = (await board.change(task, description="**b**")).json()["data"]
    assert after["description_html"] == "<p><strong>b</strong></p>\n"
    event = (await board.told(task))[-1]
    assert event.payload["changes"] == {"description": {}}, "said, and not told"


async def test_a_status_moves_completes_and_reopens(board: Board) -> None:
    task = await board.make()
    done = (await board.change(task, status="done")).json()["data"]
    assert done["completed_at"] is not None
    back = (await board.change(task, status="in_review")).json()["data"]
    assert back["completed_at"] is None
    names = await board.names(task)
    assert names == ["task.created", "task.moved", "task.completed", "task.moved"]
    moved = (await board.told(task))[1].payload
    assert (moved["old"], moved["new"]) == ("todo", "done")


async def test_who_does_it_is_told_by_name(board: Board) -> None:
    member, task = await board.member(), await board.make()
    await board.change(task, assignee_id=str(member.id))
    await board.change(task, assignee_id=None)
    given, taken = [e.payload for e in await board.told(task) if e.name == "task.assigned.v1"]
    assert (given["old_id"], given["new_id"]) == (None, str(member.id))
    assert given["new"] == taken["old"]
    assert taken["new_id"] is None


@pytest.mark.parametrize("header", ['"2"', 'W/"1"', "garbage"])
async def test_an_edit_of_another_version_is_refused(board: Board, header: str) -> None:
    task = await board.make()
    path = f"{board.path}/{task['id']}"
    for method in ("PATCH", "DELETE"):
        answer = await board.client.request(
            method, path, json={"title": "New"}, headers={"If-Match": header}
        )
        assert code(answer) == (412, "PRECONDITION_FAILED")
    assert await board.get(task) == task


async def test_of_eight_edits_of_one_version_one_is_made(board: Board) -> None:
    task = await board.make()
    path = f"{board.path}/{task['id']}"
    answers = await asyncio.gather(
        *(
            board.client.patch(path, json={"title": f"T {n}"}, headers={"If-Match": '"1"'})
            for n in range(8)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}
    assert (await board.get(task))["version"] == 2


async def test_numbers_have_no_gap_however_many_come_at_once(board: Board) -> None:
    async def make(n: int) -> int:
        bad = {"label_ids": [str(uuid7())]} if n % 4 == 3 else {}
        answer = await board.client.post(board.path, json={"title": f"T {n}", **bad})
        return answer.status_code

    made = await asyncio.gather(*(make(n) for n in range(24)))
    assert Counter(made) == {201: 18, 404: 6}
    tasks = await board.listed(sort="number")
    assert [task["number"] for task in tasks] == list(range(1, 19))
    positions = [task["position"] for task in tasks]
    assert len(set(positions)) == 18
    assert positions == sorted(positions), "in the order they came"


async def test_a_deleted_task_is_gone_and_can_be_brought_back(board: Board) -> None:
    task = await board.make()
    path = f"{board.path}/{task['id']}"
    assert (await board.client.delete(path)).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        answer = await board.client.request(method, path, json={"title": "x"})
        assert code(answer) == (404, "TASK_NOT_FOUND")
    assert await board.listed() == []
    assert (await board.make("Next"))["number"] == 2
    assert (await board.client.post(f"{path}/restore")).status_code == 200
    back = await board.client.post(f"{path}/restore")
    assert back.status_code == 200, "what is there stays"
    assert back.json()["data"]["number"] == 1
    assert await board.titles(sort="position") == ["Next", "A task"]
    assert await board.names(task) == ["task.created", "task.deleted", "task.restored"]
    answer = await board.client.post(f"{board.path}/{uuid7()}/restore")
    assert code(answer) == (404, "TASK_NOT_FOUND")


async def test_a_repeat_with_the_same_key_makes_one(board: Board) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = [
        await board.client.post(board.path, json={"title": "Once"}, headers=headers)
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert len(await board.listed()) == 1


async def test_another_projects_task_is_not_found_here(board: Board) -> None:
    other = await board.world.project(owner=board.owner)
    task = await board.make()
    path = f"/api/v1/projects/{other.id}/tasks/{task['id']}"
    for method, tail in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/restore"),
        ("GET", "/labels"),
        ("POST", f"/depends-on/{task['id']}"),
        ("DELETE", f"/depends-on/{task['id']}"),
    ):
        answer = await board.client.request(method, path + tail, json={})
        assert code(answer) == (404, "TASK_NOT_FOUND"), (method, tail)


async def test_who_may_do_what(board: Board) -> None:
    task = await board.make()
    path = f"{board.path}/{task['id']}"
    admin = await board.world.account(role="admin")
    for account, writes in (
        (await board.member("viewer"), 403),
        (await board.member(), None),
        (admin, 403),
        (await board.world.account(), 404),
    ):
        client = board.api(as_=account)
        read = await client.get(path)
        assert read.status_code == (404 if writes == 404 else 200)
        made = await client.post(board.path, json={"title": "Mine"})
        assert made.status_code == (writes or 201)
        changed = await client.patch(path, json={"priority": "low"})
        assert changed.status_code == (writes or 200)
        if writes:
            assert (await client.delete(path)).status_code == writes


async def test_writing_takes_few_statements(board: Board, statements: CountStatements) -> None:
    with statements() as sent:
        task = await board.make()
    assert len(sent) <= 9, sent
    with statements() as sent:
        await board.change(task, title="Another", priority="low")
    assert len(sent) <= 7, sent
    with statements() as sent:
        await board.change(task, status="done")
    assert len(sent) <= 10, sent
