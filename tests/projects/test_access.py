"""Who sees a project, who works in it, who may change it."""

from typing import Any

import httpx
import pytest

from taskyard.core.access import Permission
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from taskyard.projects.access import load, visible
from taskyard.projects.errors import ProjectNotFound, ProjectRoleTooLow
from taskyard.projects.types import ROLE_ALLOWS
from tests.conftest import Api
from tests.world import World

HERE = "/api/v1/projects"


def _shape(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    error = answer.json()["error"]
    error["details"].pop("request_id")
    return answer.status_code, error


async def test_a_strangers_answer_is_that_of_a_project_that_is_not_there(
    api: Api, world: World
) -> None:
    project = await world.project(owner=await world.account())
    client = api(as_=await world.account())
    for method in ("GET", "PATCH", "DELETE"):
        theirs = await client.request(method, f"{HERE}/{project.id}", json={"name": "Mine now"})
        random = await client.request(method, f"{HERE}/{uuid7()}", json={"name": "Mine now"})
        assert _shape(theirs) == _shape(random)
        assert theirs.status_code == 404
        assert theirs.headers.keys() == random.headers.keys()


@pytest.mark.parametrize("role", ["viewer", "member"])
async def test_who_is_no_owner_reads_and_does_not_change(api: Api, world: World, role: Any) -> None:
    project = await world.project(owner=await world.account())
    client = api(as_=await world.member(project, role=role))
    read = await client.get(f"{HERE}/{project.id}")
    assert (read.status_code, read.json()["data"]["role"]) == (200, role)
    for method, permission in (("PATCH", "project:update"), ("DELETE", "project:delete")):
        answer = await client.request(method, f"{HERE}/{project.id}", json={"name": "New"})
        status, error = _shape(answer)
        assert (status, error["code"]) == (403, "AUTH_FORBIDDEN")
        assert error["details"] == {"role": role, "permission": permission}
        assert f"({role})" in error["message"]
    assert (await client.get(f"{HERE}/{project.id}")).json() == read.json()


async def test_a_second_owner_changes_and_deletes(api: Api, world: World) -> None:
    project = await world.project(owner=await world.account())
    client = api(as_=await world.member(project, role="owner"))
    assert (await client.patch(f"{HERE}/{project.id}", json={"name": "Ours"})).status_code == 200
    assert (await client.delete(f"{HERE}/{project.id}")).status_code == 204


async def test_an_admin_sees_every_project_and_lists_their_own(api: Api, world: World) -> None:
    project = await world.project(owner=await world.account())
    client = api(as_=await world.account(role="admin"))
    read = await client.get(f"{HERE}/{project.id}")
    assert (read.status_code, read.json()["data"]["role"]) == (200, "admin")
    listed = (await client.get(HERE)).json()["items"]
    assert str(project.id) not in {item["id"] for item in listed}, "the list is one's own"
    assert (await client.get(f"{HERE}/{uuid7()}")).status_code == 404


async def test_an_admin_who_is_a_member_has_the_members_role(api: Api, world: World) -> None:
    project = await world.project(owner=await world.account())
    admin = await world.account(role="admin")
    await world.member(project, role="owner", account=admin)
    client = api(as_=admin)
    assert (await client.get(f"{HERE}/{project.id}")).json()["data"]["role"] == "owner"
    assert (await client.patch(f"{HERE}/{project.id}", json={"name": "New"})).status_code == 200


def test_each_role_allows_what_the_one_below_does() -> None:
    assert ROLE_ALLOWS["viewer"] < ROLE_ALLOWS["member"] < ROLE_ALLOWS["owner"]
    assert all(permission.value.endswith(":read") for permission in ROLE_ALLOWS["viewer"])
    outside = {Permission.ADMIN, Permission.PROJECT_CREATE}
    # Of named teams; who is in a project is managed by the same word.
    outside |= {Permission.TEAM_CREATE, Permission.TEAM_READ}
    outside |= {Permission.TEAM_UPDATE, Permission.TEAM_DELETE}
    everyday = set(Permission) - outside
    assert ROLE_ALLOWS["owner"] == everyday, "an owner may do everything there is in a project"


async def test_what_one_sees_are_the_projects_one_is_in(world: World) -> None:
    owner = await world.account()
    mine, theirs = await world.project(owner=owner), await world.project(owner=owner)
    member = await world.member(mine, role="viewer")
    async with unit_of_work(world.platform.database) as uow:
        assert await visible(uow, member.id) == {mine.id}
        assert await visible(uow, owner.id) == {mine.id, theirs.id}


async def test_an_id_found_elsewhere_is_checked_by_the_same_door(world: World) -> None:
    project = await world.project(owner=await world.account())
    viewer = await world.actor(await world.member(project, role="viewer"))
    stranger = await world.actor(await world.account())
    async with unit_of_work(world.platform.database) as uow:
        access = await load(uow, viewer, project.id, Permission.JOB_READ)
        assert access.may(Permission.JOB_READ)
        assert not access.may(Permission.JOB_CREATE)
        assert not access.may(Permission.ADMIN)
        with pytest.raises(ProjectRoleTooLow):
            await load(uow, viewer, project.id, Permission.JOB_CREATE)
        with pytest.raises(ProjectNotFound):
            await load(uow, stranger, project.id, Permission.JOB_READ)
