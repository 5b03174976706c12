"""What happened to a task, and who is told of it."""

from tests.conftest import CountStatements
from tests.tasks.conftest import Board, code


async def test_a_history_is_newest_first_and_names_people(
    board: Board, statements: CountStatements
) -> None:
    task, member = await board.make(), await board.member()
    client = board.api(as_=member)
    await client.patch(f"{board.path}/{task['id']}", json={"title": "New", "status": "done"})
    await board.make("other")
    await board.change(task, position={"at": "top"})
    path = f"{board.path}/{task['id']}/activity"
    with statements() as sent:
        page = (await board.client.get(path)).json()
    assert len(sent) <= 1
    assert [one["event"] for one in page["items"]] == [
        "task.completed",
        "task.moved",
        "task.changed",
        "task.created",
    ]
    assert page["items"][1]["data"] == {"old": "todo", "new": "done"}
    assert page["items"][2]["data"] == {"changes": {"title": {"old": "A task", "new": "New"}}}
    assert page["items"][2]["actor"]["id"] == str(member.id)
    assert page["total"] == 4
    first = (await board.client.get(path, params={"page_size": 3})).json()
    rest = await board.client.get(path, params={"cursor": first["next_cursor"]})
    assert first["items"] + rest.json()["items"] == page["items"]
    assert rest.json()["next_cursor"] is None
    assert code(await board.client.get(path, params={"cursor": "x"})) == (400, "CURSOR_INVALID")


async def test_who_watches_is_told_apart_from_who_does_it(board: Board) -> None:
    task, viewer = await board.make(), await board.member("viewer")
    path = f"{board.path}/{task['id']}/watchers"
    client = board.api(as_=viewer)
    for _ in range(2):
        watching = (await client.post(path)).json()["data"]
        assert {one["id"] for one in watching} == {str(board.owner.id), str(viewer.id)}
    assert (await client.get(f"{board.path}/{task['id']}")).json()["data"]["watching"]
    assert (await client.delete(path)).status_code == 200
    watching = (await client.delete(path)).json()["data"]
    assert [one["id"] for one in watching] == [str(board.owner.id)]
    assert (await board.client.get(path)).json()["items"] == watching


async def test_what_is_not_there_is_not_followed(board: Board) -> None:
    other = await board.world.project(owner=board.owner)
    task = await board.make()
    path = f"/api/v1/projects/{other.id}/tasks/{task['id']}"
    for method, tail in (
        ("GET", "activity"),
        ("GET", "watchers"),
        ("POST", "watchers"),
        ("DELETE", "watchers"),
    ):
        answer = await board.client.request(method, f"{path}/{tail}")
        assert code(answer) == (404, "TASK_NOT_FOUND"), tail
