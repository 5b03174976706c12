"""Administrators see everybody's projects and jobs, stop what runs, and leave a trace."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from taskyard.accounts.models import User
from taskyard.core.platform import Platform
from taskyard.core.spine import EventRow, events_of
from taskyard.core.uow import unit_of_work
from taskyard.jobs.models import Job
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.projects.models import Project
from tests.conftest import Api
from tests.world import Account, World

PROJECTS = "/api/v1/admin/projects"
JOBS = "/api/v1/admin/jobs"


@pytest.fixture
async def boss(world: World) -> Account:
    """An administrator."""
    return await world.account(role="admin")


@pytest.fixture
def admin(api: Api, boss: Account) -> httpx.AsyncClient:
    """The administrator's client."""
    return api(as_=boss)


async def _job(world: World, owner: Account, project: Project, state: str = "queued") -> Job:
    async with unit_of_work(world.platform.database) as uow:
        job = Job(
            owner_id=owner.id,
            project_id=project.id,
            kind="analysis",
            title=f"Analysis {uuid7().hex[-8:]}",
            parameters={},
            state=state,
            run_at=now() + timedelta(days=1),
        )
        uow.db.add(job)
        await uow.db.flush()
        return job


async def _told(platform: Platform, project: Project) -> list[EventRow]:
    async with platform.database.session() as db:
        return [row for row in await events_of(db, project.id) if "admin" in row.name]


