"""The content store: on disk, and on S3 over HTTP."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from taskyard.core.storage import Blob, BlobMissing, Storage, StorageUnavailable
from tests.core.s3_server import S3Server, s3_server

MIB = 1024 * 1024
BIG = os.urandom(64) * (12 * MIB // 64)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    with s3_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
        monkeypatch.setenv("AWS_REGION", "eu-test-1")
        yield server


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "s3":
        request.getfixturevalue("s3")
        return Storage("s3://bucket/some/prefix", tmp_path / "scratch")
    return Storage((tmp_path / "store").as_uri(), tmp_path / "scratch")


async def stream(content: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


async def collected(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


@pytest.mark.parametrize("content", [b"", b"hello", BIG], ids=["empty", "small", "big"])
async def test_content_comes_back_whatever_way_it_went_in(
    storage: Storage, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    expected = Blob(hashlib.sha256(content).hexdigest(), len(content))
    for given in (content, path, stream(content)):
        assert await storage.put_blob(given) == expected
    assert await storage.exists(expected.sha256)
    assert await storage.get_bytes(expected.sha256) == content
    assert await collected(await storage.open(expected.sha256)) == content
    await storage.flush()


async def test_ranges(storage: Storage) -> None:
    blob = await storage.put_blob(BIG)
    assert await collected(await storage.open(blob.sha256, start=10, end=20)) == BIG[10:20]
    assert await collected(await storage.open(blob.sha256, start=MIB)) == BIG[MIB:]
    assert await collected(await storage.open(blob.sha256, end=5)) == BIG[:5]
    assert await collected(await storage.open(blob.sha256, end=99 * MIB)) == BIG


async def test_the_same_content_is_kept_once(storage: Storage) -> None:
    blob = Blob.of(b"twice")
    assert storage.store(blob, b"twice") is True
    assert storage.store(blob, b"twice") is False
    results = await asyncio.gather(*(storage.put_blob(BIG) for _ in range(4)))
    assert len(set(results)) == 1
    assert await storage.get_bytes(results[0].sha256) == BIG


async def test_what_is_gone_is_said_to_be_gone(storage: Storage) -> None:
    blob = await storage.put_blob(b"short-lived")
    await storage.delete(blob.sha256)
    await storage.delete(blob.sha256)
    assert not await storage.exists(blob.sha256)
    with pytest.raises(BlobMissing):
        await storage.get_bytes(blob.sha256)
    with pytest.raises(BlobMissing):
        await storage.open(blob.sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
async def test_only_a_hash_names_content(storage: Storage, name: str) -> None:
    with pytest.raises(ValueError, match="64 lower-case hex digits"):
        await storage.get_bytes(name)


async def test_damaged_content_is_not_handed_out_and_heals_by_storing_again(
    tmp_path: Path,
) -> None:
    storage = Storage((tmp_path / "store").as_uri(), tmp_path / "scratch")
    blob = await storage.put_blob(b"precious")
    (lying,) = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    lying.write_bytes(b"")
    with pytest.raises(BlobMissing):
        await storage.get_bytes(blob.sha256)
    await storage.put_blob(b"precious")
    assert await storage.get_bytes(blob.sha256) == b"precious"


async def test_a_file_that_changes_meanwhile_is_stored_under_its_true_name(
    tmp_path: Path,
) -> None:
    storage = Storage((tmp_path / "store").as_uri(), tmp_path / "scratch")
    path = tmp_path / "log"
    path.write_bytes(BIG)

    async def rewrite() -> None:
        for number in range(50):
            with path.open("r+b") as file:
                file.write(bytes([number]) * 5 * MIB)
            await asyncio.sleep(0)

    blob, _ = await asyncio.gather(storage.put_blob(path), rewrite())
    assert hashlib.sha256(await storage.get_bytes(blob.sha256)).hexdigest() == blob.sha256


def test_parts_of_uploads_lie_apart_and_go_together(storage: Storage) -> None:
    mine, other = uuid4(), uuid4()
    assert storage.read_part(mine, "1-ab") is None
    storage.store_part(mine, "1-ab", b"once")
    storage.store_part(mine, "1-ab", b"twice")
    storage.store_part(mine, "2-cd", BIG[: 5 * MIB])
    storage.store_part(other, "1-ab", b"")
    assert storage.read_part(mine, "1-ab") == b"twice"
    assert storage.read_part(mine, "2-cd") == BIG[: 5 * MIB]
    storage.drop_parts(mine)
    storage.drop_parts(mine)
    assert storage.read_part(mine, "1-ab") is None
    assert storage.read_part(mine, "2-cd") is None
    assert storage.read_part(other, "1-ab") == b""
    storage.drop_parts(other)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "1#2", "X", "a" * 101, "1\n"])
def test_only_hex_digits_name_a_part(storage: Storage, name: str) -> None:
    with pytest.raises(ValueError, match="hex digits"):
        storage.store_part(uuid4(), name, b"x")


async def test_only_s3_signs_its_own_links(storage: Storage, tmp_path: Path) -> None:
    blob = await storage.put_blob(b"direct")
    link = await storage.direct_link(blob.sha256, expires_in=timedelta(minutes=1))
    if (tmp_path / "store").exists():
        assert link is None
    else:
        assert link is not None
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(link)).content == b"direct"
        assert "X-Amz-Signature" in link
        assert "test-secret" not in link


async def test_a_store_that_fails_is_said_to_be_away(s3: S3Server, tmp_path: Path) -> None:
    storage = Storage("s3://bucket", tmp_path / "scratch")
    blob = await storage.put_blob(b"x")
    s3.failing = True
    with pytest.raises(StorageUnavailable) as caught:
        await storage.get_bytes(blob.sha256)
    assert "127.0.0.1" not in caught.value.message


def test_a_full_disk_leaves_nothing_readable(tmp_path: Path) -> None:
    """The disk is full for a child that may write no more than 1 MiB to a file."""
    writer = textwrap.dedent(
        """
        import os, resource, sys
        from pathlib import Path
        from taskyard.core.storage import Blob, Storage, StorageUnavailable

        storage = Storage(sys.argv[1], Path(sys.argv[2]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        for content in (os.urandom(4 << 20), os.urandom(12 << 20)):
            for given in (content, iter([content[: 6 << 20], content[6 << 20 :]])):
                try:
                    storage.store(Blob.of(content), given)
                except StorageUnavailable:
                    pass
                else:
                    raise SystemExit("stored more than there is room for")
        """
    )
    url = (tmp_path / "store").as_uri()
    subprocess.run([sys.executable, "-c", writer, url, str(tmp_path / "scratch")], check=True)
    assert not [path for path in (tmp_path / "store").rglob("*") if _readable(path)]


def _readable(path: Path) -> bool:
    """Whether the store would find it: `#` marks what is still being written."""
    return path.is_file() and "#" not in path.name


@pytest.mark.parametrize(
    "url", ["s3://", "/plain/path", "file://host/x", "http://x/y", "", "file:x"]
)
def test_an_address_that_cannot_be_opened_is_refused_at_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="TASKYARD_STORAGE_URL"):
        Storage(url, tmp_path)


def test_the_folders_are_for_us_alone(tmp_path: Path) -> None:
    Storage((tmp_path / "a" / "store").as_uri(), tmp_path / "scratch")
    assert (tmp_path / "a" / "store").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "scratch").stat().st_mode & 0o777 == 0o700


def test_what_killed_writers_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    storage = Storage((tmp_path / "store").as_uri(), tmp_path / "scratch")
    blob = Blob.of(b"whole")
    storage.store(blob, b"whole")
    (whole,) = (tmp_path / "store").rglob(blob.sha256)
    left = whole.with_name(f"{'0' * 64}#1")
    left.write_bytes(b"ha")
    assert storage.sweep_unfinished(older_than=timedelta(hours=1)) == 0
    assert storage.sweep_unfinished(older_than=timedelta(0)) == 1
    assert storage.read(blob.sha256) == b"whole"
    assert not left.exists()


def test_killed_in_the_middle_nothing_half_is_readable(tmp_path: Path) -> None:
    """A writer is killed at eight different moments; what is readable is whole."""
    writer = textwrap.dedent(
        """
        import asyncio, os, sys
        from pathlib import Path
        from taskyard.core.storage import Storage

        async def main():
            storage = Storage(sys.argv[1], Path(sys.argv[2]))
            print("ready", flush=True)
            while True:
                seed = os.urandom(16)
                await storage.put_blob(seed * 1000)
                await storage.put_blob(seed * (6 * 1024 * 64))

        asyncio.run(main())
        """
    )
    url, scratch = (tmp_path / "store").as_uri(), tmp_path / "scratch"
    for moment in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", writer, url, str(scratch)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.01 + moment * 0.01)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    storage = Storage(url, scratch)
    readable = [path.name for path in (tmp_path / "store").rglob("*") if _readable(path)]
    assert readable
    for name in readable:
        assert hashlib.sha256(storage.read(name)).hexdigest() == name
    assert not list(scratch.iterdir())
