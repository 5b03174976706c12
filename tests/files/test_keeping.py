"""What keeps content, what lets it go, and how it is written out for a runner."""

import asyncio
import os
import secrets
import stat
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from taskyard.core.platform import Platform
from taskyard.core.storage import Blob, BlobMissing
from taskyard.core.uow import unit_of_work
from taskyard.files import service
from taskyard.files.errors import SnapshotNotFound
from taskyard.files.models import BlobRow, Source
from taskyard.files.repository import ManifestFile
from taskyard.files.types import Origin
from taskyard.projects.access import ProjectAccess
from tests.conftest import Api
from tests.files.archives import upload, zip_of
from tests.world import Account, World

NOW = timedelta(0)


async def collect(platform: Platform) -> service.Collected:
    return await service.collect_garbage(
        platform.database, platform.storage, older_than=NOW, project_grace=NOW
    )


async def is_kept(platform: Platform, content: bytes) -> bool:
    """Whether content is kept: by its row and in the store, or by neither."""
    blob = Blob.of(content)
    async with platform.database.session() as db:
        row = await db.get(BlobRow, blob.sha256)
    stored = await platform.storage.exists(blob.sha256)
    assert (row is not None) == stored
    return stored


async def test_source_is_kept_as_long_as_one_project_has_it(
    api: Api, platform: Platform, world: World, owner: Account
) -> None:
    mine, shared = secrets.token_bytes(50), secrets.token_bytes(50)
    first, second = await world.project(owner=owner), await world.project(owner=owner)
    client = api(as_=owner)
    await upload(client, first.id, zip_of({"a.py": mine, "b.py": shared}))
    await upload(client, second.id, zip_of({"b.py": shared, "c.py": b""}))
    await collect(platform)
    assert await is_kept(platform, mine)

    await client.delete(f"/api/v1/projects/{first.id}")
    await service.collect_garbage(platform.database, platform.storage, older_than=NOW)
    assert await is_kept(platform, mine)
    await collect(platform)
    assert not await is_kept(platform, mine)
    assert await is_kept(platform, shared)

    again = await upload(client, second.id, zip_of({"a.py": mine, "b.py": shared}))
    assert again.status_code == 201
    assert await is_kept(platform, mine)


async def test_young_content_is_left_alone(platform: Platform) -> None:
    blob = await service.keep_blob(platform.database, platform.storage, secrets.token_bytes(20))
    await service.collect_garbage(platform.database, platform.storage)
    assert await platform.storage.exists(blob.sha256)
    await collect(platform)
    assert not await platform.storage.exists(blob.sha256)


async def test_what_another_table_refers_to_is_kept(platform: Platform) -> None:
    """A room above keeps a blob by a foreign key alone."""
    content = secrets.token_bytes(20)
    blob = await service.keep_blob(platform.database, platform.storage, content)
    async with platform.database.session() as db:
        await db.execute(
            text('CREATE TABLE "Odd keeper" ("the blob" varchar(64) REFERENCES blobs (sha256))')
        )
        await db.execute(text('INSERT INTO "Odd keeper" VALUES (:sha)'), {"sha": blob.sha256})
        await db.commit()
    try:
        await collect(platform)
        assert await is_kept(platform, content)
    finally:
        async with platform.database.session() as db:
            await db.execute(text('DROP TABLE "Odd keeper"'))
            await db.commit()
    await collect(platform)
    assert not await is_kept(platform, content)


async def test_keeping_beside_collecting_loses_nothing(platform: Platform) -> None:
    """The same content is uploaded, dropped and collected at once, again and again."""
    files = {f"{number}.py": secrets.token_bytes(30) for number in range(30)}
    done = False

    async def collecting() -> None:
        while not done:
            await service.collect_garbage(
                platform.database, platform.storage, older_than=timedelta(minutes=1)
            )
            await asyncio.sleep(0)

    collector = asyncio.create_task(collecting())
    try:
        for _ in range(4):
            blobs = await asyncio.gather(
                *(
                    service.keep_blob(platform.database, platform.storage, content)
                    for content in files.values()
                )
            )
            for blob, content in zip(blobs, files.values(), strict=True):
                assert await platform.storage.get_bytes(blob.sha256) == content
            async with platform.database.session() as db:
                await db.execute(
                    update(BlobRow)
                    .where(BlobRow.sha256.in_([blob.sha256 for blob in blobs]))
                    .values(touched_at=text("now() - interval '2 hours'"))
                )
                await db.commit()
    finally:
        done = True
        await collector


