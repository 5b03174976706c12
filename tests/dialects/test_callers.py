"""Every route of every dialect with every kind of caller."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from taskyard.projects.models import Project
from tests.analyses.conftest import GOOD, Yard
from tests.contract.calls import path_of
from tests.contract.responses import Operation
from tests.dialects.speaking import Document, Speaker, application
from tests.world import Account, World

PUBLIC = {
    "get_server_health", "get_server_health_in_detail", "get_web_health", "sign_in_by_name",
    "get_builds_health", "get_readiness", "get_liveness", "get_status",
    "register_person", "sign_in_by_email", "refresh_tokens", "get_health_of_tasks",
}  # fmt: skip
#: What each kind of caller gets, written down a second time on purpose: of those of one thing it
#: is the analysis of a project that `owner` owns.
EVERYONE = {"stranger": 200, "viewer": 200, "member": 200, "owner": 200, "admin": 200}
OF_ONE = {"stranger": 404, "viewer": 200, "member": 200, "owner": 200, "admin": 200}
MATRIX = {
    "submit_job": EVERYONE | {"reader": 403},
    "submit_web_job": EVERYONE | {"reader": 403},
    "list_submitted_jobs": EVERYONE | {"reader": 200},
    "list_web_jobs": EVERYONE | {"reader": 200},
    "get_me_with_usage": EVERYONE | {"reader": 200},
    "poll_job": OF_ONE | {"reader": 404},
    "poll_web_job": OF_ONE | {"reader": 404},
    "list_assets": OF_ONE | {"reader": 404},
    # Each asks for a project of their own of that name, which has no source.
    "submit_analysis": dict.fromkeys(EVERYONE, 404) | {"reader": 403},
    "read_analysis": OF_ONE | {"stranger": 403, "reader": 403},
    "get_person": EVERYONE | {"reader": 200},
    "list_own_tasks": EVERYONE | {"reader": 200},
    "search_own_tasks": EVERYONE | {"reader": 200},
    "make_own_task": dict.fromkeys(EVERYONE, 201) | {"reader": 403},
    # Nobody's own: tests/dialects/test_tasks.py has those that are.
    "get_own_task": dict.fromkeys(EVERYONE, 404) | {"reader": 404},
    "change_own_task": dict.fromkeys(EVERYONE, 404) | {"reader": 403},
    "delete_own_task": dict.fromkeys(EVERYONE, 404) | {"reader": 403},
}
BODIES: dict[str, dict[str, Any]] = {
    "submit_job": {"job_type": "drill", "parameters": {"steps": 0}},
    "submit_web_job": {"jobType": "drill", "parameters": {"steps": 0}},
    "submit_analysis": {"project_name": "nothing-here"},
    "make_own_task": {"title": "Mine"},
    "change_own_task": {},
}


@pytest.fixture(scope="module")
def known(app: FastAPI) -> dict[str, list[Operation]]:
    found = {
        name: Document(application(app, name)).operations for name in ("jobs", "builds", "tasks")
    }
    assert sum(map(len, found.values())) >= 18, "a walk that finds nothing would prove nothing"
    return found


def _guarded(known: dict[str, list[Operation]]) -> list[tuple[str, Operation]]:
    pairs = [(name, one) for name, all_of_it in known.items() for one in all_of_it]
    guarded = [(name, one) for name, one in pairs if one.body["x-access"] != "public"]
    assert {one.id for _, one in pairs} - {one.id for _, one in guarded} == PUBLIC
    return guarded


@pytest.fixture
def speakers(
    jobs_dialect: Speaker, builds_dialect: Speaker, tasks_dialect: Speaker
) -> dict[str, Speaker]:
    return {"jobs": jobs_dialect, "builds": builds_dialect, "tasks": tasks_dialect}


async def _call(client: httpx.AsyncClient, one: Operation, thing: str) -> httpx.Response:
    path = path_of(one, {"job_id": thing, "analysis_id": thing, "task_id": thing})
    query = {"q": "x"} if one.id == "search_own_tasks" else None
    return await client.request(one.method, path, json=BODIES.get(one.id), params=query)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic bWF5YTpw"},
        {"Cookie": "taskyard_session=nonsense", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_nobody_calls_without_a_good_credential(
    known: dict[str, list[Operation]], speakers: dict[str, Speaker], headers: dict[str, str]
) -> None:
    for name, one in _guarded(known):
        answer = await _call(speakers[name](headers=headers), one, "7")
        assert answer.status_code == 401, one.id


async def test_every_route_with_every_account(
    known: dict[str, list[Operation]], speakers: dict[str, Speaker], yard: Yard, world: World
) -> None:
    await yard.give(GOOD)
    thing = (await yard.start(analysis_types=["security"]))["id"]
    await yard.finished(thing)
    project_id = (await yard.client.get(yard.url)).json()["data"]["id"]
    cast = await _cast(world, yard.owner, project_id)
    guarded = _guarded(known)
    assert {one.id for _, one in guarded} == MATRIX.keys(), "say in MATRIX whom these admit"
    wrong = {}
    for name, one in guarded:
        for caller, account in cast.items():
            got = (await _call(speakers[name](as_=account), one, thing)).status_code
            if got != MATRIX[one.id][caller]:
                wrong[one.id, caller] = (got, MATRIX[one.id][caller])
    assert wrong == {}


async def _cast(world: World, owner: Account, project_id: str) -> dict[str, Account]:
    """Return one of each kind of caller; `reader` is a stranger whose account only reads."""
    async with world.platform.database.session() as db:
        project = await db.get_one(Project, UUID(project_id))
    return {
        "stranger": await world.account(),
        "reader": await world.account(role="viewer"),
        "viewer": await world.member(project, role="viewer"),
        "member": await world.member(project),
        "owner": owner,
        "admin": await world.account(role="admin"),
    }


async def test_no_write_of_a_browser_comes_from_another_site(
    known: dict[str, list[Operation]], speakers: dict[str, Speaker], world: World
) -> None:
    browser = await world.sign_in(await world.account(), browser=True)
    cookie = f"taskyard_session={browser.refresh_token}"
    writes = [
        (name, one) for name, all_of_it in known.items() for one in all_of_it if one.method != "GET"
    ]
    assert len(writes) == 10
    for name, one in writes:
        client = speakers[name](headers={"Cookie": cookie, "Sec-Fetch-Site": "cross-site"})
        assert (await _call(client, one, "7")).status_code == 403, one.id
