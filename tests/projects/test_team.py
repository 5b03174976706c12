"""Members of a project: who is in it, their roles, leaving and removing."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from taskyard.accounts.models import User
from taskyard.core.spine import events_of
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from taskyard.projects.models import Membership, Project
from tests.conftest import Api, CountStatements
from tests.world import Account, World
from tests.world.instances import until_blocking

HERE = "/api/v1/projects"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _roles(api: Api, project: Project, as_: Account) -> dict[str, str]:
    items = (await api(as_=as_).get(f"{HERE}/{project.id}/team")).json()["items"]
    return {item["username"]: item["role"] for item in items}


async def _owner_of(world: World, project: Project) -> object:
    async with world.platform.database.session() as db:
        return (await db.get_one(Project, project.id)).owner_id


async def test_everybody_in_it_sees_the_team_owners_first(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    viewer = await world.member(project, role="viewer")
    member = await world.member(project)
    body = (await api(as_=viewer).get(f"{HERE}/{project.id}/team")).json()
    assert (body["total"], body["page"], body["page_size"]) == (3, 1, 20)
    assert [item["username"] for item in body["items"]] == [
        owner.username,
        member.username,
        viewer.username,
    ]
    assert [item["role"] for item in body["items"]] == ["owner", "member", "viewer"]
    assert "email" not in body["items"][0], "an address is its owner's to give"


async def test_the_team_costs_the_same_however_large(
    api: Api, world: World, statements: CountStatements
) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    costs = []
    for more in (0, 5):
        for _ in range(more):
            await world.member(project)
        with statements() as sent:
            body = (await api(as_=owner).get(f"{HERE}/{project.id}/team")).json()
        costs.append((len(body["items"]), len(sent)))
    assert costs == [(1, 4), (6, 4)]


async def test_a_role_is_changed_and_counts_at_once(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    member = await world.member(project)
    path = f"{HERE}/{project.id}/team/{member.id}"
    answer = await api(as_=owner).patch(path, json={"role": "viewer"})
    assert answer.json()["data"]["role"] == "viewer"
    read = (await api(as_=member).get(f"{HERE}/{project.id}")).json()["data"]
    assert (read["role"], "file:upload" in read["permissions"]) == ("viewer", False)
    async with world.platform.database.session() as db:
        [event] = await events_of(db, member.id)
    assert event.name == "member.role_changed.v1"
    assert event.payload == {"username": member.username, "old": "member", "new": "viewer"}
    assert (event.actor_id, event.project_id) == (owner.id, project.id)


async def test_the_same_role_again_tells_nothing(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    member = await world.member(project)
    path = f"{HERE}/{project.id}/team/{member.id}"
    assert (await api(as_=owner).patch(path, json={"role": "member"})).status_code == 200
    async with world.platform.database.session() as db:
        assert await events_of(db, member.id) == []


@pytest.mark.parametrize("role", ["viewer", "member"])
async def test_who_is_no_owner_changes_and_removes_nobody(
    api: Api, world: World, role: Any
) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    caller, other = await world.member(project, role=role), await world.member(project)
    client, path = api(as_=caller), f"{HERE}/{project.id}/team/{other.id}"
    for answer in (
        await client.patch(path, json={"role": "viewer"}),
        await client.delete(path),
        await client.post(f"{HERE}/{project.id}/team/invite", json={"username": owner.username}),
        await client.get(f"{HERE}/{project.id}/team/invitations"),
    ):
        assert _code(answer) == (403, "AUTH_FORBIDDEN")
    assert (await _roles(api, project, owner))[other.username] == "member"


async def test_a_member_leaves_and_sees_the_project_no_more(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    viewer = await world.member(project, role="viewer")
    client, path = api(as_=viewer), f"{HERE}/{project.id}/team/{viewer.id}"
    assert (await client.delete(path)).status_code == 204
    assert _code(await client.delete(path)) == (404, "PROJECT_NOT_FOUND")
    async with world.platform.database.session() as db:
        [event] = await events_of(db, viewer.id)
    assert (event.name, event.actor_id) == ("member.left.v1", viewer.id)


async def test_an_owner_removes_a_member(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    member = await world.member(project)
    path = f"{HERE}/{project.id}/team/{member.id}"
    assert (await api(as_=owner).delete(path)).status_code == 204
    assert _code(await api(as_=owner).delete(path)) == (404, "MEMBER_NOT_FOUND")
    assert (await api(as_=member).get(f"{HERE}/{project.id}")).status_code == 404
    async with world.platform.database.session() as db:
        [event] = await events_of(db, member.id)
    assert (event.name, event.actor_id) == ("member.removed.v1", owner.id)


async def test_members_of_other_projects_are_none_here(api: Api, world: World) -> None:
    owner = await world.account()
    mine, theirs = await world.project(owner=owner), await world.project(owner=owner)
    member = await world.member(theirs)
    for user_id in (member.id, uuid7()):
        path = f"{HERE}/{mine.id}/team/{user_id}"
        for answer in (
            await api(as_=owner).patch(path, json={"role": "viewer"}),
            await api(as_=owner).delete(path),
        ):
            assert _code(answer) == (404, "MEMBER_NOT_FOUND")
    assert (await _roles(api, theirs, owner))[member.username] == "member"


async def test_the_last_owner_stays(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    await world.member(project)
    path = f"{HERE}/{project.id}/team/{owner.id}"
    for answer in (
        await api(as_=owner).delete(path),
        await api(as_=owner).patch(path, json={"role": "member"}),
    ):
        assert _code(answer) == (409, "LAST_OWNER")
    assert (await _roles(api, project, owner))[owner.username] == "owner"


async def test_an_owner_who_may_not_sign_in_does_not_count(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    gone = await world.member(project, role="owner")
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == gone.id).values(is_active=False))
    answer = await api(as_=owner).delete(f"{HERE}/{project.id}/team/{owner.id}")
    assert _code(answer) == (409, "LAST_OWNER")


async def test_a_founder_who_leaves_hands_the_project_over(api: Api, world: World) -> None:
    founder, second = await world.account(), await world.account()
    project = await world.project(owner=founder, name="Shared work")
    await world.project(owner=second, name="Shared-work too")
    await world.member(project, role="owner", account=second)
    path = f"{HERE}/{project.id}/team/{founder.id}"
    assert (await api(as_=founder).delete(path)).status_code == 204
    assert await _owner_of(world, project) == second.id


async def test_no_project_is_handed_to_who_has_one_of_its_name(api: Api, world: World) -> None:
    founder, second = await world.account(), await world.account()
    project = await world.project(owner=founder, name="Shared work")
    await world.project(owner=second, name="shared work")
    await world.member(project, role="owner", account=second)
    answer = await api(as_=founder).delete(f"{HERE}/{project.id}/team/{founder.id}")
    assert _code(answer) == (409, "OWNER_HAS_NAME")
    assert await _owner_of(world, project) == founder.id
    assert len(await _roles(api, project, founder)) == 2


@pytest.mark.parametrize("how", ["leave", "demote"])
async def test_no_project_is_handed_to_who_may_own_no_more(
    api: Api, world: World, how: str
) -> None:
    founder, second = await world.account(), await world.account(tier="free")
    project = await world.project(owner=founder)
    await world.member(project, role="owner", account=second)
    for _ in range(3):
        await world.project(owner=second)
    client, path = api(as_=founder), f"{HERE}/{project.id}/team/{founder.id}"
    third = await world.member(project, role="owner")

    async def go() -> httpx.Response:
        if how == "demote":
            return await client.patch(path, json={"role": "member"})
        return await client.delete(path)

    refused = await go()
    assert _code(refused) == (409, "NEW_OWNER_UNFIT")
    assert second.username in refused.json()["error"]["message"]
    assert await _owner_of(world, project) == founder.id
    away = await api(as_=second).delete(f"{HERE}/{project.id}/team/{second.id}")
    assert away.status_code == 204, "who does not answer for it goes as they like"
    assert (await go()).is_success
    assert await _owner_of(world, project) == third.id


@pytest.mark.parametrize("how", ["leave", "demote", "each other"])
async def test_of_four_owners_who_go_at_once_one_stays(api: Api, world: World, how: str) -> None:
    owners = [await world.account() for _ in range(4)]
    project = await world.project(owner=owners[0])
    for other in owners[1:]:
        await world.member(project, role="owner", account=other)

    async def go(number: int) -> int:
        client = api(as_=owners[number])
        target = owners[(number + 1) % 4 if how == "each other" else number]
        path = f"{HERE}/{project.id}/team/{target.id}"
        if how == "demote":
            return (await client.patch(path, json={"role": "member"})).status_code
        return (await client.delete(path)).status_code

    statuses = Counter(await asyncio.gather(*map(go, range(4))))
    async with world.platform.database.session() as db:
        left = (await db.get_one(Project, project.id)).owner_id
    account = next(owner for owner in owners if owner.id == left)
    roles = await _roles(api, project, account)
    owning = [name for name, role in roles.items() if role == "owner"]
    assert owning, "somebody owns it"
    assert account.username in owning, "whom it counts against is one of them"
    if how != "each other":
        assert statuses[409] == 1
        assert len(owning) == 1


async def test_an_administrator_puts_an_orphaned_team_in_order(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    member = await world.member(project)
    admin = await world.account(role="admin")
    path = f"{HERE}/{project.id}/team/{member.id}"
    assert (await api(as_=admin).patch(path, json={"role": "owner"})).status_code == 200
    assert (await _roles(api, project, owner))[member.username] == "owner"


@pytest.mark.parametrize("body", [{}, {"role": "admin"}, {"role": None}, {"role": "owner", "x": 1}])
async def test_a_role_nobody_has_is_refused(api: Api, world: World, body: Any) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    answer = await api(as_=owner).patch(f"{HERE}/{project.id}/team/{owner.id}", json=body)
    assert _code(answer) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/team/{other}", {"role": "owner"}),
        ("DELETE", "/team/{other}", None),
        ("POST", "/team/invite", {"email": "somebody@example.com"}),
        ("POST", "/transfer", {"user_id": "{other}"}),
        ("POST", "/archive", None),
        ("PATCH", "", {"name": "Mine"}),
        ("DELETE", "", None),
        ("PUT", "/teams/{team}", {"role": "member"}),
    ],
    ids=["role", "remove", "invite", "transfer", "archive", "rename", "delete", "grant"],
)
async def test_who_loses_the_role_while_they_wait_does_nothing_with_it(
    api: Api, world: World, method: str, path: str, body: dict[str, str] | None
) -> None:
    project = await world.project(owner=await world.account())
    caller, other = await world.member(project, role="owner"), await world.member(project)
    team = (await api(as_=caller).post("/api/v1/teams", json={"name": "Crew"})).json()["data"]
    names = {"other": str(other.id), "team": team["id"]}
    given = {key: value.format(**names) for key, value in body.items()} if body else None
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.get_one(Project, project.id, with_for_update=True)
        here = f"{HERE}/{project.id}{path.format(**names)}"
        asking = asyncio.create_task(api(as_=caller).request(method, here, json=given))
        await asyncio.wait_for(until_blocking(uow.db), 60)
        mine = Membership.project_id == project.id, Membership.user_id == caller.id
        await uow.db.execute(update(Membership).where(*mine).values(role="member"))
    assert _code(await asking) == (403, "AUTH_FORBIDDEN")


async def test_an_owner_who_may_change_nothing_is_no_owner_to_leave_it_to(
    api: Api, world: World
) -> None:
    owner, reader = await world.account(), await world.account(role="viewer")
    project = await world.project(owner=owner)
    await world.member(project, role="owner", account=reader)
    client, path = api(as_=owner), f"{HERE}/{project.id}/team/{owner.id}"
    for answer in (await client.delete(path), await client.patch(path, json={"role": "member"})):
        assert _code(answer) == (409, "LAST_OWNER")
    third = await world.member(project, role="owner")
    assert (await client.delete(path)).status_code == 204
    assert await _owner_of(world, project) == third.id
