"""Tasks as files: a table in, a table or JSON out."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text as sql

from taskyard.core.markdown import render
from taskyard.kit.ids import uuid7
from taskyard.tasks.service import importing
from taskyard.tasks.table import NotATable, Table, read, written
from tests.conftest import CountStatements, OpenInstance
from tests.tasks.conftest import Board, code


async def _import(board: Board, text: str | bytes, *, dry: bool = False) -> httpx.Response:
    content = text.encode() if isinstance(text, str) else text
    return await board.client.post(
        f"{board.path}/import",
        params={"dry_run": True} if dry else {},
        files={"file": ("tasks.csv", content, "text/csv")},
    )


async def _rows(board: Board, **query: Any) -> list[dict[str, str]]:
    answer = await board.client.get(f"{board.path}/export", params=query)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="tasks.csv"' in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_a_table_of_another_tool_becomes_tasks(board: Board) -> None:
    member = await board.member()
    me = (await board.api(as_=member).get("/api/v1/auth/me")).json()["data"]
    text = (
        "Issue key,Summary,State,Priority,Tags,Due date,Points,Assignee,Parent,Sprint\n"
        f'A-2,Part,Doing,Highest,"bug, API",2026-12-01,3,{me["email"].upper()},A-1,7\n'
        'A-1,"Whole, with ""quotes""\n",Closed,,,,,,,\n'
        "\n"
    )
    answer = await _import(board, text)
    assert answer.status_code == 201, answer.text
    assert answer.json()["data"] == {
        "created": 2,
        "ignored_columns": ["sprint"],
        "plan": None,
    }
    whole, part = await board.listed(sort="number")
    assert (whole["title"], whole["status"]) == ('Whole, with "quotes"', "done")
    assert (part["status"], part["priority"], part["estimate"]) == ("in_progress", "urgent", 3)
    assert part["due_date"].startswith("2026-12-01")
    assert [label["name"] for label in part["labels"]] == ["API", "bug"]
    assert (part["assignee_id"], part["parent_id"]) == (str(member.id), whole["id"])


async def test_what_goes_out_comes_in_again(board: Board) -> None:
    label = await board.label("bug")
    whole = await board.make("Ship it", description="Two\n\n*lines*, and a comma")
    part = await board.make(
        "=SUM(A1)", parent_id=whole["id"], label_ids=[label], estimate=1.5, due_date="2026-12-01"
    )
    await board.client.post(f"{board.path}/{whole['id']}/depends-on/{part['id']}")
    rows = await _rows(board)
    assert [row["title"] for row in rows] == ["Ship it", "'=SUM(A1)"]
    assert (rows[0]["depends_on"], rows[1]["parent"]) == (part["key"], whole["key"])
    text = (await board.client.get(f"{board.path}/export")).text
    assert (await _import(board, text)).json()["data"]["created"] == 2
    again = await _rows(board)
    kept = ("title", "description", "status", "labels", "due_date", "estimate")
    assert [[row[name] for name in kept] for row in again[2:]] == [
        [row[name] for name in kept] for row in rows
    ]
    assert again[3]["parent"] == again[2]["key"]


async def test_what_a_task_requires_goes_out_and_comes_in_again(board: Board) -> None:
    requires = [{"kind": "analysis_score", "at_least": 8.5}, {"kind": "tests_green"}]
    task = await board.make("Prove it", requires=requires)
    [row] = await _rows(board)
    assert row["requires"] == "analysis_score 8.5, tests_green"
    [item] = (await board.client.get(f"{board.path}/export?format=json")).json()["items"]
    assert item["requires"] == (await board.get(task))["requires"]
    text = (await board.client.get(f"{board.path}/export")).text
    assert (await _import(board, text)).status_code == 201
    again, _ = [await board.get(one) for one in await board.listed()]
    assert again["requires"] == item["requires"]


async def test_no_table_says_a_task_is_done_that_lacks_what_it_requires(board: Board) -> None:
    text = "title,status,requires\nA,done,\nB,done,tests_green 1\nC,done,no_new_high\n"
    said = {"line": 4, "column": "requires"}
    dry = (await _import(board, text, dry=True)).json()["data"]["plan"]
    assert said.items() <= dry["problems"][-1].items()
    assert "cannot be done yet: The project has no source" in dry["problems"][-1]["message"]
    assert [one["line"] for one in dry["problems"]] == [3, 4]
    assert code(await _import(board, text)) == (422, "TABLE_INVALID")
    assert await board.listed() == []


async def test_descriptions_are_rendered_before_anything_is_held(
    board: Board, statements: CountStatements, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    with statements() as sent:

        def noting(text: str) -> str:
            seen.append(len(sent))
            return render(text)

        monkeypatch.setattr("taskyard.tasks.service.importing.render", noting)
        text = "title,description\n" + "\n".join(f"t{n},*d{n}*" for n in range(250))
        answer = await _import(board, text)
    assert answer.status_code == 201
    assert len(seen) == 250
    assert not any("task_books" in one for one in sent[: max(seen)])
    # The transaction begins later, by asking who the caller is by now: PostgreSQL ends one in which
    # nothing happens for as long as a large table takes.
    assert any("FROM sessions" in one for one in sent[max(seen) :])
    assert any("FROM sessions" in one for one in sent[: min(seen)])
    html = {(await board.get(task))["description_html"].strip() for task in await board.listed()}
    assert "<p><em>d249</em></p>" in html


async def test_only_what_is_asked_for_goes_out(board: Board) -> None:
    label = await board.label("bug")
    first = await board.make("First pump", priority="high", assignee_id=str(board.owner.id))
    await board.make("Second pump", status="done", label_ids=[label])
    last = await board.make("Last", priority="urgent", due_date="2026-12-01")
    await board.client.post(f"{board.path}/{last['id']}/depends-on/{first['id']}")
    for query, numbers in (
        ({"status": "open"}, [1, 3]),
        ({"status": "done"}, [2]),
        ({"priority": "high,urgent"}, [1, 3]),
        ({"assignee_id": "me"}, [1]),
        ({"assignee_id": str(board.owner.id)}, [1]),
        ({"assignee_id": "none", "status": "open"}, [3]),
        ({"label_id": label}, [2]),
        ({"q": "pump"}, [1, 2]),
        ({"q": "%"}, []),
        ({"due_before": "2026-12-02"}, [3]),
        ({"blocked": True}, [3]),
        ({"parent_id": "none", "number": 2}, [2]),
    ):
        found = [row["key"].rpartition("-")[2] for row in await _rows(board, **query)]
        assert found == [str(number) for number in numbers], query
    assert (await board.client.get(f"{board.path}/export?page=2")).status_code == 422


async def test_a_dry_run_says_what_would_be_made_and_what_not(board: Board) -> None:
    await board.label("Bug")
    me = (await board.client.get("/api/v1/auth/me")).json()["data"]["username"]
    text = (
        "key,title,status,labels,assignee,parent,due,sprint\n"
        f'A-1,Whole,doing,"bug, New, new",{me},,2026-12-01,7\n'
        "A-2,Part,todo,,,A-1,,\n"
        "A-3,Bad,soon,,nobody,A-9,,\n"
        f"A-4,Labelled,,{'x' * 61},,,,\n"
    )
    answer = await _import(board, text, dry=True)
    assert answer.status_code == 200, answer.text
    told = answer.json()["data"]
    assert (told["created"], told["ignored_columns"]) == (0, ["sprint"])
    plan = told["plan"]
    assert (plan["rows"], plan["refused_rows"], plan["new_labels"]) == (4, 2, ["New"])
    whole, part = plan["tasks"]
    assert (whole["line"], whole["title"], whole["status"]) == (2, "Whole", "in_progress")
    assert (whole["labels"], whole["assignee"]) == (["bug", "New", "new"], me)
    assert (part["line"], part["parent"]) == (3, "A-1")
    wrong = [(one["line"], one["column"]) for one in plan["problems"]]
    assert wrong == [(4, "assignee"), (4, "parent"), (4, "status"), (5, "labels")]
    assert await board.listed() == []
    assert len((await board.client.get(board.labels)).json()["items"]) == 1, "nothing was made"
    assert code(await _import(board, text)) == (422, "TABLE_INVALID")
    assert code(await _import(board, "", dry=True)) == (422, "TABLE_INVALID")


async def test_json_holds_the_same(board: Board) -> None:
    assert (await board.client.get(f"{board.path}/export?format=json")).json() == {"items": []}
    task = await board.make("One", estimate=2)
    [item] = (await board.client.get(f"{board.path}/export?format=json")).json()["items"]
    assert (item["key"], item["estimate"], item["labels"]) == (task["key"], 2, [])


async def test_what_cannot_be_read_is_refused_and_not_begun(open_other: OpenInstance) -> None:
    other = await open_other(empty=True)
    owner = await other.world.account()
    project = await other.world.project(owner=owner)
    client = other.client(Authorization=f"Bearer {owner.token}")
    async with other.platform.database.session() as db:
        await db.execute(sql("ALTER TABLE tasks RENAME TO away"))
        await db.commit()
    answer = await client.get(f"/api/v1/projects/{project.id}/tasks/export?format=csv")
    assert code(answer) == (500, "INTERNAL_ERROR")


async def test_many_pages_hold_every_task_once(board: Board, statements: CountStatements) -> None:
    text = "title\n" + "\n".join(f"t{n}" for n in range(1_203))
    with statements() as sent:
        assert (await _import(board, text)).json()["data"]["created"] == 1_203
    assert len(sent) < 200, "a few for each hundred"
    rows = await _rows(board)
    assert [row["title"] for row in rows] == [f"t{n}" for n in range(1_203)]
    found = (await board.client.get(f"{board.path}/export?format=json")).json()["items"]
    assert len({item["key"] for item in found}) == 1_203


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_is_a_formula_and_comes_back_as_it_was(sign: str) -> None:
    text = "".join(written([["title"], [f"{sign}SUM(A1)"]]))
    assert text == f"title\r\n'{sign}SUM(A1)\r\n"
    assert read(text.encode()).rows == [(2, {"title": f"{sign}SUM(A1)"})]


class Compared(UUID):
    """An id that counts how often it is compared with another."""

    times = 0

    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return super().__eq__(other)

    __hash__ = UUID.__hash__


def test_a_long_line_of_parts_is_walked_once() -> None:
    many = 1_000
    ids = [Compared(int=uuid7().int) for _ in range(many)]
    rows = [(n, {"title": "x", "parent": str(n + 1)}) for n in range(many)]
    rows[-1] = (many - 1, {"title": "x"})
    reading = importing._Reading(
        people={},
        labels={},
        keys={str(n): one for n, one in enumerate(ids)},
        lines={one: n for n, one in enumerate(ids)},
    )
    Compared.times = 0
    drafts = importing._drafts(reading, Table(rows, []))
    assert Compared.times < 20 * many
    assert [draft.id for draft in drafts] == ids[::-1], "what they are a part of comes first"


BAD: list[tuple[str | bytes, str]] = [
    ("", "names no column title"),
    ("name of nothing\nx\n", "names no column title"),
    ("title\n", "1 to 5000 rows"),
    ("title\n" + "x\n" * 5_001, "1 to 5000 rows"),
    ("title\n\xff".encode("latin-1"), "not UTF-8"),
    ("title,assignee\nA,x\0y\n", "holds a NUL"),
    ("title,status\nA,todo\nB,soon\n", "line 3, status"),
    ("title,priority\nA,7\n", "line 2, priority"),
    ("title,due\nA,some day\n", "line 2, due_date"),
    ("title,points\nA,many\n", "line 2, estimate"),
    ("title,assignee\nA,nobody\n", "nobody is nobody in the team"),
    ("title,parent\nA,Z-9\n", "Z-9 is no key in this table"),
    ("title,labels\nA," + "x" * 61 + "\n", "line 2, labels"),
    ("title,requires\nA,luck\n", "line 2, requires"),
    ("title,requires\nA,analysis_score high\n", "line 2, requires"),
    ("title,requires\nA,tests_green 3\n", "line 2, requires"),
    ("key,title,parent\n1,A,2\n2,B,1\n", "a part of itself"),
    ("key,title\nA-1,A\nA-2,B\na-1,C\n", "line 4, key: a-1 is the key of line 2 too"),
    ("title,status\n,todo\n", "line 2, title"),
    ("title\n" + "x" * 256 + "\n", "line 2, title"),
]


@pytest.mark.parametrize(("content", "about"), BAD, ids=[about for _, about in BAD])
async def test_a_bad_table_says_where_and_nothing_is_made(
    board: Board, content: str | bytes, about: str
) -> None:
    answer = await _import(board, content)
    assert code(answer) == (422, "TABLE_INVALID")
    assert about in answer.json()["error"]["message"]
    assert await board.listed() == []
    labels: list[Any] = (await board.client.get(board.labels)).json()["items"]
    assert labels == []


async def test_a_file_that_is_too_large_is_refused(board: Board) -> None:
    answer = await _import(board, b"title\n" + b"x\n" * 3_000_000)
    assert code(answer) == (413, "PAYLOAD_TOO_LARGE")


async def test_a_viewer_takes_out_and_puts_nothing_in(board: Board) -> None:
    client = board.api(as_=await board.member("viewer"))
    assert (await client.get(f"{board.path}/export")).status_code == 200
    answer = await client.post(f"{board.path}/import", files={"file": ("t.csv", b"title\na\n")})
    assert code(answer) == (403, "AUTH_FORBIDDEN")
    assert (await board.client.get(f"{board.path}/export?format=xml")).status_code == 422


@pytest.mark.parametrize("text", ["a;title;b\n1;x;2\n", "a\ttitle\n1\tx\n", "\ufefftitle\nx\n"])
def test_other_separators_are_understood(text: str) -> None:
    assert read(text.encode()).rows[0][1] == {"title": "x"}


async def test_what_is_too_long_is_not_rendered_to_be_refused(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def noting(text: str) -> str:
        seen.append(len(text))
        return render(text)

    monkeypatch.setattr("taskyard.tasks.service.importing.render", noting)
    answer = await _import(board, f"title,description\na,{'x' * 50_001}\nb,{'x' * 50_000}")
    assert code(answer) == (422, "TABLE_INVALID")
    assert seen == [50_000]


def test_a_cell_of_endless_length_is_refused() -> None:
    with pytest.raises(NotATable, match="line"):
        read(b"title\n" + b"x" * 200_000)


@pytest.mark.parametrize("how", ["lower role", "signed out"])
@pytest.mark.parametrize("what", ["import", "attachment", "source", "file"])
async def test_who_loses_the_right_while_sending_leaves_nothing(
    board: Board, what: str, how: str
) -> None:
    task, sender = await board.make("Till"), await board.member()
    source = f"/api/v1/projects/{board.project.id}/source"
    path = {
        "import": f"{board.path}/import",
        "attachment": f"{board.path}/{task['id']}/attachments",
        "source": source,
        "file": f"/api/v1/files?project_id={board.project.id}",
    }[what]
    theirs = board.api(as_=sender)
    head = 'Content-Disposition: form-data; name="file"; filename="t.csv"\r\n\r\ntitle\r\n'
    place = f"/api/v1/projects/{board.project.id}/team/{sender.id}"

    async def sent() -> AsyncIterator[bytes]:
        yield f"--cut\r\n{head}".encode()
        if how == "signed out":
            assert (await theirs.post("/api/v1/auth/logout")).status_code == 204
        else:
            assert (await board.client.patch(place, json={"role": "viewer"})).status_code == 200
        yield b"Mine\r\n--cut--\r\n"

    kind = {"Content-Type": "multipart/form-data; boundary=cut"}
    answer = await theirs.post(path, content=sent(), headers=kind)
    refused = (401, "AUTH_SESSION_REVOKED") if how == "signed out" else (403, "AUTH_FORBIDDEN")
    assert code(answer) == refused
    assert await board.titles() == ["Till"]
    hanging = await board.client.get(f"{board.path}/{task['id']}/attachments")
    assert hanging.json()["items"] == []
    kept = await board.client.get("/api/v1/files", params={"project_id": str(board.project.id)})
    assert (kept.json()["items"], (await board.client.get(source)).json()["items"]) == ([], [])
