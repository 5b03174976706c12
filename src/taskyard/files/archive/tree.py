"""From a packed archive to a tree of checked files, or to one clear refusal."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from taskyard.files.archive import tarred, zipped
from taskyard.files.archive.limits import ArchiveLimits, Deadline
from taskyard.files.archive.names import check_lengths, junk, safe_path, shown
from taskyard.files.archive.streams import (
    COMPRESSIONS,
    Entry,
    EntryKind,
    PlainStream,
    UnpackedStream,
)
from taskyard.files.errors import ArchiveUnreadable, ArchiveUnsafe

#: How many skipped things are told of one by one.
SKIPPED_SHOWN_MAX = 100
_MANIFEST_VERSION = b"taskyard source 1\n"
_OTHER_FORMATS = {
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"\x28\xb5\x2f\xfd": "compressed by Zstandard",
    b"\x1f\x9d": "compressed by `compress`",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
}


@dataclass(frozen=True, slots=True)
class TreeFile:
    """One file of a tree; its content lies in the spool at `offset`."""

    path: str
    sha256: str
    size_bytes: int
    executable: bool
    offset: int


@dataclass(slots=True)
class Skipped:
    """Something of the archive that is not in the tree; a folder stands for all that is in it."""

    path: str
    reason: str
    entries: int = 1


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole tree, its files sorted by path, and what was left out of it."""

    files: list[TreeFile]
    skipped: list[Skipped]
    #: The single top folder that was taken off every path.
    stripped: str | None

    @property
    def source_id(self) -> str:
        """The hash of the manifest: of every file its path, content and executable bit."""
        digest = hashlib.sha256(_MANIFEST_VERSION)
        for file in self.files:
            mark = "x" if file.executable else "-"
            digest.update(f"{file.sha256} {mark} {file.path}\0".encode())
        return digest.hexdigest()

    @property
    def size_bytes(self) -> int:
        """The size of all files together."""
        return sum(file.size_bytes for file in self.files)


def unpack(packed: BinaryIO, spool: BinaryIO, limits: ArchiveLimits, deadline: Deadline) -> Tree:
    """Read a zip or tar of any usual compression, and lay its files end to end into `spool`.

    Blocks for as long as the deadline allows: call it in a thread. Nothing is written anywhere
    but to the spool. Raises ArchiveUnreadable and ArchiveUnsafe.
    """
    return gather(_entries(packed, limits, deadline), spool, limits)


def lay_out(files: Mapping[str, bytes], spool: BinaryIO, limits: ArchiveLimits) -> Tree:
    """Make a tree of files that are in memory, under the same rules as an archive's."""
    return gather((_Given(*file) for file in files.items()), spool, limits)


def gather(
    entries: Iterable[Entry], spool: BinaryIO, limits: ArchiveLimits, *, strip: bool = True
) -> Tree:
    """Make a tree of entries, whatever reads them; each is asked for when the one before is kept.

    `strip` takes a single top folder off, as packers add one. Raises ArchiveUnsafe, and
    ArchiveUnreadable where no file is left.
    """
    builder = _Builder(spool, limits)
    for entry in entries:
        builder.add(entry)
    return builder.finish(strip=strip)


@dataclass(frozen=True, slots=True)
class _Given:
    """A file in memory, as an entry."""

    name: str
    content: bytes
    kind: EntryKind = EntryKind.FILE
    executable: bool = False

    def chunks(self) -> Iterator[bytes]:
        """Yield the content."""
        yield self.content


def _entries(packed: BinaryIO, limits: ArchiveLimits, deadline: Deadline) -> Iterator[Entry]:
    """Find out by its first bytes what the archive is, and open it."""
    start = packed.read(tarred.BLOCK)
    packed.seek(0)
    if not start:
        raise ArchiveUnreadable(reason="it is empty (0 bytes)")
    if start.startswith((zipped.LOCAL_MAGIC, zipped.EMPTY_MAGIC)):
        return zipped.entries(packed, limits, deadline)
    for magic, make in COMPRESSIONS.items():
        if start.startswith(magic):
            stream = UnpackedStream(packed, make, limits, deadline)
            return tarred.entries(_Tar(stream), limits)
    if tarred.looks_like_tar(start):
        return tarred.entries(PlainStream(packed, deadline), limits)
    what = next((name for magic, name in _OTHER_FORMATS.items() if start.startswith(magic)), None)
    raise ArchiveUnreadable(
        reason=f"it is {what or 'no archive we know'}; "
        "upload a .zip, .tar.gz, .tar.bz2, .tar.xz or .tar"
    )


