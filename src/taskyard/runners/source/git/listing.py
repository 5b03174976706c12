"""From a pack to the files of its commit, as entries that a tree is made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from taskyard.files.archive.limits import ArchiveLimits, Deadline
from taskyard.files.archive.names import check_lengths, junk, safe_path
from taskyard.files.archive.streams import CHUNK_BYTES, EntryKind
from taskyard.files.errors import ArchiveUnsafe
from taskyard.runners.source.errors import RefNotFound, RepositoryDamaged
from taskyard.runners.source.git.pack import Kind, Pack, Stored

#: Tags may name tags.
_TAGS_MAX: Final = 5
_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_POINTER_BYTES: Final = 1024
_FOLDER: Final = 0o040000
#: What else a tree may hold, by the type bits of its mode.
_KINDS: Final = {
    0o100000: EntryKind.FILE,
    0o120000: EntryKind.SYMBOLIC_LINK,
    0o160000: EntryKind.SUBMODULE,
}
_TYPE_BITS, _EXECUTABLE = 0o170000, 0o100
_MODE: Final = re.compile(rb"[0-7]{5,6}")


@dataclass(frozen=True, slots=True)
class GitEntry:
    """One entry of a tree."""

    name: str
    kind: EntryKind
    executable: bool = False
    content: bytes = b""

    def chunks(self) -> Iterator[bytes]:
        """Yield the content."""
        for start in range(0, len(self.content), CHUNK_BYTES):
            yield self.content[start : start + CHUNK_BYTES]


def commit_of(pack: Pack, want: str) -> tuple[str, bytes]:
    """Return the id of the commit that was asked for, by itself or by a tag, and its tree's id."""
    oid = bytes.fromhex(want)
    for _ in range(_TAGS_MAX):
        stored = _found(pack, oid, "the commit")
        head = pack.content(stored).partition(b"\n")[0]
        word, _, named = head.partition(b" ")
        expected = {Kind.COMMIT: b"tree", Kind.TAG: b"object"}.get(stored.kind)
        if expected is None:
            break
        try:
            target = bytes.fromhex(named.decode("ascii"))
        except ValueError:
            target = b""
        if word != expected or len(target) != len(oid):
            raise RepositoryDamaged(reason="its commit cannot be read")
        if stored.kind is Kind.COMMIT:
            return oid.hex(), target
        oid = target
    raise RefNotFound(ref=want)


def entries(
    pack: Pack, tree: bytes, limits: ArchiveLimits, deadline: Deadline
) -> Iterator[GitEntry]:
    """Yield every entry below a tree; a folder before what is in it.

    What lies in a folder that is left out is not looked at. Raises RepositoryDamaged and
    ArchiveUnsafe.
    """
    seen = 0
    waiting = [("", tree)]
    while waiting:
        folder, oid = waiting.pop()
        content = pack.content(_found(pack, oid, f"the folder {folder or '/'}", Kind.TREE))
        for name, mode, child in _parsed(content, len(oid)):
            deadline.check()
            seen += 1
            if seen > limits.entries:
                raise ArchiveUnsafe(
                    rule="entries",
                    entry=limits.whole,
                    reason=f"it holds more than {limits.entries:,} files and folders",
                )
            path = f"{folder}{name}"
            if mode & _TYPE_BITS != _FOLDER:
                yield _entry(pack, path, mode, child)
                continue
            yield GitEntry(path, EntryKind.FOLDER)
            # Its name was found safe when the entry was taken.
            if not junk(safe_path(path)):
                check_lengths(path, limits)
                waiting.append((f"{path}/", child))


def _entry(pack: Pack, path: str, mode: int, oid: bytes) -> GitEntry:
    kind = _KINDS.get(mode & _TYPE_BITS, EntryKind.OTHER)
    if kind is not EntryKind.FILE:
        return GitEntry(path, kind)
    stored = pack.objects.get(oid)
    if stored is None and (pack.withheld or pack.is_filtered):
        return GitEntry(path, EntryKind.WITHHELD)
    content = pack.content(_found(pack, oid, path, Kind.BLOB))
    if len(content) <= _POINTER_BYTES and content.startswith(_POINTER):
        return GitEntry(path, EntryKind.POINTER)
    return GitEntry(path, kind, bool(mode & _EXECUTABLE), content)


def _found(pack: Pack, oid: bytes, what: str, kind: Kind | None = None) -> Stored:
    stored = pack.objects.get(oid)
    if stored is None or kind not in {None, stored.kind}:
        raise RepositoryDamaged(reason=f"{what} is missing in it")
    return stored


def _parsed(content: bytes, id_bytes: int) -> Iterator[tuple[str, int, bytes]]:
    """Yield name, mode and id of a tree's entries, which are `<octal mode> <name> NUL <id>`."""
    at = 0
    while at < len(content):
        end = content.find(b"\0", at)
        mode, space, name = content[at:end].partition(b" ")
        at = end + 1 + id_bytes
        if end < 0 or not space or not name or at > len(content):
            raise RepositoryDamaged(reason="a folder in it cannot be read")
        if not _MODE.fullmatch(mode) or b"/" in name or name == b".":
            raise RepositoryDamaged(reason="a folder in it cannot be read")
        yield _text(name), int(mode, 8), content[at - id_bytes : at]


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")
