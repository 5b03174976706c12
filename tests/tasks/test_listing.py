"""Lists of tasks: what is asked for, in what order, and in one statement."""

from typing import Any

import pytest

from tests.conftest import CountStatements
from tests.tasks.conftest import Board, code


async def test_a_list_is_newest_first_and_in_pages(board: Board) -> None:
    for n in range(5):
        await board.make(f"t{n}")
    answer = await board.client.get(board.path, params={"page_size": 2, "page": 2})
    page = answer.json()
    assert [item["title"] for item in page["items"]] == ["t2", "t1"]
    assert (page["total"], page["page"], page["page_size"]) == (5, 2, 2)
    assert "description" not in page["items"][0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "todo"}, "ab"),
        ({"status": "in_progress,done"}, "cd"),
        ({"status": "open"}, "abc"),
        ({"status": "closed"}, "de"),
        ({"status": "closed,todo"}, "abde"),
        ({"priority": "high"}, "a"),
        ({"priority": "low,urgent"}, "bc"),
        ({"assignee_id": "me"}, "a"),
        ({"assignee_id": "none"}, "bcde"),
        ({"due_before": "2026-12-02"}, "a"),
        ({"due_before": "2027-01-01T00:00:00Z"}, "ab"),
        ({"status": "todo", "priority": "high"}, "a"),
        ({"status": "backlog"}, ""),
        ({"number": "2"}, "b"),
    ],
)
async def test_a_list_is_filtered(board: Board, query: dict[str, str], found: str) -> None:
    made: list[dict[str, Any]] = [
        {"priority": "high", "assignee_id": str(board.owner.id), "due_date": "2026-12-01"},
        {"priority": "low", "due_date": "2026-12-31"},
        {"priority": "urgent", "status": "in_progress"},
        {"status": "done"},
        {"status": "cancelled"},
    ]
    for title, fields in zip("abcde", made, strict=True):
        await board.make(title, **fields)
    assert "".join(await board.titles(**query, sort="number")) == found
    total = (await board.client.get(board.path, params=query)).json()["total"]
    assert total == len(found)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("number", "bac"),
        ("-number", "cab"),
        ("created_at", "bac"),
        ("-created_at", "cab"),
        ("updated_at", "acb"),
        ("-updated_at", "bca"),
        ("due_date", "cab"),
        ("-due_date", "acb"),
        ("priority", "cba"),
        ("-priority", "abc"),
        ("title", "abc"),
        ("position", "cba"),
    ],
)
async def test_a_list_is_sorted(board: Board, sort: str, order: str) -> None:
    b = await board.make("b", priority="medium")
    a = await board.make("a", priority="urgent", due_date="2026-12-31")
    c = await board.make("c", priority="low", due_date="2026-12-01")
    await board.change(b, position={"before": a["id"]})
    await board.change(c, position={"at": "top"})
    await board.change(b, title="B")
    await board.change(b, title="b")
    assert "".join(await board.titles(sort=sort)) == order


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ssd", ["Buy an SSD"]),
        ("SS", ["Buy an SSD"]),
        ("buy ss", ["Buy an SSD"]),
        ("buying", ["Buy an SSD"]),
        ("disks", ["Buy an SSD"]),
        ("cable ssd", []),
        ("%", ["100% done"]),
        ("_", []),
        ("2", ["100% done"]),
        ("#2", ["100% done"]),
        ("caf", ["Café"]),
        ("'); DROP TABLE tasks; --", []),
        ("!!!", []),
        ("z & | ! ( b", []),
        ("foo_bar", ["Rename foo_bar-baz"]),
        ("foo_bar-ba", ["Rename foo_bar-baz"]),
        ("  ", ["Buy an SSD", "100% done", "Café", "Rename foo_bar-baz"]),
    ],
)
async def test_words_their_beginnings_and_stems_are_found(
    board: Board, q: str, found: list[str]
) -> None:
    await board.make("Buy an SSD", description="The old **disk** is full")
    await board.make("100% done")
    await board.make("Café")
    await board.make("Rename foo_bar-baz")
    assert await board.titles(q=q, sort="number") == found


