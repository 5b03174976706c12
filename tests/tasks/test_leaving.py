"""Tasks of somebody who goes, and what is left of projects that were deleted long ago."""

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from taskyard.core.uow import unit_of_work
from taskyard.entry.wiring import chores
from taskyard.tasks.listeners import Departures
from taskyard.tasks.models import Task
from taskyard.tasks.service import leaving
from tests.conftest import OpenInstance
from tests.tasks.conftest import Board
from tests.world import Account
from tests.world.instances import Instance
from tests.world.spine import catch_up


async def _let_go(board: Board, user_id: Any, actor_id: Any) -> None:
    async with unit_of_work(board.world.platform.database) as uow:
        await leaving.let_go(uow, board.project.id, user_id, actor_id)


async def test_open_tasks_of_who_goes_are_nobodys(board: Board) -> None:
    member = await board.member()
    mine = {"assignee_id": str(member.id)}
    todo = await board.make("todo", **mine)
    done = await board.make("done", **mine, status="done")
    others = await board.make("other's", assignee_id=str(board.owner.id))
    await board.client.delete(f"/api/v1/projects/{board.project.id}/team/{member.id}")
    await _let_go(board, member.id, board.owner.id)
    after = [await board.get(task) for task in (todo, done, others)]
    given = [task["assignee"] and task["assignee"]["id"] for task in after]
    assert given == [None, str(member.id), str(board.owner.id)]
    assert after[0]["version"] == todo["version"] + 1
    page = (await board.client.get(f"{board.path}/{todo['id']}/activity")).json()
    told = page["items"][0]
    assert (told["event"], told["actor"]["id"]) == ("task.assigned", str(board.owner.id))
    assert (told["data"]["old"], told["data"]["new"]) == (member.username, None)


async def test_who_is_back_keeps_theirs(board: Board) -> None:
    member = await board.member()
    task = await board.make(assignee_id=str(member.id))
    await _let_go(board, member.id, member.id)
    assert (await board.get(task))["assignee"]["id"] == str(member.id)


async def test_the_spine_has_it_done(open_other: OpenInstance) -> None:
    other = await open_other(empty=True)
    project = await other.world.project(owner=await other.world.account())
    member = await other.world.member(project)
    body = {"title": "Theirs", "assignee_id": str(member.id)}
    async with _client(other, member) as client:
        path = f"/api/v1/projects/{project.id}"
        task = (await client.post(f"{path}/tasks", json=body)).json()["data"]
        assert (await client.delete(f"{path}/team/{member.id}")).status_code == 204
    await catch_up(other.platform.database, Departures())
    async with unit_of_work(other.platform.database) as uow:
        left = await uow.db.get_one(Task, UUID(task["id"]))
        assert left.assignee_id is None


def _client(other: Instance, account: Account) -> httpx.AsyncClient:
    return other.client(Authorization=f"Bearer {account.token}")


async def test_of_a_project_deleted_long_ago_nothing_is_kept(open_other: OpenInstance) -> None:
    other = await open_other(empty=True)
    owner = await other.world.account()
    projects = [await other.world.project(owner=owner) for _ in range(3)]
    async with _client(other, owner) as client:
        for project in projects:
            await _fill(client, f"/api/v1/projects/{project.id}")
    gone, lately, alive = projects
    async with unit_of_work(other.platform.database) as uow:
        for project, days in ((gone, 31), (lately, 29)):
            await uow.db.execute(_DELETED, {"days": days, "id": project.id})
    before = await _counts(other)
    care = next(chore for chore in chores() if chore.name == "garbage")
    await care.do(other.platform)
    kept = {str(lately.id), str(alive.id)}
    assert {key: set(found) for key, found in (await _counts(other)).items()} == {
        key: set(found) & kept for key, found in before.items()
    }
    assert all(len(found) == 3 for found in before.values()), "each had one of each"


_DELETED = text(
    "UPDATE projects SET deleted_at = now() - make_interval(days => :days) WHERE id = :id"
)
_TABLES = ("tasks", "comments", "labels", "files", "memberships", "project_tags")


async def _fill(client: httpx.AsyncClient, path: str) -> None:
    task = (await client.post(f"{path}/tasks", json={"title": "A", "position": None})).json()[
        "data"
    ]
    await client.post(f"{path}/tasks/{task['id']}/labels", json={"name": "bug"})
    attached = await client.post(
        f"{path}/tasks/{task['id']}/attachments", files={"file": ("a.txt", b"content")}
    )
    assert attached.status_code == 201, attached.text
    said = {"entity_type": "task", "entity_id": task["id"], "body": "Hello"}
    assert (await client.post(f"{path}/comments", json=said)).status_code == 201
    assert (await client.post(f"{path}/tags", json={"name": "tag"})).status_code == 201


async def _counts(other: Instance) -> dict[str, list[str]]:
    """Return the projects that each table has a row of."""
    async with unit_of_work(other.platform.database) as uow:
        return {
            table: [
                str(one)
                for one in await uow.db.scalars(
                    text(
                        f"SELECT DISTINCT project_id FROM {table} WHERE project_id IN"
                        " (SELECT id FROM projects WHERE NOT is_personal)"
                    )
                )
            ]
            for table in _TABLES
        }