async def test_everybodys_projects_are_found(admin: httpx.AsyncClient, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    await world.member(project)
    for q in (project.name, project.name[3:].upper(), owner.username):
        page = (await admin.get(PROJECTS, params={"q": q})).json()
        [item] = page["items"]
        assert (item["id"], page["total"]) == (str(project.id), 1)
        _is_shown_whole(item, owner)


def _is_shown_whole(item: dict[str, Any], owner: Account) -> None:
    assert item["owner"] == {
        "id": str(owner.id),
        "username": owner.username,
        "display_name": owner.username.capitalize(),
    }
    assert (item["members"], item["is_personal"]) == (2, False)


async def test_personal_and_deleted_ones_are_left_out(
    admin: httpx.AsyncClient, api: Api, world: World
) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    await api(as_=owner).get("/api/v1/projects")  # makes the personal one
    await api(as_=owner).delete(f"/api/v1/projects/{project.id}")
    assert (await admin.get(PROJECTS, params={"q": owner.username})).json()["items"] == []
    query = {"q": owner.username, "personal": "true"}
    page = (await admin.get(PROJECTS, params=query)).json()
    assert [item["is_personal"] for item in page["items"]] == [True]


async def test_everybodys_jobs_are_found_and_stopped(
    admin: httpx.AsyncClient, boss: Account, api: Api, world: World, platform: Platform
) -> None:
    owner = await world.account()
    job = await _job(world, owner, await world.project(owner=owner))
    page = (await admin.get(JOBS, params={"page_size": 5})).json()
    [item] = [item for item in page["items"] if item["id"] == str(job.id)]
    assert item["asked_by"]["id"] == str(owner.id)
    assert (item["can_cancel"], item["can_retry"]) == (True, False)
    answer = await admin.delete(f"/api/v1/jobs/{job.id}")
    assert answer.json()["data"]["status"] == "cancelled"
    async with platform.database.session() as db:
        rows = [row for row in await events_of(db, job.id) if row.name == "job.cancelled.v1"]
    assert [row.actor_id for row in rows] == [boss.id]
    shown = (await api(as_=owner).get(f"/api/v1/jobs/{job.id}")).json()["data"]
    assert shown["status"] == "cancelled"


async def test_jobs_are_narrowed_and_paged(admin: httpx.AsyncClient, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    made = [await _job(world, owner, project, "waiting") for _ in range(4)]
    seen: list[str] = []
    query: dict[str, str | int] = {"status": "waiting", "kind": "analysis", "page_size": 2}
    for _ in range(2):
        page = (await admin.get(JOBS, params=query)).json()
        seen += [item["id"] for item in page["items"]]
        query["cursor"] = page["next_cursor"] or query["cursor"]
    assert seen == [str(job.id) for job in reversed(made)]
    foreign = await admin.get("/api/v1/jobs", params={"cursor": query["cursor"]})
    assert foreign.status_code == 400, "a cursor of one list is none of another"


async def test_what_an_administrator_looks_into_is_told_once_an_hour(
    admin: httpx.AsyncClient, boss: Account, world: World, platform: Platform
) -> None:
    project = await world.project(owner=await world.account())
    for path in ("", "/source", "/analyses", "/jobs", ""):
        answer = await admin.get(f"/api/v1/projects/{project.id}{path}")
        assert answer.status_code == 200
    [row] = await _told(platform, project)
    assert (row.name, row.actor_id, row.project_id) == (
        "project.admin_looked.v1",
        boss.id,
        project.id,
    )
    assert row.payload == {"username": boss.username}


async def test_who_is_a_member_leaves_no_such_trace(
    admin: httpx.AsyncClient, boss: Account, world: World, platform: Platform
) -> None:
    project = await world.project(owner=await world.account())
    await world.member(project, role="viewer", account=boss)
    await admin.get(f"/api/v1/projects/{project.id}")
    assert await _told(platform, project) == []


async def test_what_lies_inside_a_project_is_not_an_administrators_to_write(
    admin: httpx.AsyncClient, world: World
) -> None:
    project = await world.project(owner=await world.account())
    here = f"/api/v1/projects/{project.id}"
    for path, permission in (("analyses", "analysis:create"), ("jobs", "job:create")):
        body = {"kind": "analysis"} if path == "jobs" else {}
        answer = await admin.post(f"{here}/{path}", json=body)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (403, "AUTH_FORBIDDEN")
        error["details"].pop("request_id")
        assert error["details"] == {"role": "admin", "permission": permission}


async def test_a_project_is_put_in_order_or_deleted_with_a_reason(
    admin: httpx.AsyncClient, boss: Account, world: World, platform: Platform
) -> None:
    project = await world.project(owner=await world.account())
    here = f"/api/v1/projects/{project.id}"
    named = await admin.patch(here, json={"name": f"Tidy {uuid7().hex[-8:]}"})
    assert named.status_code == 200
    assert "project:delete" in named.json()["data"]["permissions"]
    assert "file:upload" not in named.json()["data"]["permissions"]
    for query in ({}, {"reason": ""}, {"reason": "  "}):
        answer = await admin.delete(here, params=query)
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == "REASON_REQUIRED"
    answer = await admin.delete(here, params={"reason": "Left behind by its owner"})
    assert answer.status_code == 204
    async with platform.database.session() as db:
        row = (await events_of(db, project.id))[-1]
    assert (row.name, row.actor_id) == ("project.deleted.v1", boss.id)
    assert row.payload["reason"] == "Left behind by its owner"


async def test_an_owner_needs_no_reason(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    assert (await api(as_=owner).delete(f"/api/v1/projects/{project.id}")).status_code == 204


async def test_a_demoted_administrator_sees_nothing_of_it_any_more(
    api: Api, boss: Account, world: World, platform: Platform
) -> None:
    project = await world.project(owner=await world.account())
    client = api(as_=boss)
    assert (await client.get(f"/api/v1/projects/{project.id}")).status_code == 200
    async with unit_of_work(platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == boss.id).values(role="user"))
    assert (await client.get(f"/api/v1/projects/{project.id}")).status_code == 404
    assert (await client.get(PROJECTS)).status_code == 403


@pytest.mark.parametrize(
    ("role", "here"),
    [("owner", {"project:delete", "file:upload"}), ("viewer", set()), ("member", {"file:upload"})],
)
async def test_a_project_says_what_its_reader_may_do(
    api: Api, world: World, role: str, here: set[str]
) -> None:
    project = await world.project(owner=await world.account())
    member = await world.member(project, role=role)  # type: ignore[arg-type]
    client = api(as_=member)
    asked = {"project:delete", "file:upload"}
    read = (await client.get(f"/api/v1/projects/{project.id}")).json()["data"]
    assert set(read["permissions"]) & asked == here
    [listed] = [
        item
        for item in (await client.get("/api/v1/projects")).json()["items"]
        if item["id"] == str(project.id)
    ]
    assert listed["permissions"] == read["permissions"]
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == member.id).values(role="viewer"))
    read = (await client.get(f"/api/v1/projects/{project.id}")).json()["data"]
    assert all(permission.endswith(":read") for permission in read["permissions"])
