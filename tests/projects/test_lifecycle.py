"""A project's life: archived and restored, deleted and brought back, given away."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from taskyard.accounts.models import User
from taskyard.core.spine import events_of
from taskyard.core.uow import unit_of_work
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.projects.models import Project
from tests.conftest import Api
from tests.world import World

HERE = "/api/v1/projects"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _told(world: World, project_id: UUID) -> list[str]:
    async with world.platform.database.session() as db:
        return [event.name for event in await events_of(db, project_id)]


async def _ids(client: httpx.AsyncClient, status: str) -> set[str]:
    items = (await client.get(HERE, params={"status": status})).json()["items"]
    return {item["id"] for item in items if not item["is_personal"]}


async def test_an_archived_project_is_read_and_not_written(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    member = await world.member(project)
    client, path = api(as_=owner), f"{HERE}/{project.id}"
    await client.post(f"{path}/archive")
    answer = await client.post(f"{path}/archive")
    assert answer.json()["data"]["archived_at"] is not None
    assert "file:upload" not in answer.json()["data"]["permissions"]
    assert (await _ids(client, "active"), await _ids(client, "archived")) == (
        set(),
        {str(project.id)},
    )
    assert await _ids(client, "all") == {str(project.id)}
    theirs = api(as_=member)
    assert (await theirs.get(path)).status_code == 200
    for answer in (
        await theirs.post(f"{path}/jobs", json={"kind": "analysis", "parameters": {}}),
        await theirs.post(f"{path}/analyses", json={}),
        await theirs.post(
            "/api/v1/jobs",
            json={"kind": "analysis", "parameters": {}, "project_id": str(project.id)},
        ),
        await theirs.post(f"{path}/source", files={"file": ("a.zip", b"PK")}),
        await theirs.post(
            "/api/v1/files",
            params={"project_id": str(project.id)},
            files={"file": ("a.txt", b"a")},
        ),
        await theirs.post(
            "/api/v1/files/uploads",
            json={"project_id": str(project.id), "name": "a", "size_bytes": 1, "purpose": "file"},
        ),
    ):
        assert _code(answer) == (409, "PROJECT_ARCHIVED"), answer.request.url
    assert (await client.patch(path, json={"name": "Put in order"})).status_code == 200
    await client.post(f"{path}/restore")
    answer = await client.post(f"{path}/restore")
    assert answer.json()["data"]["archived_at"] is None
    assert "file:upload" in answer.json()["data"]["permissions"]
    assert await _told(world, project.id) == [
        "project.created.v1",
        "project.archived.v1",
        "project.changed.v1",
        "project.restored.v1",
    ]


async def test_what_a_role_forbids_is_said_before_what_the_archive_does(
    api: Api, world: World
) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    viewer = await world.member(project, role="viewer")
    await api(as_=owner).post(f"{HERE}/{project.id}/archive")
    body = {"kind": "analysis", "parameters": {}}
    answer = await api(as_=viewer).post(f"{HERE}/{project.id}/jobs", json=body)
    assert _code(answer) == (403, "AUTH_FORBIDDEN")


async def test_a_deleted_project_is_brought_back_as_it_was(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    member = await world.member(project)
    client, path = api(as_=owner), f"{HERE}/{project.id}"
    before = (await client.get(path)).json()["data"]
    assert _code(await client.post(f"{path}/undelete")) == (409, "PROJECT_NOT_DELETED")
    await client.delete(path)
    assert await _ids(client, "deleted") == {str(project.id)}
    assert await _ids(client, "all") == set()
    assert await _ids(api(as_=member), "deleted") == set(), "only who may bring it back"
    assert _code(await api(as_=member).post(f"{path}/undelete")) == (403, "AUTH_FORBIDDEN")
    back = await client.post(f"{path}/undelete")
    after = back.json()["data"]
    assert after | {"version": 1, "updated_at": before["updated_at"]} == before
    assert (await api(as_=member).get(path)).status_code == 200
    assert (await _told(world, project.id))[-2:] == ["project.deleted.v1", "project.undeleted.v1"]


async def test_after_the_time_of_grace_it_is_gone(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client, path = api(as_=owner), f"{HERE}/{project.id}"
    await client.delete(path)
    async with unit_of_work(world.platform.database) as uow:
        old = update(Project).where(Project.id == project.id)
        await uow.db.execute(old.values(deleted_at=now() - timedelta(days=30, seconds=1)))
    assert _code(await client.post(f"{path}/undelete")) == (404, "PROJECT_NOT_FOUND")
    assert await _ids(client, "deleted") == set()


async def test_one_whose_name_was_taken_meanwhile_comes_back_under_another(
    api: Api, world: World
) -> None:
    owner = await world.account()
    project = await world.project(owner=owner, name="Phoenix")
    client, path = api(as_=owner), f"{HERE}/{project.id}/undelete"
    await client.delete(f"{HERE}/{project.id}")
    await client.post(HERE, json={"name": "phoenix"})
    assert _code(await client.post(path)) == (409, "PROJECT_NAME_TAKEN")
    body = {"name": "Phoenix of before"}
    assert _code(await client.post(path, json=body)) == (409, "PROJECT_KEY_TAKEN")
    back = await client.post(path, json=body | {"key": "POB"})
    data = back.json()["data"]
    assert (data["name"], data["key"], data["slug"]) == (
        "Phoenix of before",
        "POB",
        "phoenix-of-before",
    )


async def test_bringing_back_keeps_to_the_tier_also_at_once(api: Api, world: World) -> None:
    client = api(as_=await world.account(tier="free"))
    made = [await client.post(HERE, json={"name": f"P {number}"}) for number in range(3)]
    for answer in made:
        await client.delete(answer.headers["location"])
    await client.post(HERE, json={"name": "Meanwhile"})
    answers = await asyncio.gather(
        *(client.post(f"{answer.headers['location']}/undelete") for answer in made)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 2, 403: 1}


@pytest.mark.parametrize("who", ["second_owner", "admin"])
async def test_whoever_brings_it_back_the_owners_tier_counts(
    api: Api, world: World, who: str
) -> None:
    owner, second = await world.account(tier="free"), await world.account()
    project = await world.project(owner=owner)
    await world.member(project, role="owner", account=second)
    path = f"{HERE}/{project.id}"
    assert (await api(as_=owner).delete(path)).status_code == 204
    last = [await world.project(owner=owner) for _ in range(3)][-1]
    caller = api(as_=second if who == "second_owner" else await world.account(role="admin"))
    free = {"key": "BACK"}
    refused = await caller.post(f"{path}/undelete", json=free)
    assert _code(refused) == (409, "NEW_OWNER_UNFIT")
    assert owner.username in refused.json()["error"]["message"]
    await api(as_=owner).delete(f"{HERE}/{last.id}")
    assert (await caller.post(f"{path}/undelete", json=free)).status_code == 200


async def test_of_eight_who_bring_it_back_one_does(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client, path = api(as_=owner), f"{HERE}/{project.id}"
    await client.delete(path)
    answers = await asyncio.gather(*(client.post(f"{path}/undelete") for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}


async def test_a_project_is_given_to_a_member(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    member = await world.member(project, role="viewer")
    path = f"{HERE}/{project.id}/transfer"
    answer = await api(as_=owner).post(path, json={"user_id": str(member.id)})
    assert (answer.status_code, answer.json()["data"]["role"]) == (200, "member")
    theirs = (await api(as_=member).get(f"{HERE}/{project.id}")).json()["data"]
    assert theirs["role"] == "owner"
    async with world.platform.database.session() as db:
        event = (await events_of(db, project.id))[-1]
        assert (await db.get_one(Project, project.id)).owner_id == member.id
    assert event.name == "project.transferred.v1"
    assert (event.payload["old_owner"], event.payload["new_owner"]) == (
        str(owner.id),
        str(member.id),
    )


async def test_nobody_gets_a_project_they_cannot_own(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner, name="Gift")
    reader = await world.member(project, account=await world.account(role="viewer"))
    gone = await world.member(project)
    full = await world.member(project, account=await world.account(tier="free"))
    namesake = await world.member(project)
    await world.project(owner=namesake, name="gift")
    for number in range(3):
        await world.project(owner=full, name=f"P {number}")
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == gone.id).values(is_active=False))
    client, path = api(as_=owner), f"{HERE}/{project.id}/transfer"
    for user_id, code in (
        (uuid7(), "NEW_OWNER_UNFIT"),
        ((await world.account()).id, "NEW_OWNER_UNFIT"),
        (reader.id, "NEW_OWNER_UNFIT"),
        (gone.id, "NEW_OWNER_UNFIT"),
        (full.id, "NEW_OWNER_UNFIT"),
        (namesake.id, "OWNER_HAS_NAME"),
    ):
        answer = await client.post(path, json={"user_id": str(user_id)})
        assert _code(answer) == (409, code), answer.text
    read = (await client.get(f"{HERE}/{project.id}")).json()["data"]
    assert (read["role"], read["version"]) == ("owner", 1)


async def test_given_away_twice_at_once_it_has_one_owner(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    members = [await world.member(project) for _ in range(4)]
    client, path = api(as_=owner), f"{HERE}/{project.id}/transfer"
    answers = await asyncio.gather(
        *(client.post(path, json={"user_id": str(one.id)}) for one in members)
    )
    assert answers[0].status_code in {200, 403}
    async with world.platform.database.session() as db:
        left = (await db.get_one(Project, project.id)).owner_id
    team = (await api(as_=owner).get(f"{HERE}/{project.id}/team")).json()["items"]
    assert [item["user_id"] for item in team if item["role"] == "owner"] == [str(left)]


@pytest.mark.parametrize("verb", ["archive", "transfer"])
async def test_a_personal_project_stays_as_it_is(api: Api, world: World, verb: str) -> None:
    owner = await world.account()
    client = api(as_=owner)
    [personal] = (await client.get(HERE)).json()["items"]
    body: dict[str, Any] = {"json": {"user_id": str(owner.id)}} if verb == "transfer" else {}
    answer = await client.post(f"{HERE}/{personal['id']}/{verb}", **body)
    assert _code(answer) == (409, "RESOURCE_CONFLICT")


async def test_archived_and_restored_at_once_is_one_of_both(api: Api, world: World) -> None:
    """Archiving and restoring at once leaves one of both, told as often as it happened."""
    owner = await world.account()
    project = await world.project(owner=owner)
    client, path = api(as_=owner), f"{HERE}/{project.id}"
    await asyncio.gather(*(client.post(f"{path}/{verb}") for verb in ("archive", "restore") * 4))
    archived = (await client.get(path)).json()["data"]["archived_at"] is not None
    told = Counter(await _told(world, project.id))
    assert told["project.archived.v1"] - told["project.restored.v1"] == archived
