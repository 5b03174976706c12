"""Files that people give: kept as they are, found, deleted, brought back."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text, update

from taskyard.core.limits import TIERS
from taskyard.core.platform import Platform
from taskyard.core.spine import events_of
from taskyard.files.library import service
from taskyard.files.models import File
from tests.conftest import Api, CountStatements
from tests.files.giving import FILES, code, content_of, give, given
from tests.world import Account, World

MIB = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(60)


async def test_a_file_is_kept_as_it_is(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    content = b"first line\r\nsecond\n\0" + secrets.token_bytes(2 * MIB)
    answer = await give(client, content, "notes.bin")
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert answer.headers["location"] == f"{FILES}/{data['id']}"
    assert data | {"id": 0, "created_at": 0, "sha256": 0} == {
        "id": 0,
        "project_id": None,
        "name": "notes.bin",
        "size_bytes": len(content),
        "content_type": "application/octet-stream",
        "sha256": 0,
        "uploaded_by": {"id": str(owner.id), "name": owner.username.capitalize()},
        "created_at": 0,
        "links": 0,
        "can_share": True,
        "can_delete": True,
    }
    assert (await client.get(answer.headers["location"])).json()["data"] == data
    got = await content_of(client, data["id"])
    assert (got.status_code, got.content) == (200, content)
    part = await client.get(str(got.url), headers={"Range": "bytes=3-9"})
    assert (part.status_code, part.content) == (206, content[3:10])


async def test_a_file_leaves_as_an_attachment_that_can_run_nothing(
    api: Api, owner: Account
) -> None:
    client = api(as_=owner)
    for content, name, kind in (
        (PNG, "page.html", "image/png"),
        (b"<!DOCTYPE html><html><script>alert(1)</script>", "photo.png", "text/html"),
        (
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
            "a.svg",
            "image/svg+xml",
        ),
        (b"GIF89a=1;/*" + bytes(30) + b"*/alert(1)", "both.js", "image/gif"),
    ):
        data = await given(client, content, name)
        assert (data["name"], data["content_type"]) == (name, kind)
        got = await content_of(client, data["id"])
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["content-disposition"].startswith(f'attachment; filename="{name}"')
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert "no-store" in got.headers["cache-control"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("", "file"),
        ("..", "file"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("nul\0byte.txt", "nulbyte.txt"),
        ("日本.zip", "日本.zip"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("x" * 900, "x" * 150),
    ],
    ids=["path", "windows", "none", "dots", "turned", "nul", "wide", "composed", "long"],
)
async def test_a_name_is_only_a_name(api: Api, owner: Account, name: str, kept: str) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\nx\r\n--b--\r\n'
    )
    client = api(as_=owner)
    answer = await client.post(
        FILES,
        content=body % name.encode(),
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["data"]["name"] == kept
    got = await content_of(client, answer.json()["data"]["id"])
    header = got.headers["content-disposition"]
    assert header.isascii()
    assert not {"\r", "\n", "/", "\\"} & set(header)


async def test_a_name_cannot_add_a_header(api: Api, owner: Account) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; '
        b'filename="a%0d%0aSet-Cookie: x=1\\"; evil="\r\n\r\nx\r\n--b--\r\n'
    )
    client = api(as_=owner)
    answer = await client.post(
        FILES, content=body, headers={"content-type": "multipart/form-data; boundary=b"}
    )
    got = await content_of(client, answer.json()["data"]["id"])
    assert "set-cookie" not in got.headers
    assert got.headers["content-disposition"].count('"') == 2


async def test_nothing_at_all_is_a_file(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    data = await given(client, b"", "empty.txt")
    assert (data["size_bytes"], data["content_type"]) == (0, "application/octet-stream")
    assert (await content_of(client, data["id"])).content == b""


async def test_giving_is_told_of(
    api: Api, platform: Platform, owner: Account, project_id: UUID
) -> None:
    client = api(as_=owner)
    data = await given(client, b"told", project_id=project_id)
    await client.delete(f"{FILES}/{data['id']}")
    await client.post(f"{FILES}/{data['id']}/restore")
    async with platform.database.session() as db:
        told = await events_of(db, UUID(data["id"]))
    assert [event.name for event in told] == [
        "file.uploaded.v1",
        "file.deleted.v1",
        "file.restored.v1",
    ]
    assert {event.project_id for event in told} == {project_id}


async def test_who_sees_a_file(api: Api, world: World, owner: Account) -> None:
    project = await world.project(owner=owner)
    viewer, stranger = await world.member(project, role="viewer"), await world.account()
    admin = await world.account(role="admin")
    mine = await given(api(as_=owner), b"mine")
    ours = await given(api(as_=owner), b"ours", project_id=project.id)
    for account, sees in ((owner, True), (viewer, True), (admin, True), (stranger, False)):
        for path in (f"{FILES}/{ours['id']}", f"{FILES}/{ours['id']}/link"):
            answer = await api(as_=account).get(path)
            assert answer.status_code == (200 if sees else 404), path
    for account in (viewer, stranger, admin):
        assert code(await api(as_=account).get(f"{FILES}/{mine['id']}")) == (404, "FILE_NOT_FOUND")
        answer = await api(as_=account).delete(f"{FILES}/{mine['id']}")
        assert code(answer) == (404, "FILE_NOT_FOUND")


async def test_who_may_delete_a_projects_file(api: Api, world: World, owner: Account) -> None:
    """Its project's owners, and whoever gave it for as long as they may give more."""
    project = await world.project(owner=owner)
    member, other = await world.member(project), await world.member(project)
    viewer = await world.member(project, role="viewer")
    file = await given(api(as_=member), b"1", project_id=project.id)
    path = f"{FILES}/{file['id']}"
    for account in (other, viewer):
        assert code(await api(as_=account).delete(path)) == (403, "AUTH_FORBIDDEN")
        assert not (await api(as_=account).get(path)).json()["data"]["can_delete"]
    assert (await api(as_=member).delete(path)).status_code == 204
    assert (await api(as_=owner).post(f"{path}/restore")).status_code == 200
    assert (await api(as_=owner).delete(path)).status_code == 204
    stranger = await world.account()
    assert code(await api(as_=stranger).post(f"{path}/restore")) == (404, "FILE_NOT_FOUND")


