"""Files and addresses that hang on a task."""

from typing import Any

import httpx
import pytest

from taskyard.kit.ids import uuid7
from taskyard.tasks.attachments.service import MOST
from tests.conftest import CountStatements
from tests.files.giving import announce, given
from tests.tasks.conftest import Board, code
from tests.world import World

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


async def _attach(board: Board, task: dict[str, Any], name: str, content: bytes) -> httpx.Response:
    path = f"{board.path}/{task['id']}/attachments"
    return await board.client.post(path, files={"file": (name, content, "text/html")})


async def test_a_file_hangs_on_a_task_as_what_it_is(board: Board) -> None:
    task = await board.make()
    answer = await _attach(board, task, "../../etc/chart.txt", PNG)
    assert answer.status_code == 201, answer.text
    made = answer.json()["data"]
    assert (made["kind"], made["name"], made["size_bytes"]) == ("file", "chart.txt", len(PNG))
    assert made["content_type"] == "image/png", "told by its content"
    path = f"{board.path}/{task['id']}/attachments"
    [listed] = (await board.client.get(path)).json()["items"]
    assert listed["id"] == made["id"]
    got = await board.api().get(listed["url"])
    assert (got.status_code, got.content) == (200, PNG)
    assert got.headers["x-content-type-options"] == "nosniff"
    event = (await board.told(task))[-1]
    assert event.payload["changes"] == {"attachments": {"old": None, "new": "chart.txt"}}
    for status in (204, 404):
        assert (await board.client.delete(f"{path}/{made['id']}")).status_code == status
    assert (await board.client.get(path)).json()["items"] == []
    gone = await board.client.get(f"/api/v1/files/{made['file_id']}")
    assert gone.status_code == 404, "its room is free again"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"url": "https://example.com/a/design%20v2.pdf?x=1"}, "design v2.pdf"),
        ({"url": "https://example.com"}, "example.com"),
        ({"url": "https://example.com/x", "name": "../up/The plan"}, "The plan"),
    ],
)
async def test_an_address_hangs_on_a_task(board: Board, body: dict[str, str], name: str) -> None:
    task = await board.make()
    answer = await board.client.post(f"{board.path}/{task['id']}/attachments", json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()["data"]
    assert (made["kind"], made["name"], made["url"]) == ("link", name, body["url"])
    assert made["size_bytes"] is made["content_type"] is made["file_id"] is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "javascript:alert(1)"},
        {"url": "file:///etc/passwd"},
        {"url": "https://user@example.com/"},
        {"url": "https://a b"},
        {"url": "https://[x"},
        {"url": "https://x:y/"},
        {"url": "https://\u2100.example/"},
        {"url": "https://x/" + "y" * 2000},
        {"url": "https://x", "size": 7},
        {"file_id": "7"},
        {"file_id": "0190a7b0-0000-7000-8000-000000000000", "url": "https://x"},
        {"file_id": "0190a7b0-0000-7000-8000-000000000000", "name": "another"},
        [],
    ],
)
async def test_a_bad_address_is_refused(board: Board, body: Any) -> None:
    task = await board.make()
    answer = await board.client.post(f"{board.path}/{task['id']}/attachments", json=body)
    assert code(answer) == (422, "VALIDATION_ERROR")


async def test_a_file_that_came_in_parts_hangs_once(board: Board) -> None:
    task = await board.make()
    path = f"{board.path}/{task['id']}/attachments"
    upload = await announce(board.client, len(PNG), project_id=str(board.project.id))
    parts = f"/api/v1/files/uploads/{upload['id']}"
    await board.client.put(f"{parts}/parts/1", content=PNG)
    file = (await board.client.post(f"{parts}/complete")).json()["data"]["file"]
    for _ in range(2):
        answer = await board.client.post(path, json={"file_id": file["id"]})
        assert answer.status_code == 201, answer.text
    [listed] = (await board.client.get(path)).json()["items"]
    assert (listed["file_id"], listed["name"]) == (file["id"], file["name"])
    events = [event.name for event in await board.told(task)]
    assert events.count("task.changed.v1") == 1


async def test_a_body_that_is_no_file_is_not_as_large_as_one(board: Board) -> None:
    task = await board.make()
    answer = await board.client.post(
        f"{board.path}/{task['id']}/attachments",
        content=b'{"url": "' + b"x" * 1024 * 1024 + b'"}',
        headers={"Content-Type": "application/json"},
    )
    assert code(answer) == (413, "PAYLOAD_TOO_LARGE")


