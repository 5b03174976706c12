"""Uploads in parts: any order, any number of times, one file in the end."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from taskyard.core.limits import TIERS
from taskyard.core.platform import Platform
from taskyard.files.access import Parts
from taskyard.files.models import FileUpload
from taskyard.files.uploads.ending import end_abandoned
from taskyard.files.uploads.types import AT_ONCE, Plan
from tests.conftest import Api
from tests.files.giving import (
    FILES,
    PART,
    UPLOADS,
    announce,
    code,
    complete,
    content_of,
    digest_of,
    given,
    parts_in_store,
    put_all,
    put_part,
    state_of,
)
from tests.world import Account, World

MIB = 1024 * 1024
LARGE = secrets.token_bytes(2 * PART + 3)
PIECES = [LARGE[:PART], LARGE[PART : 2 * PART], LARGE[2 * PART :]]


@pytest.mark.parametrize(
    ("size", "sizes"),
    [(0, []), (1, [1]), (10, [10]), (11, [10, 1]), (30, [10, 10, 10])],
    ids=["nothing", "one byte", "one part", "a byte more", "three"],
)
def test_parts_are_equal_but_the_last(size: int, sizes: list[int]) -> None:
    plan = Plan(size, 10)
    assert [plan.size_of(number) for number in range(1, plan.count + 1)] == sizes
    assert plan.size_of(0) is None
    assert plan.size_of(plan.count + 1) is None


async def test_parts_come_in_any_order_and_make_the_file(
    api: Api, platform: Platform, owner: Account, project_id: UUID
) -> None:
    client = api(as_=owner)
    upload = await announce(
        client,
        len(LARGE),
        "../maps/large.bin",
        project_id=str(project_id),
        sha256=hashlib.sha256(LARGE).hexdigest(),
        modified_at="2026-11-01T10:00:00+01:00",
    )
    assert upload | {"id": 0, "created_at": 0, "expires_at": 0, "sha256": 0} == {
        "id": 0,
        "purpose": "file",
        "project_id": str(project_id),
        "name": "large.bin",
        "size_bytes": len(LARGE),
        "sha256": 0,
        "modified_at": "2026-11-01T09:00:00Z",
        "part_size_bytes": PART,
        "parts_expected": 3,
        "parts": [],
        "received_bytes": 0,
        "state": "open",
        "created_at": 0,
        "expires_at": 0,
        "file": None,
        "snapshot": None,
        "refusal": None,
    }
    for number in (3, 1, 2):
        answer = await put_part(client, upload["id"], number, PIECES[number - 1])
        assert answer.json()["data"] == {
            "number": number,
            "size_bytes": len(PIECES[number - 1]),
            "sha256": hashlib.sha256(PIECES[number - 1]).hexdigest(),
        }
        here = await state_of(client, upload["id"])
        assert number in [part["number"] for part in here["parts"]]
    assert (await state_of(client, upload["id"]))["received_bytes"] == len(LARGE)
    done = await complete(client, upload["id"])
    assert done.status_code == 201, done.text
    data = done.json()["data"]
    assert (data["state"], data["parts"], data["received_bytes"]) == ("completed", [], len(LARGE))
    file = data["file"]
    assert done.headers["location"] == f"{FILES}/{file['id']}"
    assert (file["name"], file["project_id"]) == ("large.bin", str(project_id))
    assert file["sha256"] == hashlib.sha256(LARGE).hexdigest()
    assert (await content_of(client, file["id"])).content == LARGE
    assert parts_in_store(platform.settings.data_dir, upload["id"]) == []
    listed = await client.get(FILES, params={"project_id": str(project_id)})
    assert [item["id"] for item in listed.json()["items"]] == [file["id"]]


async def test_a_part_may_be_sent_again_and_changed(
    api: Api, platform: Platform, owner: Account
) -> None:
    client = api(as_=owner)
    upload = await announce(client, 4)
    for content in (b"once", b"once", b"last"):
        assert (await put_part(client, upload["id"], 1, content)).status_code == 200
    assert len((await state_of(client, upload["id"]))["parts"]) == 1
    done = (await complete(client, upload["id"])).json()["data"]
    assert (await content_of(client, done["file"]["id"])).content == b"last"
    assert parts_in_store(platform.settings.data_dir, upload["id"]) == []


async def test_the_same_part_many_times_at_once(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    upload = await announce(client, PART)
    answers = await asyncio.gather(
        *(put_part(client, upload["id"], 1, PIECES[0]) for _ in range(6))
    )
    assert {answer.status_code for answer in answers} == {200}
    done = await complete(client, upload["id"])
    sha256 = hashlib.sha256(PIECES[0]).hexdigest()
    assert done.json()["data"]["file"]["sha256"] == sha256


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (digest_of(b"four")["Content-Digest"], None),
        ("sha-512=:eHh4:, " + digest_of(b"four")["Content-Digest"], None),
        ("sha-512=:eHh4:", None),
        (digest_of(b"flip")["Content-Digest"], (422, "UPLOAD_PART_DAMAGED")),
        ("sha-256=:short:", (400, "BAD_REQUEST")),
        ("sha-256=four", (400, "BAD_REQUEST")),
    ],
    ids=["right", "right among others", "another sort", "wrong", "short", "bare"],
)
async def test_a_part_is_what_its_digest_says(
    api: Api, owner: Account, header: str, expected: tuple[int, str] | None
) -> None:
    client = api(as_=owner)
    upload = await announce(client, 4)
    answer = await put_part(client, upload["id"], 1, b"four", **{"Content-Digest": header})
    assert (None if answer.status_code == 200 else code(answer)) == expected
    here = (await state_of(client, upload["id"]))["parts"]
    assert len(here) == (1 if expected is None else 0)


@pytest.mark.parametrize(
    ("number", "content", "expected"),
    [
        (1, b"", (422, "UPLOAD_PART_WRONG")),
        (1, bytes(PART - 1), (422, "UPLOAD_PART_WRONG")),
        (1, bytes(PART + 1), (413, "PAYLOAD_TOO_LARGE")),
        (2, b"1234", (422, "UPLOAD_PART_WRONG")),
        (3, b"", (422, "UPLOAD_PART_WRONG")),
        (0, b"", (422, "VALIDATION_ERROR")),
        (100_001, b"", (422, "VALIDATION_ERROR")),
    ],
    ids=["empty", "short", "long", "last too long", "one too many", "none", "absurd"],
)
async def test_a_part_has_the_size_it_must_have(
    api: Api, owner: Account, number: int, content: bytes, expected: tuple[int, str]
) -> None:
    client = api(as_=owner)
    upload = await announce(client, PART + 3)
    assert code(await put_part(client, upload["id"], number, content)) == expected
    assert (await state_of(client, upload["id"]))["parts"] == []


async def test_a_packed_part_is_refused(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    upload = await announce(client, 4)
    answer = await put_part(client, upload["id"], 1, b"four", **{"Content-Encoding": "gzip"})
    assert code(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_it_is_completed_only_when_all_is_here(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    upload = await announce(client, len(LARGE))
    await put_part(client, upload["id"], 2, PIECES[1])
    answer = await complete(client, upload["id"])
    assert code(answer) == (409, "UPLOAD_PARTS_MISSING")
    assert answer.json()["error"]["details"]["missing"] == [1, 3]
    await put_all(client, upload, LARGE)
    assert (await complete(client, upload["id"])).status_code == 201


async def test_a_whole_that_differs_is_refused_and_can_be_mended(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    upload = await announce(client, 4, sha256=hashlib.sha256(b"good").hexdigest())
    await put_part(client, upload["id"], 1, b"evil")
    answer = await complete(client, upload["id"])
    assert code(answer) == (422, "UPLOAD_HASH_MISMATCH")
    assert (await state_of(client, upload["id"]))["state"] == "open"
    await put_part(client, upload["id"], 1, b"good")
    assert (await complete(client, upload["id"])).status_code == 201


async def test_nothing_at_all_is_an_upload(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    upload = await announce(client, 0, "empty.txt")
    assert upload["parts_expected"] == 0
    done = await complete(client, upload["id"])
    assert done.json()["data"]["file"]["size_bytes"] == 0


async def test_of_many_completions_at_once_one_makes_the_file(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    upload = await announce(client, len(LARGE))
    await put_all(client, upload, LARGE)
    answers = await asyncio.gather(*(complete(client, upload["id"]) for _ in range(6)))
    made = [answer for answer in answers if answer.status_code == 201]
    assert len(made) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert code(answer) == (409, "UPLOAD_COMPLETING")
            assert answer.headers["retry-after"] == "2"
        elif answer.status_code == 200:
            assert answer.json()["data"] == made[0].json()["data"]
    again = await complete(client, upload["id"])
    assert (again.status_code, again.json()) == (200, made[0].json())
    assert (await client.get(FILES)).json()["total"] == 1


async def test_an_upload_that_ended_takes_nothing_more(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    for end in ("complete", "abort"):
        upload = await announce(client, 4)
        await put_part(client, upload["id"], 1, b"four")
        if end == "complete":
            await complete(client, upload["id"])
        path = f"{UPLOADS}/{upload['id']}"
        assert (await client.delete(path)).status_code == 204
        late = await put_part(client, upload["id"], 1, b"late")
        assert code(late) == (410, "UPLOAD_ENDED")
        state = "completed" if end == "complete" else "aborted"
        assert late.json()["error"]["details"]["state"] == state
        assert (await state_of(client, upload["id"]))["state"] == state
        assert (await client.delete(path)).status_code == 204
        again = await complete(client, upload["id"])
        assert again.status_code == (200 if end == "complete" else 410)
    assert (await client.get(UPLOADS)).json()["total"] == 0


async def _storage(client: Any) -> dict[str, int]:
    use: dict[str, int] = (await client.get(f"{FILES}/storage")).json()["data"]
    return use


async def test_an_aborted_upload_leaves_nothing(
    api: Api, platform: Platform, owner: Account
) -> None:
    client = api(as_=owner)
    upload = await announce(client, len(LARGE))
    await put_part(client, upload["id"], 1, PIECES[0])
    assert len(parts_in_store(platform.settings.data_dir, upload["id"])) == 1
    assert (await _storage(client))["uploads_bytes"] == len(LARGE)
    assert (await client.delete(f"{UPLOADS}/{upload['id']}")).status_code == 204
    assert parts_in_store(platform.settings.data_dir, upload["id"]) == []
    assert (await _storage(client))["used_bytes"] == 0


async def _change(platform: Platform, upload_id: str, **columns: object) -> None:
    async with platform.database.session() as db:
        await db.execute(
            update(FileUpload).where(FileUpload.id == UUID(upload_id)).values(**columns)
        )
        await db.commit()


AN_HOUR_AGO = text("now() - interval '1 hour'")


async def test_an_abandoned_upload_ends_by_itself(
    api: Api, platform: Platform, owner: Account
) -> None:
    client, parts = api(as_=owner), Parts.of(platform)
    left, kept = await announce(client, PART), await announce(client, PART)
    for upload in (left, kept):
        await put_part(client, upload["id"], 1, PIECES[0])
    await _change(platform, left["id"], expires_at=AN_HOUR_AGO)
    assert (await state_of(client, left["id"]))["state"] == "expired"
    assert code(await put_part(client, left["id"], 1, PIECES[0])) == (410, "UPLOAD_ENDED")
    assert code(await complete(client, left["id"])) == (410, "UPLOAD_ENDED")
    assert (await _storage(client))["uploads_bytes"] == PART
    await end_abandoned(parts)
    assert (await state_of(client, left["id"]))["state"] == "expired"
    assert parts_in_store(platform.settings.data_dir, left["id"]) == []
    assert len(parts_in_store(platform.settings.data_dir, kept["id"])) == 1
    # A part that was on its way came after the first sweep.
    platform.storage.store_part(UUID(left["id"]), "1-ab", b"late")
    await _change(platform, left["id"], ended_at=text("now() - interval '8 days'"))
    await end_abandoned(parts)
    assert parts_in_store(platform.settings.data_dir, left["id"]) == []
    assert code(await client.get(f"{UPLOADS}/{left['id']}")) == (404, "UPLOAD_NOT_FOUND")


async def test_a_part_moves_the_end_on_but_not_for_ever(
    api: Api, platform: Platform, owner: Account
) -> None:
    client = api(as_=owner)
    upload = await announce(client, 4)
    soon = text("now() + interval '1 minute'")
    await _change(platform, upload["id"], expires_at=soon)
    before = (await state_of(client, upload["id"]))["expires_at"]
    await put_part(client, upload["id"], 1, b"four")
    assert (await state_of(client, upload["id"]))["expires_at"] > before
    long_ago = text("now() - interval '7 days' + interval '2 minutes'")
    await _change(platform, upload["id"], created_at=long_ago)
    await put_part(client, upload["id"], 1, b"more")
    async with platform.database.session() as db:
        left = await db.scalar(
            text("SELECT expires_at < now() + interval '3 minutes' FROM file_uploads WHERE id=:id"),
            {"id": UUID(upload["id"])},
        )
    assert left is True


async def test_a_completion_that_died_is_taken_over(
    api: Api, platform: Platform, owner: Account
) -> None:
    client = api(as_=owner)
    upload = await announce(client, 4)
    await put_part(client, upload["id"], 1, b"four")
    claimed = {"state": "completing", "claim_id": UUID(int=1)}
    await _change(
        platform, upload["id"], **claimed, claimed_until=text("now() + interval '30 seconds'")
    )
    for answer in (
        await complete(client, upload["id"]),
        await put_part(client, upload["id"], 1, b"more"),
        await client.delete(f"{UPLOADS}/{upload['id']}"),
    ):
        assert code(answer) == (409, "UPLOAD_COMPLETING")
    await _change(platform, upload["id"], claimed_until=AN_HOUR_AGO)
    assert (await state_of(client, upload["id"]))["state"] == "completing"
    assert (await put_part(client, upload["id"], 1, b"more")).status_code == 200
    assert (await complete(client, upload["id"])).status_code == 201


@pytest.mark.parametrize("harm", ["lost", "damaged"])
async def test_a_part_the_store_lost_is_asked_for_again(
    api: Api, platform: Platform, owner: Account, harm: str
) -> None:
    client = api(as_=owner)
    upload = await announce(client, len(LARGE))
    await put_all(client, upload, LARGE)
    second = parts_in_store(platform.settings.data_dir, upload["id"])[1]
    second.unlink() if harm == "lost" else second.write_bytes(b"\0" * PART)
    answer = await complete(client, upload["id"])
    assert code(answer) == (409, "UPLOAD_PARTS_MISSING")
    assert answer.json()["error"]["details"]["missing"] == [2]
    here = await state_of(client, upload["id"])
    assert (here["state"], [part["number"] for part in here["parts"]]) == ("open", [1, 3])
    await put_part(client, upload["id"], 2, PIECES[1])
    done = await complete(client, upload["id"])
    assert (await content_of(client, done.json()["data"]["file"]["id"])).content == LARGE


async def test_nobody_reaches_the_uploads_of_others(api: Api, world: World, owner: Account) -> None:
    project = await world.project(owner=owner)
    member, viewer = await world.member(project), await world.member(project, role="viewer")
    upload = await announce(api(as_=owner), 4, project_id=str(project.id))
    path = f"{UPLOADS}/{upload['id']}"
    for account in (member, viewer, await world.account(role="admin")):
        client = api(as_=account)
        for answer in (
            await client.get(path),
            await client.put(f"{path}/parts/1", content=b"evil"),
            await client.post(f"{path}/complete"),
            await client.delete(path),
        ):
            assert code(answer) == (404, "UPLOAD_NOT_FOUND")
        assert (await client.get(UPLOADS)).json()["total"] == 0
    reader = api(as_=await world.account(role="viewer"))
    assert code(await reader.get(path)) == (403, "AUTH_FORBIDDEN")
    body = {"name": "x", "size_bytes": 1, "project_id": str(project.id)}
    assert code(await api(as_=viewer).post(UPLOADS, json=body)) == (403, "AUTH_FORBIDDEN")
    stranger = api(as_=await world.account())
    assert code(await stranger.post(UPLOADS, json=body)) == (404, "PROJECT_NOT_FOUND")


async def test_rights_lost_since_the_beginning(
    api: Api, world: World, platform: Platform, owner: Account
) -> None:
    project = await world.project(owner=owner)
    member = await world.member(project)
    client = api(as_=member)
    upload = await announce(client, 4, project_id=str(project.id))
    await put_part(client, upload["id"], 1, b"four")
    async with platform.database.session() as db:
        await db.execute(text("DELETE FROM memberships WHERE user_id = :id"), {"id": member.id})
        await db.commit()
    assert code(await complete(client, upload["id"])) == (404, "PROJECT_NOT_FOUND")
    assert (await api(as_=owner).get(FILES)).json()["total"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "size_bytes": -1},
        {"name": "x", "size_bytes": 501 * MIB},
        {"name": "x", "size_bytes": 1.5},
        {"name": "x", "size_bytes": True},
        {"name": "x", "size_bytes": "5"},
        {"name": "x"},
        {"name": "x", "size_bytes": 1, "purpose": "source"},
        {"name": "x", "size_bytes": 1, "purpose": "anything"},
        {"name": "x", "size_bytes": 1, "sha256": "ABC"},
        {"name": "x", "size_bytes": 1, "modified_at": "2026-11-01T10:00:00"},
        {"name": "x", "size_bytes": 1, "modified_at": "0001-01-01T00:00:00+14:00"},
        {"name": "x", "size_bytes": 1, "modified_at": "9999-12-31T23:59:59-14:00"},
        {"name": "x" * 1001, "size_bytes": 1},
        {"name": "x", "size_bytes": 1, "path": "/etc/passwd"},
    ],
    ids=[
        "negative",
        "too large for anybody",
        "a fraction",
        "a yes",
        "a text",
        "no size",
        "source of no project",
        "no such purpose",
        "no hash",
        "no time zone",
        "before all time",
        "after all time",
        "long name",
        "unknown field",
    ],
)
async def test_what_cannot_be_announced(api: Api, owner: Account, body: dict[str, object]) -> None:
    assert code(await api(as_=owner).post(UPLOADS, json=body)) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("bell\a.txt", "bell.txt"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("..", "file"),
        ("", "file"),
        ("a/b\\c", "c"),
    ],
    ids=["control", "turned", "dots", "none", "path"],
)
async def test_a_name_is_only_a_name(api: Api, owner: Account, name: str, kept: str) -> None:
    assert (await announce(api(as_=owner), 0, name))["name"] == kept


async def test_a_name_with_a_nul_is_no_json(api: Api, owner: Account) -> None:
    answer = await api(as_=owner).post(UPLOADS, json={"name": "a\0b", "size_bytes": 1})
    assert code(answer) == (400, "MALFORMED_JSON")


async def test_an_announcement_repeated_is_one_upload(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    body = {"name": "x", "size_bytes": 4}
    key = {"Idempotency-Key": "once"}
    first = await client.post(UPLOADS, json=body, headers=key)
    again = await client.post(UPLOADS, json=body, headers=key)
    assert first.json() == again.json()
    assert (await client.get(UPLOADS)).json()["total"] == 1


async def test_what_is_announced_takes_room_at_once(
    api: Api, world: World, platform: Platform
) -> None:
    free = await world.account(tier="free")
    client, limit = api(as_=free), TIERS["free"].storage_bytes
    first = await announce(client, 5 * MIB)
    await _change(platform, first["id"], size_bytes=limit - 10)
    body = {"name": "x", "size_bytes": 11}
    refused = await client.post(UPLOADS, json=body)
    assert code(refused) == (403, "TIER_LIMIT_EXCEEDED")
    details = refused.json()["error"]["details"]
    assert details | {"request_id": 0} == {
        "limit_type": "storage_bytes",
        "limit": limit,
        "used": limit - 10,
        "wanted": 11,
        "tier": "free",
        "recommended_tier": "pro",
        "upgrade_url": "/app/settings",
        "request_id": 0,
    }
    await given(client, b"a" * 10)
    assert code(await client.post(UPLOADS, json={"name": "x", "size_bytes": 1}))[0] == 403
    await client.delete(f"{UPLOADS}/{first['id']}")
    # What an upload announced is its own room: a full storage does not stop it.
    second = await announce(client, 5)
    await _change(platform, second["id"], part_bytes=PART)
    await put_part(client, second["id"], 1, b"12345")
    large = (await client.get(FILES)).json()["items"][0]["id"]
    async with platform.database.session() as db:
        await db.execute(
            text("UPDATE files SET size_bytes = :size WHERE id = :id"),
            {"size": limit - 5, "id": UUID(large)},
        )
        await db.commit()
    assert (await complete(client, second["id"])).status_code == 201
    assert (await _storage(client))["used_bytes"] == limit


async def test_announcements_at_once_do_not_pass_the_limit_together(
    api: Api, world: World, platform: Platform
) -> None:
    free = await world.account(tier="free")
    client = api(as_=free)
    first = await announce(client, 1)
    await _change(platform, first["id"], size_bytes=TIERS["free"].storage_bytes - 25)
    body = {"name": "x", "size_bytes": 10}
    answers = await asyncio.gather(*(client.post(UPLOADS, json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [403] * 6


async def test_a_tier_has_its_sizes(api: Api, world: World) -> None:
    free = await world.account(tier="free")
    project = await world.project(owner=free)
    client = api(as_=free)
    file = {"name": "x", "size_bytes": 5 * MIB + 1}
    archive = {
        "name": "x.zip",
        "size_bytes": 20 * MIB + 1,
        "purpose": "source",
        "project_id": str(project.id),
    }
    for body, limit in ((file, 5 * MIB), (archive, 20 * MIB)):
        answer = await client.post(UPLOADS, json=body)
        assert code(answer) == (413, "FILE_TOO_LARGE")
        assert answer.json()["error"]["details"]["limit_bytes"] == limit
    admin = await world.account(role="admin", tier="free")
    await announce(api(as_=admin), 500 * MIB)


async def test_nobody_has_too_many_under_way(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    first = await announce(client, 1)
    for _ in range(AT_ONCE - 1):
        await announce(client, 1)
    answer = await client.post(UPLOADS, json={"name": "x", "size_bytes": 1})
    assert code(answer) == (409, "TOO_MANY_UPLOADS")
    await client.delete(f"{UPLOADS}/{first['id']}")
    await announce(client, 1)


async def test_what_is_under_way_is_listed(api: Api, world: World, owner: Account) -> None:
    client = api(as_=owner)
    project = await world.project(owner=owner)
    mine = await announce(client, 4)
    source = await announce(client, 9, purpose="source", project_id=str(project.id))
    await put_part(client, source["id"], 1, b"123456789")

    async def ids(**query: str) -> list[str]:
        answer = await client.get(UPLOADS, params=query)
        return [item["id"] for item in answer.json()["items"]]

    assert await ids() == [source["id"], mine["id"]]
    assert await ids(project_id=str(project.id)) == [source["id"]]
    assert await ids(purpose="file") == [mine["id"]]
    assert await ids(page="2", page_size="1") == [mine["id"]]
    listed = (await client.get(UPLOADS, params={"purpose": "source"})).json()["items"][0]
    assert listed == await state_of(client, source["id"])


async def test_slow_senders_hold_no_database_connection(
    api: Api, platform: Platform, owner: Account
) -> None:
    go, all_wait = asyncio.Event(), asyncio.Event()
    waiting, senders = 0, 2 * platform.settings.database_pool
    client = api(as_=owner)
    upload = await announce(client, 4)

    async def slowly() -> AsyncIterator[bytes]:
        nonlocal waiting
        yield b"fo"
        waiting += 1
        if waiting == senders:
            all_wait.set()
        await go.wait()
        yield b"ur"

    path = f"{UPLOADS}/{upload['id']}/parts/1"
    sending = [asyncio.create_task(client.put(path, content=slowly())) for _ in range(senders)]
    async with asyncio.timeout(20):
        await all_wait.wait()
        assert (await client.get(FILES)).status_code == 200
    go.set()
    assert {answer.status_code for answer in await asyncio.gather(*sending)} == {200}


async def test_a_part_on_its_way_when_the_upload_is_aborted_is_not_taken(
    api: Api, platform: Platform, owner: Account
) -> None:
    client = api(as_=owner)
    upload = await announce(client, 4)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"fo"
        assert (await client.delete(f"{UPLOADS}/{upload['id']}")).status_code == 204
        yield b"ur"

    answer = await client.put(f"{UPLOADS}/{upload['id']}/parts/1", content=slowly())
    assert code(answer) == (410, "UPLOAD_ENDED")
    await _change(platform, upload["id"], ended_at=text("now() - interval '8 days'"))
    await end_abandoned(Parts.of(platform))
    assert parts_in_store(platform.settings.data_dir, upload["id"]) == []
