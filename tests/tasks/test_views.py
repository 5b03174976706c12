"""Saved views: one's own, and those a project shares."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from taskyard.core.spine import events_of
from taskyard.kit.ids import uuid7
from taskyard.tasks.views.service import MOST
from tests.conftest import CountStatements
from tests.tasks.conftest import Board, code


def _path(board: Board) -> str:
    return f"/api/v1/projects/{board.project.id}/views"


async def _save(
    board: Board, name: str = "Mine", client: httpx.AsyncClient | None = None, **fields: Any
) -> httpx.Response:
    body = {"name": name, "layout": "list", **fields}
    return await (client or board.client).post(_path(board), json=body)


async def _made(board: Board, *args: Any, **fields: Any) -> dict[str, Any]:
    answer = await _save(board, *args, **fields)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def _names(board: Board, client: httpx.AsyncClient | None = None) -> list[str]:
    items = (await (client or board.client).get(_path(board))).json()["items"]
    return [item["name"] for item in items]


async def test_a_view_keeps_what_is_looked_at(board: Board) -> None:
    label = await board.label("bug")
    search = {"q": "pump", "status": "open", "assignee": "me", "label": label, "blocked": True}
    made = await _made(board, "Bugs", search=search, layout="board")
    assert {name: value for name, value in made["search"].items() if value is not None} == search
    assert (made["layout"], made["shared"], made["can_change"]) == ("board", False, True)
    assert made["owner"]["id"] == str(board.owner.id)
    path = f"{_path(board)}/{made['id']}"
    changed = await board.client.patch(
        path, json={"name": "Late", "layout": "list", "search": {"due": "overdue"}}
    )
    data = changed.json()["data"]
    assert (data["name"], data["layout"], data["search"]["due"]) == ("Late", "list", "overdue")
    assert data["search"]["q"] is None, "the search is replaced as a whole"
    assert (await board.client.delete(path)).status_code == 204
    assert await _names(board) == []
    assert code(await board.client.patch(path, json={})) == (404, "VIEW_NOT_FOUND")
    assert code(await board.client.delete(path)) == (404, "VIEW_NOT_FOUND")


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"name": "a\nb"},
        {"layout": "table"},
        {"search": {"status": "soon"}},
        {"search": {"assignee": "7"}},
        {"search": {"sort": "title; --"}},
        {"search": {"page": 2}},
        {"search": []},
        {"shared": "yes"},
    ],
)
async def test_a_bad_view_is_refused(board: Board, body: dict[str, Any]) -> None:
    assert code(await _save(board, **{"name": "Fine", **body})) == (422, "VALIDATION_ERROR")
    assert await _names(board) == []


async def test_ones_own_is_nobody_elses(board: Board) -> None:
    member = board.api(as_=await board.member())
    mine = await _made(board, "Mine")
    assert await _names(board, member) == []
    path = f"{_path(board)}/{mine['id']}"
    assert code(await member.patch(path, json={"name": "x"})) == (404, "VIEW_NOT_FOUND")
    assert code(await member.delete(path)) == (404, "VIEW_NOT_FOUND")
    await _made(board, "Mine", member)
    async with board.world.platform.database.session() as db:
        assert await events_of(db, mine["id"]) == [], "and the project is not told"


async def test_who_only_reads_keeps_views_and_shares_none(board: Board) -> None:
    viewer = board.api(as_=await board.member("viewer"))
    shared = await _made(board, "Ours", shared=True)
    own = await _made(board, "Mine", viewer)
    assert await _names(board, viewer) == ["Ours", "Mine"]
    listed = (await viewer.get(_path(board))).json()["items"]
    assert [item["can_change"] for item in listed] == [False, True]
    refused = await _save(board, "Theirs", viewer, shared=True)
    assert refused.status_code == 403
    path = f"{_path(board)}/{own['id']}"
    assert (await viewer.patch(path, json={"shared": True})).status_code == 403
    theirs = f"{_path(board)}/{shared['id']}"
    assert (await viewer.patch(theirs, json={"name": "x"})).status_code == 403
    assert (await viewer.delete(theirs)).status_code == 403
    assert await _names(board, viewer) == ["Ours", "Mine"]


async def test_a_shared_view_is_its_makers_and_the_owners(board: Board) -> None:
    maker, other = [board.api(as_=await board.member()) for _ in range(2)]
    made = await _made(board, "Ours", maker, shared=True)
    path = f"{_path(board)}/{made['id']}"
    assert code(await other.patch(path, json={"name": "x"})) == (403, "VIEW_NOT_YOURS")
    assert code(await other.delete(path)) == (403, "VIEW_NOT_YOURS")
    assert (await maker.patch(path, json={"name": "Better"})).status_code == 200
    assert (await board.client.patch(path, json={"name": "Best"})).status_code == 200
    hide = await board.client.patch(path, json={"shared": False})
    assert code(hide) == (403, "VIEW_NOT_YOURS"), "it would be gone from who hides it"
    assert (await maker.patch(path, json={"shared": False})).status_code == 200
    assert await _names(board) == []
    async with board.world.platform.database.session() as db:
        told = [event.name for event in await events_of(db, made["id"])]
    assert told == ["views.changed.v1"] * 4


async def test_a_name_stands_for_one_view(board: Board) -> None:
    member = board.api(as_=await board.member())
    await _made(board, "Bugs", shared=True)
    assert code(await _save(board, "bugs", member, shared=True)) == (409, "VIEW_NAME_TAKEN")
    own = await _made(board, "bugs", member)
    assert code(await _save(board, "BUGS", member)) == (409, "VIEW_NAME_TAKEN")
    path = f"{_path(board)}/{own['id']}"
    assert code(await member.patch(path, json={"shared": True})) == (409, "VIEW_NAME_TAKEN")
    again = await member.patch(path, json={"name": "Bugs"})
    assert again.status_code == 200, "its own name is not in its way"
    answers = await asyncio.gather(*[_save(board, "Race", shared=True) for _ in range(4)])
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}


async def test_no_more_are_kept_than_may(board: Board, statements: CountStatements) -> None:
    for n in range(MOST):
        await _made(board, f"View {n}")
    assert code(await _save(board, "One more")) == (422, "TOO_MANY_VIEWS")
    shared = await _made(board, "Shared", shared=True)
    path = f"{_path(board)}/{shared['id']}"
    hide = await board.client.patch(path, json={"shared": False})
    assert code(hide) == (422, "TOO_MANY_VIEWS")
    renamed = await board.client.patch(path, json={"name": "Still shared"})
    assert renamed.status_code == 200
    with statements() as sent:
        assert len(await _names(board)) == MOST + 1
    assert len(sent) <= 3, sent


async def test_an_archived_project_shares_no_new_view(board: Board) -> None:
    shared = await _made(board, "Ours", shared=True)
    await board.client.post(f"/api/v1/projects/{board.project.id}/archive")
    assert code(await _save(board, "New", shared=True)) == (409, "PROJECT_ARCHIVED")
    path = f"{_path(board)}/{shared['id']}"
    assert code(await board.client.delete(path)) == (409, "PROJECT_ARCHIVED")
    await _made(board, "My own")


async def test_a_view_of_another_project_is_not_here(board: Board) -> None:
    other = await board.world.project(owner=board.owner)
    made = await _made(board, "Ours", shared=True)
    path = f"/api/v1/projects/{other.id}/views/{made['id']}"
    assert code(await board.client.patch(path, json={})) == (404, "VIEW_NOT_FOUND")
    missing = f"{_path(board)}/{uuid7()}"
    assert code(await board.client.delete(missing)) == (404, "VIEW_NOT_FOUND")
