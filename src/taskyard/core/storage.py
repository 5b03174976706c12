"""Where bytes lie: content named by its own SHA-256, in a folder of this machine or in S3.

A blob is written whole or not at all (temporary name and link on disk, one conditional PUT or a
completed multipart upload in S3), so that nobody ever reads half of one. Since its name is its
hash, writing it twice is writing it once.
"""

import asyncio
import ctypes
import hashlib
import io
import os
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
import structlog
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from taskyard.core.settings import Settings
from taskyard.kit.errors import Kind, TaskyardError

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult

_log = structlog.get_logger(__name__)
_SHA256 = re.compile(r"[0-9a-f]{64}")
#: Content up to this size is one request; above it goes up in parts of this size, which bounds
#: the memory of an upload whatever its size (S3 takes no smaller part).
PART_BYTES = 5 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
_PARTS_AT_ONCE = 2
#: Where the parts of uploads lie that are not complete.
_UPLOADS = "uploads"
_PART_NAME = re.compile(r"[0-9a-f-]{1,100}")


class StorageUnavailable(TaskyardError):
    """The file store is away or full. Try again later; the operator's log says why."""

    kind = Kind.UNAVAILABLE
    code = "STORAGE_UNAVAILABLE"


class BlobMissing(TaskyardError):
    """Content {sha256} is no longer in the file store, or damaged there. Upload it again."""

    kind = Kind.GONE
    code = "BLOB_MISSING"


#: Something to keep: in memory, in a file, or still arriving.
Content = bytes | Path | AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Blob:
    """Some content, by its hash (64 hex digits) and its size."""

    sha256: str
    size_bytes: int

    @classmethod
    def of(cls, content: bytes) -> "Blob":
        """Return what names this content."""
        return cls(hashlib.sha256(content).hexdigest(), len(content))


