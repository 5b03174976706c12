"""Source that comes in parts: taken, refused and counted as in one request."""

import secrets
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text, update

from taskyard.core.limits import TIERS
from taskyard.core.platform import Platform
from taskyard.core.spine import events_of
from taskyard.files.models import Source
from tests.conftest import Api
from tests.files.archives import PROGRAM, tar_of, upload, zip_of
from tests.files.giving import UPLOADS, announce, code, complete, parts_in_store, put_all, state_of
from tests.world import Account, World

MIB = 1024 * 1024
#: Large enough for three parts: noise that no packing shrinks.
NOISE = {f"data/{number}.bin": secrets.token_bytes(3 * MIB) for number in range(4)}


async def sent(
    client: httpx.AsyncClient, project_id: UUID, content: bytes, name: str = "thing.tar"
) -> dict[str, Any]:
    """Send an archive in parts, all of them."""
    made = await announce(client, len(content), name, purpose="source", project_id=str(project_id))
    await put_all(client, made, content)
    return made


async def test_an_archive_in_parts_becomes_a_snapshot(
    api: Api, platform: Platform, owner: Account, project_id: UUID
) -> None:
    client = api(as_=owner)
    made = await sent(client, project_id, tar_of(PROGRAM | NOISE))
    assert made["parts_expected"] == 3
    done = await complete(client, made["id"])
    assert done.status_code == 201, done.text
    snapshot = done.json()["data"]["snapshot"]
    assert done.json()["data"]["file"] is None
    assert snapshot["files"] == len(PROGRAM) + len(NOISE)
    assert (snapshot["origin"]["kind"], snapshot["origin"]["name"]) == ("archive", "thing.tar")
    path = f"/api/v1/projects/{project_id}/source"
    assert done.headers["location"] == f"{path}/{snapshot['id']}"
    assert (await client.get(f"{path}/{snapshot['id']}")).json()["data"] == snapshot
    assert parts_in_store(platform.settings.data_dir, made["id"]) == []
    assert (await complete(client, made["id"])).status_code == 200
    async with platform.database.session() as db:
        told = await events_of(db, UUID(snapshot["id"]))
    assert [event.name for event in told] == ["source.snapshot_created.v1"]


async def test_the_same_source_is_the_same_snapshot_however_it_came(
    api: Api, owner: Account, project_id: UUID
) -> None:
    client = api(as_=owner)
    whole = (await upload(client, project_id, zip_of(PROGRAM))).json()["data"]
    made = await sent(client, project_id, tar_of(PROGRAM))
    again = (await complete(client, made["id"])).json()["data"]["snapshot"]
    assert again["id"] == whole["id"]
    listed = await client.get(f"/api/v1/projects/{project_id}/source")
    assert listed.json()["total"] == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (zip_of({"../evil.py": b"1"}), "ARCHIVE_UNSAFE"),
        (zip_of({"A.py": b"1", "a.py": b"2"}), "ARCHIVE_UNSAFE"),
        (zip_of({"zeros.bin": bytes(20 * MIB)}), "ARCHIVE_UNSAFE"),
        (b"no archive", "ARCHIVE_UNREADABLE"),
        (b"", "ARCHIVE_UNREADABLE"),
    ],
    ids=["out of the folder", "two in one place", "bomb", "text", "nothing"],
)
async def test_what_is_refused_whole_is_refused_in_parts(
    api: Api,
    platform: Platform,
    owner: Account,
    project_id: UUID,
    content: bytes,
    expected: str,
) -> None:
    client = api(as_=owner)
    whole = await upload(client, project_id, content)
    made = await sent(client, project_id, content)
    refused = await complete(client, made["id"])
    assert refused.status_code == whole.status_code == 422
    told = [answer.json()["error"] for answer in (refused, whole)]
    for error in told:
        error["details"].pop("request_id")
    assert told[0] == told[1]
    assert told[0]["code"] == expected
    ended = await state_of(client, made["id"])
    assert ended["state"] == "refused"
    assert ended["refusal"] == {"code": expected, "message": told[0]["message"]}
    again = await complete(client, made["id"])
    assert code(again) == (410, "UPLOAD_ENDED")
    assert parts_in_store(platform.settings.data_dir, made["id"]) == []
    assert not list((platform.settings.data_dir / "scratch").iterdir())
    listed = await client.get(f"/api/v1/projects/{project_id}/source")
    assert listed.json()["total"] == 0


async def test_source_for_which_there_is_no_room_waits_for_it(
    api: Api, world: World, platform: Platform
) -> None:
    """Unpacked it is larger than announced: it is counted by what is in it."""
    free = await world.account(tier="free")
    project, client = await world.project(owner=free), api(as_=free)
    limit = TIERS["free"].storage_bytes
    first = await upload(client, project.id, zip_of({"a.py": b"room %s" % free.id.bytes}))
    source_id = first.json()["data"]["source_id"]

    async def pretend(size_bytes: int) -> None:
        async with platform.database.session() as db:
            await db.execute(
                update(Source).where(Source.source_id == source_id).values(size_bytes=size_bytes)
            )
            await db.commit()

    content = zip_of({"b.py": b"x = 1\n" * 1000})
    await pretend(limit - len(content) - 1)
    made = await sent(client, project.id, content, "b.zip")
    assert code(await complete(client, made["id"])) == (403, "TIER_LIMIT_EXCEEDED")
    assert (await state_of(client, made["id"]))["state"] == "open"
    await pretend(10)
    assert (await complete(client, made["id"])).status_code == 201


async def test_a_deleted_project_gets_nothing(api: Api, owner: Account, project_id: UUID) -> None:
    client = api(as_=owner)
    made = await sent(client, project_id, zip_of(PROGRAM))
    await client.delete(f"/api/v1/projects/{project_id}")
    assert code(await complete(client, made["id"])) == (404, "PROJECT_NOT_FOUND")


async def test_who_left_the_project_is_told_nothing_of_it(
    api: Api, world: World, platform: Platform, owner: Account
) -> None:
    project = await world.project(owner=owner)
    member = await world.member(project)
    client = api(as_=member)
    made = await sent(client, project.id, zip_of(PROGRAM))
    await complete(client, made["id"])
    async with platform.database.session() as db:
        await db.execute(text("DELETE FROM memberships WHERE user_id = :id"), {"id": member.id})
        await db.commit()
    ended = await client.get(f"{UPLOADS}/{made['id']}")
    assert ended.json()["data"]["state"] == "completed"
    assert ended.json()["data"]["snapshot"] is None
