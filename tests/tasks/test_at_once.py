"""The usual task is made by one statement, exactly as the long way makes it."""

import asyncio
from itertools import pairwise
from typing import Any

import httpx
import psycopg
import pytest

from taskyard.core.settings import Settings
from taskyard.kit.ids import uuid7
from taskyard.tasks.ordering import between, following
from tests.conftest import Api, CountStatements
from tests.tasks.conftest import Board, code
from tests.world import Account

WHOLE = {
    "title": "Part",
    "description": "# Why\n\n<script>alert(1)</script>",
    "status": "in_progress",
    "priority": "urgent",
    "due_date": "2026-12-24",
    "estimate": 2.5,
}
#: What no two tasks have in common.
OWN = ("id", "number", "key", "position", "created_at", "updated_at")


async def _known(board: Board, who: Account) -> httpx.AsyncClient:
    """Return the client of somebody who was seen a moment ago."""
    client = board.api(as_=who)
    await client.get("/api/v1/auth/me")
    return client


async def _count(board: Board) -> int:
    answer = await board.client.get(board.path, params={"page_size": 1})
    return int(answer.json()["total"])


def _alike(task: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in task.items() if name not in OWN}


@pytest.mark.parametrize("body", [{"title": "A task"}, WHOLE], ids=["least", "whole"])
async def test_both_ways_make_the_same(
    board: Board, statements: CountStatements, body: dict[str, Any]
) -> None:
    client = await _known(board, board.owner)
    with statements() as sent:
        short = await client.post(board.path, json=body)
    assert len(sent) == 1, "all of it was one statement"
    with statements() as sent:
        long = await client.post(board.path, json=body, headers={"Idempotency-Key": str(uuid7())})
    assert len(sent) > 3, "the long way was taken"
    assert (short.status_code, long.status_code) == (201, 201)
    one, other = short.json()["data"], long.json()["data"]
    assert list(one) == list(other)
    assert _alike(one) == _alike(other)
    assert one["position"] < other["position"]
    assert other["number"] == one["number"] + 1
    assert {*short.headers} == {*long.headers}
    assert (await client.get(short.headers["location"])).json() == short.json()
    [told], [also] = await board.told(one), await board.told(other)
    assert (told.name, told.actor_id, told.project_id) == (
        also.name,
        also.actor_id,
        also.project_id,
    )
    differing = {"key", "number"}
    assert {k: v for k, v in told.payload.items() if k not in differing} == {
        k: v for k, v in also.payload.items() if k not in differing
    }
    assert told.payload.keys() == also.payload.keys()


async def test_what_takes_more_goes_the_long_way(board: Board, statements: CountStatements) -> None:
    label, client = await board.label("bug"), await _known(board, board.owner)
    for more in (
        {"label_ids": [label]},
        {"assignee_id": str(board.owner.id)},
        {"position": {"at": "top"}},
        {"status": "done"},
    ):
        with statements() as sent:
            answer = await client.post(board.path, json={"title": "A task", **more})
        assert (answer.status_code, len(sent) > 3) == (201, True), more


@pytest.mark.parametrize(
    ("role", "refused"), [("viewer", "AUTH_FORBIDDEN"), (None, "PROJECT_NOT_FOUND")]
)
async def test_who_may_not_is_told_as_ever(board: Board, role: str | None, refused: str) -> None:
    who = await board.member(role) if role else await board.world.account()
    client = await _known(board, who)
    assert code(await client.post(board.path, json={"title": "A task"}))[1] == refused
    assert await _count(board) == 0


async def test_a_right_that_was_just_taken_is_gone(board: Board) -> None:
    member = await board.member()
    client = await _known(board, member)
    assert (await client.post(board.path, json={"title": "A task"})).status_code == 201
    team = f"/api/v1/projects/{board.project.id}/team/{member.id}"
    gone = await board.client.delete(team)
    assert gone.status_code == 204, gone.text
    assert code(await client.post(board.path, json={"title": "A task"}))[0] == 404
    assert await _count(board) == 1


async def test_a_session_that_just_ended_makes_nothing(board: Board) -> None:
    client = await _known(board, board.owner)
    assert (await client.post("/api/v1/auth/logout")).status_code < 300
    answer = await client.post(board.path, json={"title": "A task"})
    assert code(answer) == (401, "AUTH_SESSION_REVOKED")


async def test_an_archived_project_stays_as_it_is(board: Board) -> None:
    client = await _known(board, board.owner)
    archived = await client.post(f"/api/v1/projects/{board.project.id}/archive")
    assert archived.status_code < 300, archived.text
    assert code(await client.post(board.path, json={"title": "A task"}))[1] == "PROJECT_ARCHIVED"


async def test_numbers_and_places_are_given_once(board: Board) -> None:
    client = await _known(board, board.owner)

    async def make(place: int) -> dict[str, Any]:
        headers = {"Idempotency-Key": str(uuid7())} if place % 3 == 0 else {}
        answer = await client.post(board.path, json={"title": f"{place}"}, headers=headers)
        assert answer.status_code == 201, answer.text
        task: dict[str, Any] = answer.json()["data"]
        return task

    made = await asyncio.gather(*(make(place) for place in range(30)))
    made.sort(key=lambda task: task["number"])
    assert [task["number"] for task in made] == list(range(1, 31))
    assert all(one["position"] < other["position"] for one, other in pairwise(made))


async def test_it_is_counted_once(board: Board, limited: Api) -> None:
    client = limited(as_=board.owner)
    before = await client.get("/api/v1/auth/me")
    made = await client.post(board.path, json={"title": "A task"})
    refused = await client.post(f"/api/v1/projects/{uuid7()}/tasks", json={"title": "A task"})
    left = [int(one.headers["x-ratelimit-remaining"]) for one in (before, made, refused)]
    assert left == [left[0], left[0] - 1, left[0] - 2]


def test_the_database_counts_places_as_the_service_does(settings: Settings) -> None:
    above = following(None, 62 + 62**2 + 62)
    below = [between(None, "a0")]
    while len(below) < len(above):
        below.append(between(None, below[-1]))
    keys = [
        *above,
        *below,
        *(f"{key}V" for key in above[::7]),
        *(f"{key}0zV" for key in below[::7]),
    ]
    with psycopg.connect(settings.sync_dsn) as db:
        rows = db.execute("SELECT place_after(key) FROM unnest(%s::text[]) key", [keys]).fetchall()
    assert [row[0] for row in rows] == [between(key, None) for key in keys]
