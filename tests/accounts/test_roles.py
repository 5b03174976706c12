"""What an account's role allows, from the moment it changes."""

import pytest
from sqlalchemy import update

from taskyard.accounts.errors import AccountNotFound
from taskyard.accounts.models import User
from taskyard.accounts.service import administering
from taskyard.core.access import ROLE_PERMISSIONS, Role
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from tests.conftest import Api
from tests.world import Account, World

PROJECTS = "/api/v1/projects"


async def _become(world: World, account: Account, role: Role) -> None:
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == account.id).values(role=role))


@pytest.mark.parametrize("role", ["user", "admin", "viewer"])
async def test_an_account_says_what_it_may_do(api: Api, world: World, role: Role) -> None:
    data = (await api(as_=await world.account(role=role)).get("/api/v1/auth/me")).json()["data"]
    assert data["role"] == role
    assert data["permissions"] == sorted(ROLE_PERMISSIONS[role])


async def test_a_viewer_account_reads_and_keeps_its_own_house(api: Api, world: World) -> None:
    viewer = await world.account(role="viewer")
    client = api(as_=viewer)
    assert (await client.get(PROJECTS)).status_code == 200
    assert (await client.patch("/api/v1/profile", json={"display_name": "V"})).status_code == 200
    answer = await client.post(PROJECTS, json={"name": "Mine"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AUTH_FORBIDDEN")
    assert answer.json()["error"]["details"]["permission"] == "project:create"
    assert "project:create" in answer.json()["error"]["message"]
    assert (await client.post("/api/v1/auth/logout")).status_code == 204


async def test_a_viewer_account_does_not_write_where_it_is_an_owner(api: Api, world: World) -> None:
    account = await world.account()
    project = await world.project(owner=account)
    await _become(world, account, "viewer")
    client = api(as_=account)
    assert (await client.get(f"{PROJECTS}/{project.id}")).status_code == 200
    for answer in (
        await client.patch(f"{PROJECTS}/{project.id}", json={"name": "New"}),
        await client.delete(f"{PROJECTS}/{project.id}"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AUTH_FORBIDDEN")


async def test_a_changed_role_counts_at_the_next_request(api: Api, world: World) -> None:
    """The token still says the old one; it is not asked."""
    account = await world.account(role="admin")
    strangers = await world.project(owner=await world.account())
    client = api(as_=account)
    assert (await client.get(f"{PROJECTS}/{strangers.id}")).status_code == 200
    await _become(world, account, "user")
    assert (await client.get(f"{PROJECTS}/{strangers.id}")).status_code == 404
    await _become(world, account, "viewer")
    assert (await client.post(PROJECTS, json={"name": "x"})).status_code == 403


async def test_a_deactivated_account_is_out_at_the_next_request(api: Api, world: World) -> None:
    account = await world.account()
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == account.id).values(is_active=False))
    answer = await api(as_=account).get("/api/v1/auth/me")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AUTH_SESSION_REVOKED")


async def test_the_command_line_sets_a_role_by_address_or_name(api: Api, world: World) -> None:
    account = await world.account()
    me = (await api(as_=account).get("/api/v1/auth/me")).json()["data"]
    roles: list[Role] = ["viewer", "user"]
    for login, role in zip((me["email"].upper(), me["username"]), roles, strict=True):
        async with unit_of_work(world.platform.database) as uow:
            assert (await administering.set_role(uow, login, role)).id == account.id
        data = (await api(as_=account).get("/api/v1/auth/me")).json()["data"]
        assert (data["role"], data["permissions"]) == (role, sorted(ROLE_PERMISSIONS[role]))
    for nobody in (f"{uuid7().hex}@example.org", uuid7().hex):
        with pytest.raises(AccountNotFound):
            async with unit_of_work(world.platform.database) as uow:
                await administering.set_role(uow, nobody, "admin")