class _Tar:
    """A compressed stream whose first block must be a tar header."""

    def __init__(self, stream: UnpackedStream) -> None:
        self._stream = stream
        self._start = b""
        while len(self._start) < tarred.BLOCK:
            part = stream.read(tarred.BLOCK - len(self._start))
            if not part:
                break
            self._start += part
        if any(self._start) and not tarred.looks_like_tar(self._start):
            raise ArchiveUnreadable(
                reason="it is compressed, but holds no tar; pack the folder with `tar czf`"
            )

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; empty at the end."""
        if self._start:
            part, self._start = self._start[:size], self._start[size:]
            return part
        return self._stream.read(size)


@dataclass
class _Builder:
    """Takes entries one by one and keeps what belongs to the tree."""

    spool: BinaryIO
    limits: ArchiveLimits
    files: list[TreeFile] = field(default_factory=list)
    skipped: dict[str, Skipped] = field(default_factory=dict)
    total_bytes: int = 0
    _offsets: dict[str, int] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)
    _folders: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Keep a file, or note why it is left out; folders follow from the files in them."""
        path = safe_path(entry.name)
        left_out = junk(path) if path else None
        if left_out:
            self._skip(*left_out)
        elif entry.kind is EntryKind.FILE:
            self._claim(path, entry.name)
            self.files.append(self._keep(path, entry))
        elif entry.kind is not EntryKind.FOLDER:
            self._skip(path, entry.kind.value)

    def finish(self, *, strip: bool) -> Tree:
        """Sort the files, take off a single top folder, and close the tree."""
        if not self.files:
            raise ArchiveUnreadable(reason="it holds no source files")
        top = _single_folder(self.files) if strip else None
        files = self.files
        if top:
            files = [replace(file, path=file.path[len(top) + 1 :]) for file in files]
        files = sorted(files, key=lambda file: file.path.encode())
        return Tree(files, list(self.skipped.values()), top)

    def _skip(self, path: str, reason: str) -> None:
        known = self.skipped.get(path)
        if known:
            known.entries += 1
        elif len(self.skipped) < SKIPPED_SHOWN_MAX:
            self.skipped[path] = Skipped(path, reason)
        else:
            self.skipped.setdefault("", Skipped("", "more that is not listed", 0)).entries += 1

    def _claim(self, path: str, name: str) -> None:
        """Give the path to this file alone.

        Compared without case: on the disks of macOS and Windows two such files are one, and what
        was looked at would not be what is run.
        """
        if not path:
            raise ArchiveUnsafe(rule="name", entry=shown(name), reason="a file without a name")
        check_lengths(path, self.limits)
        if len(self.files) == self.limits.files:
            raise ArchiveUnsafe(
                rule="files",
                entry=self.limits.whole,
                reason=f"it holds more than {self.limits.files:,} files",
            )
        key = path.casefold()
        other = self._taken.get(key) or self._folders.get(key)
        parents = key.split("/")[:-1]
        for depth in range(1, len(parents) + 1):
            folder = "/".join(parents[:depth])
            other = other or self._taken.get(folder)
            self._folders.setdefault(folder, path)
        if len(self._folders) > self.limits.entries:
            raise ArchiveUnsafe(
                rule="folders",
                entry=self.limits.whole,
                reason=f"its files lie in more than {self.limits.entries:,} folders",
            )
        if other:
            raise ArchiveUnsafe(
                rule="duplicate",
                entry=shown(path),
                reason=f"it is at the same place as {shown(other)} (capital letters do not count)",
            )
        self._taken[key] = path

    def _keep(self, path: str, entry: Entry) -> TreeFile:
        """Append the content to the spool, unless the same content is there already."""
        offset = self.spool.tell()
        digest, size = hashlib.sha256(), 0
        for chunk in entry.chunks():
            size += len(chunk)
            self._count(path, size, len(chunk))
            digest.update(chunk)
            self.spool.write(chunk)
        sha256 = digest.hexdigest()
        known = self._offsets.setdefault(sha256, offset)
        if known != offset:
            self.spool.seek(offset)
        return TreeFile(path, sha256, size, entry.executable, known)

    def _count(self, path: str, size: int, more: int) -> None:
        self.total_bytes += more
        if size > self.limits.file_bytes:
            limit = self.limits.file_bytes // (1024 * 1024)
            raise ArchiveUnsafe(
                rule="file_bytes", entry=shown(path), reason=f"it is larger than {limit} MiB"
            )
        if self.total_bytes > self.limits.total_bytes:
            limit = self.limits.total_bytes // (1024 * 1024)
            raise ArchiveUnsafe(
                rule="total_bytes",
                entry=self.limits.whole,
                reason=f"its files are larger than {limit} MiB together",
            )


def _single_folder(files: list[TreeFile]) -> str | None:
    """Return the folder all files lie in, unless it is itself part of the source.

    `flask-3.1.3/` is packaging; a folder with an `__init__.py` is a Python package, whose name
    its own imports use.
    """
    top, slash, _ = files[0].path.partition("/")
    if not slash or any(not file.path.startswith(f"{top}/") for file in files):
        return None
    return None if any(file.path == f"{top}/__init__.py" for file in files) else top