class Storage:
    """The content store of one instance. Methods without `async` block: call them in a thread."""

    def __init__(self, url: str, scratch: Path) -> None:
        self._store, self._folder = _open(url)
        self._scratch = scratch
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Storage":
        """Return the store that the settings name. Raises ValueError for a URL we cannot open."""
        return cls(settings.blobs_url, settings.data_dir.resolve() / "scratch")

    def scratch_file(self) -> BinaryIO:
        """Return a nameless file: gone when it is closed, also by kill -9."""
        return tempfile.TemporaryFile(dir=self._scratch)

    async def put_blob(self, content: Content) -> Blob:
        """Keep content of any size, and return its name."""
        async with self.aside(content) as (blob, file):
            await asyncio.to_thread(self.store_from, blob, file, 0)
        return blob

    @asynccontextmanager
    async def aside(self, content: Content) -> AsyncIterator[tuple[Blob, BinaryIO]]:
        """Name content before it is kept.

        What is not in memory is copied first: the name is then that of the very bytes that will
        be stored, also where somebody is still writing to the file.
        """
        if isinstance(content, bytes):
            yield Blob.of(content), io.BytesIO(content)
            return
        with self.scratch_file() as file:
            if isinstance(content, Path):
                yield await asyncio.to_thread(_copy_file, content, file), file
            else:
                yield await _copy_stream(content, file), file

    def store_from(self, blob: Blob, source: BinaryIO, offset: int) -> bool:
        """Keep a blob that lies in an open file at `offset`."""
        source.seek(offset)
        if blob.size_bytes <= PART_BYTES:
            return self.store(blob, source.read(blob.size_bytes))
        return self.store(blob, _slice(source, blob.size_bytes))

    def store(self, blob: Blob, content: bytes | Iterator[bytes]) -> bool:
        """Keep content whose name is known, and return whether it was new."""
        key = _key(blob.sha256)
        with _translated("store"):
            if isinstance(content, bytes):
                try:
                    obstore.put(self._store, key, content, mode="create")
                except AlreadyExistsError:
                    # A machine that lost power may have kept the name and lost the bytes.
                    if self._size(key) == blob.size_bytes:
                        return False
                    obstore.put(self._store, key, content)
            elif self._size(key) == blob.size_bytes:
                return False
            else:
                obstore.put(
                    self._store,
                    key,
                    content,
                    chunk_size=PART_BYTES,
                    max_concurrency=_PARTS_AT_ONCE,
                )
        return True

    async def flush(self) -> None:
        """Return once everything stored so far would survive a loss of power.

        One call for a whole tree: a sync per file would cost seconds on an ordinary disk.
        """
        if self._folder is not None:
            await asyncio.to_thread(_sync_file_system, self._folder)

    async def exists(self, sha256: str) -> bool:
        """Say whether the content is here, whole."""
        with _translated("exists"):
            return await asyncio.to_thread(self._size, _key(sha256)) is not None

    async def get_bytes(self, sha256: str) -> bytes:
        """Return the whole content. Raises BlobMissing."""
        return await asyncio.to_thread(self.read, sha256)

    def read(self, sha256: str) -> bytes:
        """Return the whole content, checked against its name. Raises BlobMissing."""
        return b"".join(self.read_chunks(sha256))

    def read_chunks(self, sha256: str) -> Iterator[bytes]:
        """Yield the content in chunks; after the last, BlobMissing where it was not all right."""
        digest = hashlib.sha256()
        with _translated("read", sha256):
            found = obstore.get(self._store, _key(sha256))
            small = found.meta["size"] <= CHUNK_BYTES
            # Most content is small, and a stream of one chunk costs half as much again.
            for chunk in [found.bytes()] if small else found.stream(min_chunk_size=CHUNK_BYTES):
                data = bytes(chunk)
                digest.update(data)
                yield data
        if digest.hexdigest() != sha256:
            _log.error("blob_damaged", sha256=sha256)
            raise BlobMissing(sha256=sha256)

    async def open(
        self, sha256: str, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Return the content from byte `start` up to, not including, `end`, in chunks.

        `start` lies within the content and before `end`, which may lie beyond it.
        Raises BlobMissing before the first chunk, so that an answer has not begun by then.
        """
        options: GetOptions = {}
        if end is not None:
            options["range"] = (start, end)
        elif start:
            options["range"] = {"offset": start}
        with _translated("open", sha256):
            found = await obstore.get_async(self._store, _key(sha256), options=options)
        return _chunks(found)

    async def delete(self, sha256: str) -> None:
        """Remove the content; not being there is fine."""
        with _translated("delete"):
            try:
                await obstore.delete_async(self._store, _key(sha256))
            except FileNotFoundError:
                return

    async def direct_link(self, sha256: str, *, expires_in: timedelta) -> str | None:
        """Return a link by which S3 itself serves the content; None where the store has no such."""
        if not isinstance(self._store, S3Store):
            return None
        with _translated("sign"):
            return await obstore.sign_async(self._store, "GET", _key(sha256), expires_in)

    def store_part(self, upload_id: UUID, name: str, content: bytes) -> None:
        """Keep a part of something that is still being uploaded, at most PART_BYTES of it.

        Once this returns it would survive a loss of power. The same name again replaces it, whole.
        """
        key = _part_key(upload_id, name)
        with _translated("store part"):
            obstore.put(self._store, key, content)
            if self._folder is not None:
                _sync(self._folder / key)

    def read_part(self, upload_id: UUID, name: str) -> bytes | None:
        """Return a part as it was kept, None where it is not here."""
        with _translated("read part"):
            try:
                found = obstore.get(self._store, _part_key(upload_id, name))
                return bytes(found.bytes())
            except FileNotFoundError:
                return None

    def drop_parts(self, upload_id: UUID) -> None:
        """Remove every part of an upload; there being none is fine."""
        if self._folder is not None:
            shutil.rmtree(self._folder / _UPLOADS / str(upload_id), ignore_errors=True)
            return
        with _translated("drop parts"):
            for found in obstore.list(self._store, prefix=f"{_UPLOADS}/{upload_id}/"):
                obstore.delete(self._store, [part["path"] for part in found])

    def sweep_unfinished(self, *, older_than: timedelta) -> int:
        """Remove what killed writers left, which nobody can read; return how many files.

        S3 keeps unfinished uploads itself: set a lifecycle rule for them on the bucket.
        """
        if self._folder is None:
            return 0
        before, swept = time.time() - older_than.total_seconds(), 0
        # The disk store writes to `name#1` and renames.
        for path in self._folder.glob("blobs/*/*#*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    swept += 1
        return swept

    def _size(self, key: str) -> int | None:
        try:
            return int(obstore.head(self._store, key)["size"])
        except FileNotFoundError:
            return None


def _open(url: str) -> tuple[ObjectStore, Path | None]:
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
        folder = Path(unquote(parts.path))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(folder), folder
    if parts.scheme == "s3" and parts.netloc:
        # Endpoint, region and keys come from the usual AWS_* variables.
        retry = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}
        return S3Store.from_url(url, retry_config=retry), None  # type: ignore[arg-type]
    raise ValueError(
        f"TASKYARD_STORAGE_URL is {url!r}; write file:///absolute/folder or s3://bucket/prefix"
    )


def _key(sha256: str) -> str:
    """Return where the content lies; two digits of it keep a folder's listing short."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("a blob is named by 64 lower-case hex digits")
    return f"blobs/{sha256[:2]}/{sha256}"


def _part_key(upload_id: UUID, name: str) -> str:
    if not _PART_NAME.fullmatch(name):
        raise ValueError("a part is named by hex digits and dashes")
    return f"{_UPLOADS}/{upload_id}/{name}"


@contextmanager
def _translated(action: str, sha256: str = "") -> Iterator[None]:
    """Turn the store's errors into ours; they name paths and hosts, so only the log has them."""
    try:
        yield
    except FileNotFoundError:
        _log.error("blob_missing", sha256=sha256)
        raise BlobMissing(sha256=sha256) from None
    except (BaseError, OSError) as error:
        _log.error("storage_failed", action=action, error=str(error).partition("\n")[0])
        raise StorageUnavailable(retry_after=5) from error


def _copy_file(path: Path, aside: BinaryIO) -> Blob:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            size += aside.write(chunk)
    return Blob(digest.hexdigest(), size)


async def _copy_stream(chunks: AsyncIterator[bytes], aside: BinaryIO) -> Blob:
    digest, size = hashlib.sha256(), 0
    async for chunk in chunks:
        digest.update(chunk)
        size += await asyncio.to_thread(aside.write, chunk)
    return Blob(digest.hexdigest(), size)


def _slice(source: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        chunk = source.read(min(size, CHUNK_BYTES))
        if not chunk:
            raise EOFError("the file became shorter while it was stored")
        size -= len(chunk)
        yield chunk


async def _chunks(found: "GetResult") -> AsyncIterator[bytes]:
    async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
        yield bytes(chunk)


def _sync(path: Path) -> None:
    """Have one file and its way from the store's folder on the disk: what others write may wait."""
    for place in (path, path.parent, path.parent.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sync_file_system(folder: Path) -> None:
    """Call syncfs(2), which Python does not offer; `os.sync` would wait for other disks too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor):
            raise StorageUnavailable(retry_after=5)
    finally:
        os.close(descriptor)