async def test_a_key_is_found(board: Board) -> None:
    await board.make("one")
    two = await board.make("two")
    assert await board.titles(q=two["key"].lower()) == ["two"]
    exported = await board.client.get(f"{board.path}/export?format=csv&q={two['key']}")
    assert [line.split(",")[1] for line in exported.text.splitlines()[1:]] == ["two"]


async def test_the_key_of_another_project_is_not_this_ones(board: Board) -> None:
    """Nor is a word such as `utf-8` the eighth task."""
    await board.make("one", assignee_id=str(board.owner.id))
    assert await board.titles(q="utf-1") == []
    assert await board.titles(q="#1") == ["one"]
    answer = await board.client.get("/api/v1/tasks?q=utf-1")
    assert answer.json()["items"] == []
    answer = await board.client.get(f"/api/v1/tasks?q={board.project.key}-1")
    assert [task["title"] for task in answer.json()["items"]] == ["one"]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "pending"},
        {"status": "todo,"},
        {"priority": "highest"},
        {"assignee_id": "somebody"},
        {"label_id": "bug"},
        {"due_before": "soon"},
        {"blocked": "perhaps"},
        {"number": "1_0"},
        {"number": "0"},
        {"parent_id": "all"},
        {"sort": "random"},
        {"q": "x" * 201},
        {"page": "0"},
        {"colour": "red"},
    ],
)
async def test_what_cannot_be_asked_for_is_refused(board: Board, query: dict[str, str]) -> None:
    answer = await board.client.get(board.path, params=query)
    assert code(answer) == (422, "VALIDATION_ERROR")
    assert code(await board.client.get(board.path, params={"page": 9999, "page_size": 200})) == (
        422,
        "PAGINATION_TOO_DEEP",
    )


async def test_my_work_is_what_is_mine_in_every_project(board: Board) -> None:
    me = await board.member()
    client = board.api(as_=me)
    other = await board.world.project(owner=me)
    await board.make("late", assignee_id=str(me.id), due_date="2026-12-09")
    await board.make("not mine")
    path = f"/api/v1/projects/{other.id}/tasks"
    body = {"title": "soon", "assignee_id": str(me.id), "due_date": "2026-12-01"}
    await client.post(path, json=body)
    mine = (await client.get("/api/v1/tasks")).json()
    assert [item["title"] for item in mine["items"]] == ["soon", "late"]
    assert {item["project_name"] for item in mine["items"]} == {other.name, board.project.name}
    found = (await client.get("/api/v1/tasks", params={"q": "lat", "status": "open"})).json()
    assert [item["title"] for item in found["items"]] == ["late"]
    async with board.world.platform.database.engine.begin() as connection:
        await connection.exec_driver_sql(f"DELETE FROM memberships WHERE user_id = '{me.id}'")
    assert (await client.get("/api/v1/tasks")).json()["total"] == 0, "who left sees none of it"


async def test_a_list_is_one_statement_whatever_it_holds(
    board: Board, statements: CountStatements
) -> None:
    label, first = await board.label("bug"), await board.make()
    for n in range(12):
        task = await board.make(f"t{n}", label_ids=[label], parent_id=first["id"])
        await board.client.post(f"{board.path}/{task['id']}/depends-on/{first['id']}")
    for path in (
        board.path,
        f"{board.path}?q=t&status=open&blocked=true&label_id={label}&sort=position",
        f"{board.path}/{first['id']}",
        "/api/v1/tasks?q=t",
    ):
        with statements() as sent:
            answer = await board.client.get(path)
        assert answer.status_code == 200
        assert len(sent) <= 1, sent


async def test_parts_of_a_deleted_task_stand_for_themselves(board: Board) -> None:
    whole = await board.make("whole")
    await board.make("part", parent_id=whole["id"])
    assert await board.titles(parent_id="none") == ["whole"]
    await board.client.delete(f"{board.path}/{whole['id']}")
    [part] = await board.listed(parent_id="none")
    assert (part["title"], part["parent_id"]) == ("part", None)
    await board.client.post(f"{board.path}/{whole['id']}/restore")
    assert await board.titles(parent_id="none") == ["whole"]