async def test_who_may_not_give(api: Api, world: World, owner: Account) -> None:
    project = await world.project(owner=owner)
    viewer, stranger = await world.member(project, role="viewer"), await world.account()
    refused = [
        (api(), (401, "AUTH_REQUIRED")),
        (api(as_=stranger), (404, "PROJECT_NOT_FOUND")),
        (api(as_=viewer), (403, "AUTH_FORBIDDEN")),
        (api(as_=await world.account(role="viewer")), (403, "AUTH_FORBIDDEN")),
    ]
    for client, expected in refused:
        assert code(await give(client, b"1", project_id=project.id)) == expected


async def test_a_deleted_file_is_gone_until_it_is_brought_back(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    data = await given(client, b"here")
    path = f"{FILES}/{data['id']}"
    link = (await client.get(f"{path}/link")).json()["data"]["url"]
    assert code(await client.post(f"{path}/restore")) == (409, "FILE_NOT_DELETED")
    for _ in range(2):
        assert (await client.delete(path)).status_code in {204, 404}
    assert code(await client.get(path)) == (404, "FILE_NOT_FOUND")
    assert code(await api().get(link)) == (404, "FILE_NOT_FOUND")
    assert (await client.get(FILES)).json()["total"] == 0
    restored = await client.post(f"{path}/restore")
    assert restored.json()["data"] == data
    assert (await api().get(link)).content == b"here"


async def test_after_a_day_a_deleted_file_is_gone_for_good(
    api: Api, platform: Platform, owner: Account
) -> None:
    client = api(as_=owner)
    kept, gone = await given(client, b"kept"), await given(client, b"gone")
    for file in (kept, gone):
        await client.delete(f"{FILES}/{file['id']}")
    async with platform.database.session() as db:
        await db.execute(
            update(File)
            .where(File.id == UUID(gone["id"]))
            .values(deleted_at=text("now() - interval '25 hours'"))
        )
        await db.commit()
    answer = await client.post(f"{FILES}/{gone['id']}/restore")
    assert code(answer) == (404, "FILE_NOT_FOUND")
    assert await service.purge(platform.database) >= 1
    async with platform.database.session() as db:
        assert await db.get(File, UUID(gone["id"])) is None
        assert await db.get(File, UUID(kept["id"])) is not None
    assert (await client.post(f"{FILES}/{kept['id']}/restore")).status_code == 200


async def test_files_of_a_project_deleted_long_ago_are_removed(
    api: Api, platform: Platform, owner: Account, project_id: UUID
) -> None:
    data = await given(api(as_=owner), b"in it", project_id=project_id)
    await api(as_=owner).delete(f"/api/v1/projects/{project_id}")
    assert (await api(as_=owner).get(f"{FILES}/{data['id']}")).status_code == 404
    await service.purge(platform.database)
    async with platform.database.session() as db:
        assert await db.get(File, UUID(data["id"])) is not None
        await db.execute(
            text("UPDATE projects SET deleted_at = now() - interval '31 days' WHERE id = :id"),
            {"id": project_id},
        )
        await db.commit()
    await service.purge(platform.database)
    async with platform.database.session() as db:
        assert await db.get(File, UUID(data["id"])) is None


async def test_lists(api: Api, world: World, owner: Account) -> None:
    project, other = await world.project(owner=owner), await world.project(owner=owner)
    member = await world.member(project)
    client = api(as_=owner)
    made = [
        (await given(client, b"1", f"plan {number}%.txt", project_id=project.id))["id"]
        for number in range(3)
    ]
    mine = (await given(client, b"2", "mine_own.txt"))["id"]
    theirs = (await given(api(as_=member), b"3", "theirs.txt"))["id"]
    elsewhere = (await given(client, b"4", "elsewhere.txt", project_id=other.id))["id"]

    async def ids(account: Account, **query: object) -> list[str]:
        answer = await api(as_=account).get(FILES, params={k: str(v) for k, v in query.items()})
        return [item["id"] for item in answer.json()["items"]]

    assert await ids(owner) == [elsewhere, mine, *reversed(made)]
    assert await ids(member) == [theirs, *reversed(made)]
    assert await ids(member, project_id=project.id) == list(reversed(made))
    assert await ids(owner, q="PLAN 1%") == [made[1]]
    assert await ids(owner, q="_") == [mine]
    assert await ids(owner, page=2, page_size=2) == [made[2], made[1]]
    answer = await api(as_=member).get(FILES, params={"project_id": str(other.id)})
    assert code(answer) == (404, "PROJECT_NOT_FOUND")
    rights = (await api(as_=member).get(FILES, params={"project_id": str(project.id)})).json()
    assert {(item["can_share"], item["can_delete"]) for item in rights["items"]} == {(True, False)}


async def test_a_list_is_followed_by_its_cursor(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    made = [(await given(client, b"%d" % number))["id"] for number in range(5)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"page_size": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(FILES, params=query)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]
    first = (await client.get(FILES, params={"page_size": "2"})).json()["next_cursor"]
    answer = await client.get(FILES, params={"q": "x", "cursor": first})
    assert code(answer) == (400, "CURSOR_INVALID")


async def test_a_list_asks_the_database_the_same_few_questions(
    api: Api, world: World, owner: Account, statements: CountStatements
) -> None:
    client = api(as_=owner)
    for number in range(2):
        project = await world.project(owner=owner)
        await given(client, b"1", project_id=project.id)
        with statements() as sent:
            assert (await client.get(FILES)).json()["total"] == number + 1
        assert len(sent) == 4, sent


async def test_a_repeat_with_the_same_key_is_the_same_file(api: Api, owner: Account) -> None:
    client = api(as_=owner)
    answers = await asyncio.gather(*(give(client, b"once", key="7") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    replayed = [answer.headers.get("idempotency-replayed") for answer in answers]
    assert sorted(map(str, replayed)) == ["None", "true", "true", "true", "true"]
    other = await give(client, b"twice", key="7")
    assert code(other) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert (await client.get(FILES)).json()["total"] == 1
    await given(client, b"once")
    assert (await client.get(FILES)).json()["total"] == 2
    bad = await give(client, b"once", key=" ")
    assert code(bad) == (400, "IDEMPOTENCY_KEY_INVALID")


async def test_a_file_larger_than_the_tier_takes_is_refused_while_it_comes(
    api: Api, world: World
) -> None:
    free = await world.account(tier="free")
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        while sent < 60 * MIB:
            sent += MIB
            yield bytes(MIB)

    answer = await api(as_=free).post(
        FILES, content=endless(), headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert code(answer) == (413, "FILE_TOO_LARGE")
    assert answer.json()["error"]["details"]["limit_bytes"] == 5 * MIB
    assert sent < 8 * MIB


async def _pretend_size(platform: Platform, file_id: str, size_bytes: int) -> None:
    async with platform.database.session() as db:
        await db.execute(update(File).where(File.id == UUID(file_id)).values(size_bytes=size_bytes))
        await db.commit()


async def test_storage_is_counted(api: Api, world: World, platform: Platform) -> None:
    free = await world.account(tier="free")
    client = api(as_=free)
    limit = TIERS["free"].storage_bytes
    first = await given(client, b"large")
    await _pretend_size(platform, first["id"], limit - 3)
    refused = await give(client, b"1234")
    assert code(refused) == (403, "TIER_LIMIT_EXCEEDED")
    details = refused.json()["error"]["details"]
    assert details | {"request_id": 0} == {
        "limit_type": "storage_bytes",
        "limit": limit,
        "used": limit - 3,
        "wanted": 4,
        "tier": "free",
        "recommended_tier": "pro",
        "upgrade_url": "/app/settings",
        "request_id": 0,
    }
    await given(client, b"123")
    use = (await client.get(f"{FILES}/storage")).json()["data"]
    assert (use["used_bytes"], use["files_bytes"], use["limit_bytes"]) == (limit, limit, limit)
    await client.delete(f"{FILES}/{first['id']}")
    assert (await client.get(f"{FILES}/storage")).json()["data"]["used_bytes"] == 3
    await given(client, b"1234")
    full = await client.post(f"{FILES}/{first['id']}/restore")
    assert code(full) == (403, "TIER_LIMIT_EXCEEDED")


async def test_many_at_once_do_not_pass_the_limit_together(
    api: Api, world: World, platform: Platform
) -> None:
    free = await world.account(tier="free")
    client = api(as_=free)
    first = await given(client, b"large")
    await _pretend_size(platform, first["id"], TIERS["free"].storage_bytes - 25)
    answers = await asyncio.gather(*(give(client, b"%010d" % n) for n in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [403] * 6


async def test_administrators_have_no_limit(api: Api, world: World) -> None:
    admin = await world.account(role="admin", tier="free")
    await given(api(as_=admin), bytes(6 * MIB))
    use = (await api(as_=admin).get(f"{FILES}/storage")).json()["data"]
    assert use["limit_bytes"] is None
    assert use["largest_file_bytes"] == 500 * MIB


async def test_every_access_is_written_down(api: Api, world: World, owner: Account) -> None:
    project = await world.project(owner=owner)
    member, viewer = await world.member(project), await world.member(project, role="viewer")
    file = await given(api(as_=owner), b"watched", project_id=project.id)
    for account in (member, viewer):
        await content_of(api(as_=account, **{"User-Agent": "curl/8"}), file["id"])
    answer = await api(as_=owner).get(f"{FILES}/{file['id']}/access-log")
    items = answer.json()["items"]
    assert [item["by"]["id"] for item in items] == [str(viewer.id), str(member.id)]
    assert {(item["action"], item["address"]) for item in items} == {("download", "127.0.0.1")}
    assert {item["user_agent"] for item in items} == {"curl/8"}
    path = f"{FILES}/{file['id']}/access-log"
    first = (await api(as_=owner).get(path, params={"page_size": "1"})).json()
    rest = await api(as_=owner).get(path, params={"cursor": first["next_cursor"]})
    assert [item["by"]["id"] for item in rest.json()["items"]] == [str(member.id)]
    assert code(await api(as_=viewer).get(path)) == (403, "AUTH_FORBIDDEN")


async def test_a_link_carries_no_more_right_than_its_maker_has_now(
    api: Api, world: World, platform: Platform, owner: Account
) -> None:
    project = await world.project(owner=owner)
    member = await world.member(project)
    file = await given(api(as_=owner), b"1", project_id=project.id)
    link = (await api(as_=member).get(f"{FILES}/{file['id']}/link")).json()["data"]["url"]
    assert (await api().get(link)).status_code == 200
    async with platform.database.session() as db:
        await db.execute(text("DELETE FROM memberships WHERE user_id = :id"), {"id": member.id})
        await db.commit()
    assert code(await api().get(link)) == (404, "FILE_NOT_FOUND")
    token = link.rpartition("/")[2]
    assert code(await api().get(f"{FILES}/download/{token}")) == (404, "FILE_NOT_FOUND")


async def test_waiting_senders_hold_no_database_connection(
    api: Api, platform: Platform, owner: Account
) -> None:
    go, all_wait = asyncio.Event(), asyncio.Event()
    waiting, senders = 0, 2 * platform.settings.database_pool

    async def slowly() -> AsyncIterator[bytes]:
        nonlocal waiting
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        waiting += 1
        if waiting == senders:
            all_wait.set()
        await go.wait()
        yield b"1\r\n--b--\r\n"

    client = api(as_=owner)
    multipart = {"content-type": "multipart/form-data; boundary=b"}
    sending = [
        asyncio.create_task(client.post(FILES, content=slowly(), headers=multipart))
        for _ in range(senders)
    ]
    async with asyncio.timeout(20):
        await all_wait.wait()
        assert (await client.get(FILES)).status_code == 200
    go.set()
    assert {answer.status_code for answer in await asyncio.gather(*sending)} == {201}


async def test_a_file_half_sent_leaves_nothing(
    api: Api, platform: Platform, owner: Account
) -> None:
    client = api(as_=owner)
    answer = await client.post(
        FILES,
        content=b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhalf',
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert code(answer) == (400, "UPLOAD_INCOMPLETE")
    assert (await client.get(FILES)).json()["total"] == 0
    assert not list((platform.settings.data_dir / "scratch").iterdir())
