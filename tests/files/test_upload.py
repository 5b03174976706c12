"""Giving a project source over HTTP."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text, update

from taskyard.core.limits import TIERS
from taskyard.core.platform import Platform
from taskyard.core.spine import events_of
from taskyard.core.storage import Blob
from taskyard.files.models import Source
from tests.conftest import Api
from tests.files.archives import PROGRAM, every_packing, tar_of, upload, zip_of
from tests.world import Account, World

MIB = 1024 * 1024


async def test_an_archive_becomes_a_snapshot(api: Api, owner: Account, project_id: UUID) -> None:
    inside = {f"thing-1.0/{path}": data for path, data in PROGRAM.items()}
    inside["thing-1.0/.git/config"] = b"[core]"
    answer = await upload(api(as_=owner), project_id, zip_of(inside), "thing-1.0.zip")
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert answer.headers["location"].endswith(f"/projects/{project_id}/source/{data['id']}")
    assert data | {"id": 0, "created_at": 0, "uploaded_at": 0, "source_id": 0} == {
        "id": 0,
        "project_id": str(project_id),
        "source_id": 0,
        "files": len(PROGRAM),
        "size_bytes": sum(map(len, PROGRAM.values())),
        "origin": {
            "kind": "archive",
            "name": "thing-1.0.zip",
            "git_url": None,
            "ref": None,
            "commit": None,
        },
        "stripped": "thing-1.0",
        "skipped": [{"path": "thing-1.0/.git", "reason": "version control", "entries": 1}],
        "created_by": str(owner.id),
        "created_at": 0,
        "uploaded_at": 0,
    }
    again = await api(as_=owner).get(answer.headers["location"])
    assert again.json()["data"] == data


async def test_the_snapshot_is_told_of_once(
    api: Api, platform: Platform, owner: Account, project_id: UUID
) -> None:
    first = (await upload(api(as_=owner), project_id, zip_of(PROGRAM))).json()["data"]
    await upload(api(as_=owner), project_id, zip_of(PROGRAM))
    async with platform.database.session() as db:
        told = await events_of(db, UUID(first["id"]))
    assert [event.name for event in told] == ["source.snapshot_created.v1"]
    assert told[0].project_id == project_id
    assert told[0].actor_id == owner.id
    assert told[0].payload == {
        "source_id": first["source_id"],
        "files": len(PROGRAM),
        "size_bytes": first["size_bytes"],
    }


async def test_the_same_source_however_packed_is_one_snapshot(
    api: Api, owner: Account, project_id: UUID
) -> None:
    seen = []
    for packing, data in every_packing(PROGRAM).items():
        answer = await upload(api(as_=owner), project_id, data, f"thing.{packing}")
        seen.append((answer.status_code, answer.json()["data"]["id"]))
    assert [status for status, _ in seen] == [201] + [200] * (len(seen) - 1)
    assert len({snapshot for _, snapshot in seen}) == 1
    listed = (await api(as_=owner).get(f"/api/v1/projects/{project_id}/source")).json()
    assert listed["total"] == 1


async def test_two_projects_have_each_a_snapshot_of_one_source(
    api: Api, world: World, owner: Account, project_id: UUID
) -> None:
    other = await world.project(owner=owner)
    first = (await upload(api(as_=owner), project_id, zip_of(PROGRAM))).json()["data"]
    second = (await upload(api(as_=owner), other.id, zip_of(PROGRAM))).json()["data"]
    assert first["source_id"] == second["source_id"]
    assert first["id"] != second["id"]


async def test_a_source_uploaded_again_is_the_newest_again(
    api: Api, owner: Account, project_id: UUID
) -> None:
    client = api(as_=owner)
    old = (await upload(client, project_id, zip_of({"a.py": b"1"}))).json()["data"]["id"]
    new = (await upload(client, project_id, zip_of({"a.py": b"2"}))).json()["data"]["id"]

    async def listed() -> list[str]:
        items = (await client.get(f"/api/v1/projects/{project_id}/source")).json()["items"]
        return [item["id"] for item in items]

    assert await listed() == [new, old]
    await upload(client, project_id, zip_of({"a.py": b"1"}))
    assert await listed() == [old, new]


async def test_two_equal_uploads_at_once(api: Api, owner: Account, project_id: UUID) -> None:
    files = PROGRAM | {f"src/module_{number}.py": b"x = %d\n" % number for number in range(300)}
    client = api(as_=owner)
    answers = await asyncio.gather(
        *(upload(client, project_id, data) for data in every_packing(files).values())
    )
    assert sorted(answer.status_code for answer in answers) == [200] * (len(answers) - 1) + [201]
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1


async def test_overlapping_uploads_at_once_do_not_wait_for_each_other_for_ever(
    api: Api, world: World, owner: Account
) -> None:
    client = api(as_=owner)
    projects = [await world.project(owner=owner) for _ in range(4)]
    shared = {f"{number:03}.py": b"shared %d" % number for number in range(400)}

    async def one(number: int) -> int:
        own = {f"own_{number}.py": b"%d" % number}
        files = dict(reversed(shared.items())) | own if number % 2 else own | shared
        return (await upload(client, projects[number].id, zip_of(files))).status_code

    assert await asyncio.gather(*(one(number) for number in range(4))) == [201] * 4


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\thing.zip", "thing.zip"),
        ("", "archive"),
        ("日本.zip", "日本.zip"),
        ("x" * 900, "x" * 150),
    ],
    ids=["path", "windows", "empty", "beyond ascii", "long"],
)
async def test_the_archives_name_is_only_a_name(
    api: Api, owner: Account, project_id: UUID, name: str, kept: str
) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n' % name.encode()
    )
    answer = await api(as_=owner).post(
        f"/api/v1/projects/{project_id}/source",
        content=body + zip_of(PROGRAM) + b"\r\n--b--\r\n",
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert answer.json()["data"]["origin"]["name"] == kept


async def nothing_is_left(platform: Platform, project_id: UUID, content: bytes) -> bool:
    """Whether no row, no blob and no file tells of what was refused."""
    async with platform.database.session() as db:
        snapshots = await db.scalar(
            text("SELECT count(*) FROM source_snapshots WHERE project_id = :id"),
            {"id": project_id},
        )
        blobs = await db.scalar(
            text("SELECT count(*) FROM blobs WHERE sha256 = :sha"),
            {"sha": Blob.of(content).sha256},
        )
    stored = await platform.storage.exists(Blob.of(content).sha256)
    scratch = list((platform.settings.data_dir / "scratch").iterdir())
    return snapshots == blobs == 0 and not stored and not scratch


@pytest.mark.parametrize(
    ("hostile", "code", "rule"),
    [
        ({"../evil.py": b"1"}, "ARCHIVE_UNSAFE", "parent"),
        ({"/evil.py": b"1"}, "ARCHIVE_UNSAFE", "absolute"),
        ({"zeros.bin": bytes(20 * MIB)}, "ARCHIVE_UNSAFE", "ratio"),
        ({"A.py": b"1", "a.py": b"2"}, "ARCHIVE_UNSAFE", "duplicate"),
    ],
)
async def test_a_refused_archive_leaves_nothing(
    api: Api,
    platform: Platform,
    owner: Account,
    project_id: UUID,
    hostile: dict[str, bytes],
    code: str,
    rule: str,
) -> None:
    good = f"never seen before {rule}".encode()
    files = {"0_good.py": good} | hostile
    for data in (zip_of(files), gzip.compress(tar_of(files))):
        answer = await upload(api(as_=owner), project_id, data)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, code)
        assert error["details"]["rule"] == rule
        assert await nothing_is_left(platform, project_id, good)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty (0 bytes)"),
        (b"no archive", "no archive we know"),
        (zip_of(PROGRAM)[:-40], "missing"),
        (gzip.compress(tar_of(PROGRAM))[:200], "cut short"),
    ],
    ids=["empty", "text", "zip without its end", "gzip without its end"],
)
async def test_an_unreadable_archive_is_said_to_be_one(
    api: Api, owner: Account, project_id: UUID, data: bytes, words: str
) -> None:
    answer = await upload(api(as_=owner), project_id, data)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "ARCHIVE_UNREADABLE"
    assert words in answer.json()["error"]["message"]


async def test_who_may_not_upload(api: Api, world: World, owner: Account) -> None:
    project = await world.project(owner=owner)
    viewer = await world.member(project, role="viewer")
    stranger = await world.account()
    expected = [
        (api(), 401, "AUTH_REQUIRED"),
        (api(as_=stranger), 404, "PROJECT_NOT_FOUND"),
        (api(as_=viewer), 403, "AUTH_FORBIDDEN"),
    ]
    for client, status, code in expected:
        answer = await upload(client, project.id, zip_of(PROGRAM))
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    member = await world.member(project)
    assert (await upload(api(as_=member), project.id, zip_of(PROGRAM))).status_code == 201


async def test_the_packed_size_is_the_tiers(api: Api, world: World) -> None:
    """Refused at the declared length, and for a body that declares none, while it is read."""
    free = await world.account(tier="free")
    project = await world.project(owner=free)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        while sent < 60 * MIB:
            sent += MIB
            yield bytes(MIB)

    for chunked in (False, True):
        if chunked:
            answer = await api(as_=free).post(
                f"/api/v1/projects/{project.id}/source",
                content=endless(),
                headers={"content-type": "multipart/form-data; boundary=b"},
            )
        else:
            answer = await upload(api(as_=free), project.id, bytes(21 * MIB))
        assert answer.status_code == 413
        error = answer.json()["error"]
        assert error["code"] == "FILE_TOO_LARGE"
        assert error["details"]["limit_bytes"] == 20 * MIB
    assert sent < 23 * MIB


async def test_storage_is_counted(api: Api, world: World, platform: Platform) -> None:
    free = await world.account(tier="free")
    project = await world.project(owner=free)
    first = await upload(api(as_=free), project.id, zip_of({"a.py": b"quota %s" % free.id.bytes}))
    source_id = first.json()["data"]["source_id"]
    limit = TIERS["free"].storage_bytes
    async with platform.database.session() as db:
        await db.execute(
            update(Source).where(Source.source_id == source_id).values(size_bytes=limit - 3)
        )
        await db.commit()
    refused = await upload(api(as_=free), project.id, zip_of({"a.py": b"1234"}))
    assert refused.status_code == 403
    error = refused.json()["error"]
    assert error["code"] == "TIER_LIMIT_EXCEEDED"
    assert error["details"]["limit_type"] == "storage_bytes"
    assert (error["details"]["used"], error["details"]["limit"]) == (limit - 3, limit)
    assert (await upload(api(as_=free), project.id, zip_of({"a.py": b"123"}))).status_code == 201
    same = await upload(api(as_=free), project.id, zip_of({"a.py": b"quota %s" % free.id.bytes}))
    assert same.status_code == 200


MULTIPART = {"content-type": "multipart/form-data; boundary=b"}
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.zip"\r\n\r\n'


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"content-type": "application/xml"}, b"{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({}, b"", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content-type": "multipart/form-data"}, b"--b--", 400, "BAD_REQUEST"),
        (
            {"content-type": "multipart/form-data; boundary=" + "b" * 300},
            b"",
            400,
            "BAD_REQUEST",
        ),
        (MULTIPART, b"", 400, "UPLOAD_INCOMPLETE"),
        (MULTIPART, b"garbage", 400, "BAD_REQUEST"),
        (MULTIPART, PART + b"half a file", 400, "UPLOAD_INCOMPLETE"),
        (MULTIPART, PART + b"PK\r\n--b--\r\n", 422, "ARCHIVE_UNREADABLE"),
        (MULTIPART, b"--b--\r\n", 422, "VALIDATION_ERROR"),
        (
            MULTIPART,
            b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n',
            422,
            "VALIDATION_ERROR",
        ),
        (MULTIPART, PART + b"a\r\n" + PART + b"b\r\n--b--\r\n", 422, "VALIDATION_ERROR"),
        (MULTIPART, b"--b\r\n" + b"X-A: " + b"y" * 9000, 400, "BAD_REQUEST"),
        (MULTIPART, b"--b\r\n" + b"X-A: y\r\n" * 500, 400, "BAD_REQUEST"),
    ],
)
async def test_a_body_that_is_no_upload(
    api: Api,
    owner: Account,
    project_id: UUID,
    headers: dict[str, str],
    body: bytes,
    status: int,
    code: str,
) -> None:
    answer = await api(as_=owner).post(
        f"/api/v1/projects/{project_id}/source", content=body, headers=headers
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_a_multipart_body_in_single_bytes(api: Api, owner: Account, project_id: UUID) -> None:
    body = PART + zip_of(PROGRAM) + b"\r\n--b--\r\n"

    async def drops() -> AsyncIterator[bytes]:
        for at in range(len(body)):
            yield body[at : at + 1]

    answer = await api(as_=owner).post(
        f"/api/v1/projects/{project_id}/source", content=drops(), headers=MULTIPART
    )
    assert answer.status_code == 201


async def test_a_project_deleted_during_the_upload_gets_nothing(
    api: Api, owner: Account, project_id: UUID
) -> None:
    body = PART + zip_of(PROGRAM) + b"\r\n--b--\r\n"

    async def slowly() -> AsyncIterator[bytes]:
        yield body[:100]
        gone = await api(as_=owner).delete(f"/api/v1/projects/{project_id}")
        assert gone.is_success
        yield body[100:]

    answer = await api(as_=owner).post(
        f"/api/v1/projects/{project_id}/source", content=slowly(), headers=MULTIPART
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "PROJECT_NOT_FOUND")


async def test_waiting_uploads_hold_no_database_connection(
    api: Api, platform: Platform, owner: Account, project_id: UUID
) -> None:
    """Twice as many slow senders as there are connections, and everybody else is served."""
    body = PART + zip_of(PROGRAM) + b"\r\n--b--\r\n"
    go, all_wait = asyncio.Event(), asyncio.Event()
    waiting, senders = 0, 2 * platform.settings.database_pool

    async def slowly() -> AsyncIterator[bytes]:
        nonlocal waiting
        yield body[:100]
        waiting += 1
        if waiting == senders:
            all_wait.set()
        await go.wait()
        yield body[100:]

    client = api(as_=owner)
    slow = [
        asyncio.create_task(
            client.post(
                f"/api/v1/projects/{project_id}/source", content=slowly(), headers=MULTIPART
            )
        )
        for _ in range(senders)
    ]
    async with asyncio.timeout(10):
        await all_wait.wait()
        served = await client.get(f"/api/v1/projects/{project_id}")
        assert served.status_code == 200
    go.set()
    answers = await asyncio.gather(*slow)
    assert {answer.status_code for answer in answers} <= {200, 201}


def test_the_scratch_folder_is_empty_between_uploads(platform: Platform) -> None:
    assert list((platform.settings.data_dir / "scratch").iterdir()) == []
