"""Every account has exactly one personal project, whoever makes it first."""

import asyncio
from uuid import UUID

import httpx

from taskyard.accounts.events import AccountRegistered
from taskyard.core.spine import events_of
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from taskyard.projects import repository, service
from taskyard.projects.listeners import PersonalProjects
from tests.conftest import Api, OpenInstance
from tests.world import World
from tests.world.spine import catch_up

HERE = "/api/v1/projects"


async def test_the_first_list_already_holds_it(api: Api, world: World) -> None:
    account = await world.account()
    [item] = (await api(as_=account).get(HERE)).json()["items"]
    assert (item["name"], item["slug"], item["is_personal"]) == ("Personal", "personal", True)
    assert (item["role"], item["key"]) == ("owner", "MT")
    async with world.platform.database.session() as db:
        [event] = await events_of(db, item["id"])
    assert (event.name, event.actor_id) == ("project.created.v1", account.id)


async def test_the_listener_makes_it_for_who_never_looked(open_other: OpenInstance) -> None:
    other = await open_other(empty=True)
    account = await other.world.account()
    database = other.platform.database
    async with unit_of_work(database) as uow:
        uow.emit(AccountRegistered(subject_id=account.id, username="x", role="user"))
    await catch_up(database, PersonalProjects())
    async with unit_of_work(database) as uow:
        made = await repository.personal(uow.db, account.id)
        assert made is not None
        assert await service.ensure_personal(uow, account.id) == made.id


async def test_listener_and_lists_at_once_make_one(api: Api, world: World) -> None:
    for _ in range(3):
        account = await world.account()
        client = api(as_=account)

        async def listen(user_id: UUID = account.id) -> None:
            async with unit_of_work(world.platform.database) as uow:
                await service.ensure_personal(uow, user_id)

        async def look(client: httpx.AsyncClient = client) -> None:
            assert (await client.get(HERE)).json()["total"] == 1

        await asyncio.gather(*(listen() for _ in range(4)), *(look() for _ in range(4)))
        assert (await client.get(HERE)).json()["total"] == 1


async def test_a_new_project_and_the_first_list_at_once(api: Api, world: World) -> None:
    """Both may want the name Personal; neither fails."""
    client = api(as_=await world.account())
    made, listed = await asyncio.gather(
        client.post(HERE, json={"name": "Personal", "key": "MT"}), client.get(HERE)
    )
    assert listed.status_code == 200
    assert made.status_code in {201, 409}
    items = (await client.get(HERE)).json()["items"]
    assert sum(item["is_personal"] for item in items) == 1
    assert len({item["slug"] for item in items}) == len(items)


async def test_a_project_called_personal_is_not_in_its_way(world: World, api: Api) -> None:
    account = await world.account()
    await world.project(owner=account, name="Personal")
    items = (await api(as_=account).get(HERE)).json()["items"]
    assert {item["name"] for item in items} == {"Personal"}
    assert len({item["slug"] for item in items}) == 2


async def test_it_may_be_renamed_and_stays(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    [item] = (await client.get(HERE)).json()["items"]
    path = f"{HERE}/{item['id']}"
    assert (await client.patch(path, json={"name": "My things"})).status_code == 200
    answer = await client.delete(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "RESOURCE_CONFLICT")
    [same] = (await client.get(HERE)).json()["items"]
    assert (same["id"], same["name"]) == (item["id"], "My things")


async def test_a_name_a_contract_gives_finds_its_project_or_makes_it(world: World) -> None:
    account = await world.account()
    actor = await world.actor(account)
    name = f"From a client {uuid7().hex[-6:]}"

    async def ask() -> object:
        async with unit_of_work(world.platform.database) as uow:
            return (await service.find_or_create(uow, actor, name)).id

    ids = await asyncio.gather(*(ask() for _ in range(6)))
    assert len(set(ids)) == 1
