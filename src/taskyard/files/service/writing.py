"""Writing a source out: as a folder for a runner, or as a zip for a person."""

import asyncio
import io
import os
import shutil
import stat
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.storage import Storage
from taskyard.files import repository
from taskyard.files.errors import SnapshotNotFound
from taskyard.files.repository import ManifestFile

_READERS = 4
_SENT_BYTES = 256 * 1024
#: The first moment a zip can tell: files of a source have no time.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


async def manifest(db: AsyncSession, source_id: str) -> list[ManifestFile]:
    """Return all files of a source, by path. Raises SnapshotNotFound where there is none such."""
    files = await repository.manifest(db, source_id)
    if not files:
        raise SnapshotNotFound
    return files


async def materialise(storage: Storage, files: Sequence[ManifestFile], into: Path) -> None:
    """Write a source's tree to the folder `into`, which must not exist yet.

    Regular files only, 0644 or 0755, in folders of 0755, so that another uid can read them but
    not change them. The tree appears whole or not at all. Raises BlobMissing, FileExistsError.
    """
    await asyncio.to_thread(_materialise, storage, files, into)


def _materialise(storage: Storage, files: Sequence[ManifestFile], into: Path) -> None:
    if into.exists():
        raise FileExistsError(f"{into} exists already")
    making = into.with_name(f".{into.name}.{uuid4().hex}")
    try:
        _make_folder(making)
        for folder in sorted({parent for file in files for parent in _parents(file.path)}):
            _make_folder(making / folder)
        with ThreadPoolExecutor(_READERS, thread_name_prefix="materialise") as pool:
            for _ in pool.map(lambda file: _write_file(storage, making, file), files):
                pass
        making.rename(into)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def _parents(path: str) -> list[str]:
    """Return the folders above a path, refusing one that would lead out of the tree.

    Paths were checked when they came in; whoever can write to the database shall still not be
    able to write anywhere else.
    """
    parts = path.split("/")
    if not all(parts) or {".", ".."} & set(parts) or "\0" in path:
        raise ValueError(f"{path!r} is no path of a source")
    return [str(parent) for parent in PurePosixPath(path).parents if parent.name]


def _make_folder(folder: Path) -> None:
    folder.mkdir()
    # Not by `mkdir(mode=…)`, which the umask would narrow.
    folder.chmod(0o755)


def _write_file(storage: Storage, root: Path, file: ManifestFile) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(root / file.path, flags, 0o600), "wb") as out:
        out.writelines(storage.read_chunks(file.sha256))
        os.fchmod(out.fileno(), 0o755 if file.executable else 0o644)


def zip_chunks(storage: Storage, files: Sequence[ManifestFile], top: str) -> Iterator[bytes]:
    """Yield a zip of a source, made as it is sent; all files lie in the folder `top`.

    Blocks: iterate it in a thread. Equal sources give equal zips.
    """
    out = _Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in files:
            entry = zipfile.ZipInfo(f"{top}/{file.path}", _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | (0o755 if file.executable else 0o644)) << 16
            entry.file_size = file.size_bytes
            with archive.open(entry, "w") as packed:
                for chunk in storage.read_chunks(file.sha256):
                    packed.write(chunk)
                    if out.full:
                        yield out.taken()
    yield out.taken()


class _Pipe(io.RawIOBase):
    """Takes what `zipfile` writes and gives it away; it cannot be sought in."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Hold the data until it is taken."""
        self._held += data
        return len(data)

    @property
    def full(self) -> bool:
        """Whether enough is held to be worth sending."""
        return len(self._held) >= _SENT_BYTES

    def taken(self) -> bytes:
        """Return and forget what is held."""
        held, self._held = bytes(self._held), bytearray()
        return held
