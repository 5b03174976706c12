"""Tasks written as lines of text."""

from datetime import date

import pytest

from taskyard.tasks.quick import parse
from tests.conftest import CountStatements
from tests.tasks.conftest import Board, code

SUNDAY = date(2026, 11, 22)


def test_a_line_says_everything() -> None:
    [line] = parse("Buy ssd *bug @ana !high ~2.5 tomorrow", SUNDAY)
    assert (line.title, line.labels, line.assignee) == ("Buy ssd", ("bug",), "ana")
    assert (line.priority, line.estimate, line.due) == ("high", "2.5", date(2026, 11, 23))


@pytest.mark.parametrize(
    ("text", "title", "due"),
    [
        ("Call today", "Call", "2026-11-22"),
        ("Call Tomorrow *x", "Call", "2026-11-23"),
        ("Call monday", "Call", "2026-11-23"),
        ("Call on fri", "Call", "2026-11-27"),
        ("Call sunday", "Call", "2026-11-29"),
        ("Call next week", "Call", "2026-11-29"),
        ("Call in 3 days", "Call", "2026-11-25"),
        ("Call in 2 weeks", "Call", "2026-12-06"),
        ("Call 2026-12-24", "Call", "2026-12-24"),
        ("Call 2026-13-24", "Call 2026-13-24", None),
        ("Fix the today view", "Fix the today view", None),
        ("Today", "Today", None),
        ("Walk in 3 daysteps", "Walk in 3 daysteps", None),
    ],
)
def test_a_day_is_read_at_the_end(text: str, title: str, due: str | None) -> None:
    [line] = parse(text, SUNDAY)
    assert (line.title, line.due.isoformat() if line.due else None) == (title, due)


@pytest.mark.parametrize(
    "text", ["mail a@b.example", "2 * 3 = 6", "say !loud", "~soon", "**bold**", "C* and A*"]
)
def test_what_means_nothing_stays(text: str) -> None:
    [line] = parse(text, SUNDAY)
    assert line.title == text
    assert (line.labels, line.assignee, line.priority) == ((), None, None)


def test_indented_lines_are_parts() -> None:
    lines = parse("- Trip\n\n  - Train *go\n\t- Seats\n  - Hotel\nNext", SUNDAY)
    assert [(line.title, line.parent) for line in lines] == [
        ("Trip", None),
        ("Train", 0),
        ("Seats", 1),
        ("Hotel", 0),
        ("Next", None),
    ]
    assert [line.number for line in lines] == [1, 3, 4, 5, 6]


async def test_lines_become_tasks_in_their_order(board: Board) -> None:
    bug = await board.label("Bug")
    body = {
        "text": "Ship it *bug *new !urgent tomorrow\n  Write notes\n  Tag",
        "today": "2026-11-22",
    }
    answer = await board.client.post(f"{board.path}/quick", json=body)
    assert answer.status_code == 201, answer.text
    ship, notes, tag = answer.json()["data"]
    assert (ship["title"], ship["priority"]) == ("Ship it", "urgent")
    assert ship["due_date"] == "2026-11-23T00:00:00.000000Z"
    assert [label["name"] for label in ship["labels"]] == ["Bug", "new"]
    assert bug in {label["id"] for label in ship["labels"]}
    assert ship["subtasks"] == {"total": 2, "closed": 0}
    assert [one["parent_id"] for one in (notes, tag)] == [ship["id"]] * 2
    assert [one["number"] for one in (ship, notes, tag)] == [1, 2, 3]
    assert await board.titles(sort="position") == ["Ship it", "Write notes", "Tag"]
    assert await board.names(tag) == ["task.created"]


async def test_a_member_is_named_in_any_case(board: Board) -> None:
    member = await board.member()
    client = board.api(as_=member)
    me = (await client.get("/api/v1/auth/me")).json()["data"]
    body = {"text": f"Yours @{me['username'].upper()}"}
    [task] = (await board.client.post(f"{board.path}/quick", json=body)).json()["data"]
    assert task["assignee_id"] == str(member.id)


@pytest.mark.parametrize(
    ("text", "line", "about"),
    [
        ("Fine\nYours @nobody", 2, "nobody"),
        ("\n\n" + "x" * 256, 3, "title"),
        (" \n ", 1, "what there is to do"),
    ],
)
async def test_a_bad_line_is_named_and_nothing_is_added(
    board: Board, text: str, line: int, about: str
) -> None:
    answer = await board.client.post(f"{board.path}/quick", json={"text": text})
    assert code(answer) == (422, "LINE_INVALID")
    error = answer.json()["error"]
    assert error["details"]["line"] == line
    assert about in error["message"]
    assert await board.listed() == []


async def test_too_many_lines_are_refused(board: Board) -> None:
    answer = await board.client.post(f"{board.path}/quick", json={"text": "a\n" * 201})
    assert code(answer) == (422, "TOO_MANY_LINES")


async def test_many_lines_take_few_statements(board: Board, statements: CountStatements) -> None:
    text = "\n".join(f"task {n} *a *b" for n in range(100))
    with statements() as sent:
        answer = await board.client.post(f"{board.path}/quick", json={"text": text})
    assert len(answer.json()["data"]) == 100
    assert len(sent) <= 24, sent


async def test_a_long_label_is_cut_alike_every_time(board: Board) -> None:
    for _ in range(2):
        body = {"text": f"x *{'a' * 61}"}
        answer = await board.client.post(f"{board.path}/quick", json=body)
        assert answer.status_code == 201, answer.text
        assert [label["name"] for label in answer.json()["data"][0]["labels"]] == ["a" * 60]


async def test_a_label_nobody_can_see_is_refused(board: Board) -> None:
    answer = await board.client.post(f"{board.path}/quick", json={"text": "x *\u200b"})
    assert code(answer) == (422, "LINE_INVALID")