async def test_a_source_that_was_being_collected_is_made_again(
    api: Api, platform: Platform, owner: Account, project_id: UUID
) -> None:
    content = secrets.token_bytes(30)
    data = zip_of({"a.py": content, "b.py": b""})
    client = api(as_=owner)
    source_id = (await upload(client, project_id, data)).json()["data"]["source_id"]
    async with platform.database.session() as db:
        await db.execute(
            text("DELETE FROM source_snapshots WHERE source_id = :id"), {"id": source_id}
        )
        await db.commit()
    await collect(platform)
    async with platform.database.session() as db:
        assert await db.get(Source, source_id) is None
    assert (await upload(client, project_id, data)).status_code == 201
    assert await is_kept(platform, content)


async def snapshot_files(
    api: Api, platform: Platform, owner: Account, project_id: UUID, files: dict[str, bytes]
) -> list[ManifestFile]:
    data = zip_of(files, executable=frozenset({"bin/run"}))
    source_id = (await upload(api(as_=owner), project_id, data)).json()["data"]["source_id"]
    async with platform.database.session() as db:
        return await service.manifest(db, source_id)


TREE = {"bin/run": b"#!/bin/sh\n", "src/a/b.py": b"x = 1\n", "src/a/c.py": b"", "top.txt": b"t"}


async def test_a_tree_is_written_out_for_any_reader(
    api: Api, platform: Platform, owner: Account, project_id: UUID, tmp_path: Path
) -> None:
    files = await snapshot_files(api, platform, owner, project_id, TREE)
    into = tmp_path / "source"
    before = os.umask(0o077)
    try:
        await service.materialise(platform.storage, files, into)
    finally:
        os.umask(before)
    found = {
        str(path.relative_to(into)): path.read_bytes() for path in into.rglob("*") if path.is_file()
    }
    assert found == TREE
    for path in [into, *into.rglob("*")]:
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            assert stat.S_IMODE(mode) == 0o755
        else:
            assert stat.S_ISREG(mode)
            assert stat.S_IMODE(mode) == (0o755 if path.name == "run" else 0o644)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]  # noqa: ASYNC240
    with pytest.raises(FileExistsError):
        await service.materialise(platform.storage, files, into)


async def test_a_tree_appears_whole_or_not_at_all(
    api: Api, platform: Platform, owner: Account, project_id: UUID, tmp_path: Path
) -> None:
    files = await snapshot_files(api, platform, owner, project_id, TREE)
    lost = [*files, ManifestFile("z.py", Blob.of(secrets.token_bytes(9)).sha256, 9, False)]
    with pytest.raises(BlobMissing):
        await service.materialise(platform.storage, lost, tmp_path / "source")
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240


@pytest.mark.parametrize(
    "path", ["../evil", "/etc/evil", "a/../../evil", "a//b", "", ".", "a/./b", "a/\0"]
)
async def test_a_manifest_that_leads_out_is_refused(
    platform: Platform, tmp_path: Path, path: str
) -> None:
    """Whoever can write to the database shall not be able to write to the disk."""
    blob = await service.keep_blob(platform.database, platform.storage, b"evil")
    evil = ManifestFile(path, blob.sha256, blob.size_bytes, False)
    with pytest.raises(ValueError, match="no path of a source"):
        await service.materialise(platform.storage, [evil], tmp_path / "source")
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240


async def test_a_source_nobody_has(platform: Platform) -> None:
    async with platform.database.session() as db:
        with pytest.raises(SnapshotNotFound):
            await service.manifest(db, "0" * 64)


async def test_killed_between_its_steps_an_upload_can_be_repeated(
    api: Api, platform: Platform, owner: Account, project_id: UUID
) -> None:
    """After the rows and before the content, and after the content and before the snapshot."""
    for stored in (False, True):
        content = secrets.token_bytes(40)
        blob = Blob.of(content)
        async with unit_of_work(platform.database) as uow:
            uow.db.add(BlobRow(sha256=blob.sha256, size_bytes=blob.size_bytes))
        if stored:
            await platform.storage.put_blob(content)
        answer = await upload(api(as_=owner), project_id, zip_of({"a.py": content, "b.py": b""}))
        assert answer.status_code == 201
        assert await platform.storage.get_bytes(blob.sha256) == content
        async with platform.database.session() as db:
            row = await db.scalar(select(BlobRow.stored_at).where(BlobRow.sha256 == blob.sha256))
        assert row is not None


async def test_files_at_hand_become_a_snapshot(
    platform: Platform, world: World, owner: Account
) -> None:
    project = await world.project(owner=owner)
    access = ProjectAccess(project.id, await world.actor(owner), "owner")
    taken = await service.take_files(
        platform.database, platform.storage, access, TREE, origin=Origin("sample", "tour")
    )
    assert taken.created
    snapshot, files, _ = taken.snapshot
    assert files == len(TREE)
    assert snapshot.origin == {"kind": "sample", "name": "tour"}