async def test_a_deleted_task_comes_back_with_its_files(board: Board) -> None:
    one, other = await board.make(), await board.make()
    made = (await _attach(board, one, "a.txt", b"hello")).json()["data"]
    there = f"{board.path}/{other['id']}/attachments"
    await board.client.post(there, json={"file_id": made["file_id"]})
    await board.client.delete(f"{board.path}/{other['id']}")
    await board.client.delete(f"{board.path}/{one['id']}/attachments/{made['id']}")
    await board.client.post(f"{board.path}/{other['id']}/restore")
    [left] = (await board.client.get(there)).json()["items"]
    assert left["file_id"] == made["file_id"]


async def test_a_file_that_hangs_elsewhere_too_stays(board: Board) -> None:
    one, other = await board.make(), await board.make()
    made = (await _attach(board, one, "a.txt", b"hello")).json()["data"]
    there = f"{board.path}/{other['id']}/attachments"
    again = await board.client.post(there, json={"file_id": made["file_id"]})
    await board.client.delete(f"{board.path}/{one['id']}/attachments/{made['id']}")
    file = f"/api/v1/files/{made['file_id']}"
    assert (await board.client.get(file)).status_code == 200
    await board.client.delete(f"{there}/{again.json()['data']['id']}")
    assert (await board.client.get(file)).status_code == 404
    await board.client.post(f"{file}/restore")
    back = await board.client.post(there, json={"file_id": made["file_id"]})
    assert back.json()["data"]["name"] == "a.txt", "what was taken off can be hung again"


async def test_no_file_from_elsewhere_is_hung(board: Board, world: World) -> None:
    task = await board.make()
    path = f"{board.path}/{task['id']}/attachments"
    other = await world.project(owner=board.owner)
    stranger = board.api(as_=await world.account())
    for client, project_id in ((board.client, other.id), (stranger, None), (board.client, None)):
        file = await given(client, b"theirs", project_id=project_id)
        refused = await board.client.post(path, json={"file_id": file["id"]})
        assert code(refused) == (404, "FILE_NOT_FOUND")
    deleted = await given(board.client, b"gone", project_id=board.project.id)
    await board.client.delete(f"/api/v1/files/{deleted['id']}")
    refused = await board.client.post(path, json={"file_id": deleted["id"]})
    assert code(refused) == (404, "FILE_NOT_FOUND")


@pytest.mark.slow
async def test_no_more_hang_than_may(board: Board) -> None:
    task = await board.make()
    path = f"{board.path}/{task['id']}/attachments"
    made = (await _attach(board, task, "a.txt", b"hello")).json()["data"]
    for n in range(MOST - 1):
        await board.client.post(path, json={"url": f"https://example.com/{n}"})
    assert code(await _attach(board, task, "b.txt", b"b")) == (422, "TOO_MANY_ATTACHMENTS")
    await board.client.delete(f"/api/v1/files/{made['file_id']}")
    room = await board.client.post(path, json={"url": "https://example.com/last"})
    assert room.status_code == 201, "what is not shown takes no room"


async def test_who_only_reads_takes_home_and_hangs_nothing(board: Board) -> None:
    task = await board.make()
    made = (await _attach(board, task, "a.txt", b"hello")).json()["data"]
    path = f"{board.path}/{task['id']}/attachments"
    viewer = board.api(as_=await board.member("viewer"))
    [listed] = (await viewer.get(path)).json()["items"]
    assert (await viewer.get(listed["url"])).content == b"hello"
    assert (await viewer.post(path, json={"url": "https://x.example"})).status_code == 403
    assert (await viewer.delete(f"{path}/{made['id']}")).status_code == 403
    for hidden in (f"{board.path}/{uuid7()}/attachments",):
        assert code(await board.client.get(hidden)) == (404, "TASK_NOT_FOUND")
        refused = await board.client.post(hidden, json={"url": "https://x.example"})
        assert code(refused) == (404, "TASK_NOT_FOUND")
    refused = await board.client.delete(f"{path}/{uuid7()}")
    assert code(refused) == (404, "ATTACHMENT_NOT_FOUND")


async def test_many_are_listed_in_as_many_statements_as_few(
    board: Board, statements: CountStatements
) -> None:
    task = await board.make()
    path = f"{board.path}/{task['id']}/attachments"
    for n in range(5):
        await _attach(board, task, f"{n}.txt", b"x%d" % n)
    with statements() as sent:
        assert len((await board.client.get(path)).json()["items"]) == 5
    assert len(sent) <= 4, sent
