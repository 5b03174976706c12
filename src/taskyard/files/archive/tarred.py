"""Tar streams: ustar, pax and GNU (POSIX.1-2024 `pax`, "ustar Interchange Format")."""

from collections.abc import Iterator
from typing import Protocol

from taskyard.files.archive.limits import ArchiveLimits
from taskyard.files.archive.names import shown
from taskyard.files.archive.streams import CHUNK_BYTES, EntryKind
from taskyard.files.errors import ArchiveUnreadable, ArchiveUnsafe

BLOCK = 512
#: Enough for any path we take and the attributes macOS adds; the whole of it is held in memory.
_EXTENSION_BYTES_MAX = 1024 * 1024
_OWNER_MAY_EXECUTE = 0o100
_REGULAR = (b"0", b"\0", b"7")
_KINDS = {
    b"1": EntryKind.HARD_LINK,
    b"2": EntryKind.SYMBOLIC_LINK,
    b"3": EntryKind.DEVICE,
    b"4": EntryKind.DEVICE,
    b"5": EntryKind.FOLDER,
    b"6": EntryKind.FIFO,
}
_OCTAL_DIGITS = frozenset(b"01234567")
#: What is heeded of a pax header. Nothing else is kept: header may follow header without end, each
#: with other keywords.
_PATH, _SIZE, _SPARSE = "path", "size", "GNU.sparse"


class Readable(Protocol):
    """Anything that gives its bytes in order."""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; empty at the end."""


class _TarEntry:
    """One entry; its content passes by once."""

    def __init__(self, stream: Readable, name: str, kind: EntryKind, mode: int, size: int) -> None:
        self._stream = stream
        self._left = size
        self._padding = -size % BLOCK
        self.name = name
        self.kind = kind
        self.executable = bool(mode & _OWNER_MAY_EXECUTE)

    def chunks(self) -> Iterator[bytes]:
        """Yield the content, at most CHUNK_BYTES at a time."""
        while self._left:
            data = self._stream.read(min(self._left, CHUNK_BYTES))
            if not data:
                raise _cut_short()
            self._left -= len(data)
            yield data

    def pass_by(self) -> None:
        """Read what nobody read, so that the stream stands at the next header."""
        for _ in self.chunks():
            pass
        if self._padding:
            _exactly(self._stream, self._padding)
            self._padding = 0


def looks_like_tar(block: bytes) -> bool:
    """Say whether a first block is a tar header, by its checksum; tar has no magic of its own."""
    return len(block) >= BLOCK and any(block[:BLOCK]) and _checksum_fits(block[:BLOCK])


def entries(stream: Readable, limits: ArchiveLimits) -> Iterator[_TarEntry]:
    """Yield the entries of a tar stream, in order, and read it to its very end.

    Raises ArchiveUnreadable for a damaged or cut stream, ArchiveUnsafe for one that is too much.
    """
    extension: dict[str, bytes] = {}
    for count, header in enumerate(_headers(stream), start=1):
        if count > limits.entries:
            raise ArchiveUnsafe(
                rule="entries",
                entry="the archive",
                reason=f"it holds more than {limits.entries:,} entries",
            )
        type_flag, size = header[156:157], _number(header[124:136])
        if type_flag in (b"x", b"g", b"L", b"K"):
            extension |= _extension(stream, type_flag, size)
            continue
        entry = _entry(stream, header, type_flag, size, extension)
        extension = {}
        yield entry
        entry.pass_by()


def _headers(stream: Readable) -> Iterator[bytes]:
    while True:
        header = _exactly(stream, BLOCK)
        if not any(header):
            break
        if not _checksum_fits(header):
            raise _damaged()
        yield header
    # Read on to the end, so that a checksum after the data is checked and a cut is noticed.
    while stream.read(CHUNK_BYTES):
        pass


def _entry(
    stream: Readable, header: bytes, type_flag: bytes, size: int, extension: dict[str, bytes]
) -> _TarEntry:
    name = _text(extension.get(_PATH) or _header_name(header))
    if type_flag == b"S" or _SPARSE in extension:
        raise ArchiveUnreadable(
            reason=f"{shown(name)} in it is a sparse file; pack it as a plain one"
        )
    if type_flag in _REGULAR:
        kind = EntryKind.FOLDER if name.endswith("/") else EntryKind.FILE
    else:
        kind = _KINDS.get(type_flag, EntryKind.OTHER)
    if _SIZE in extension:
        size = _decimal(extension[_SIZE])
    # Links, devices and folders carry no data, whatever their size field says (GNU and ustar
    # agree for all but pax hard links, which we do not take).
    if type_flag in _KINDS:
        size = 0
    return _TarEntry(stream, name, kind, _number(header[100:108]), size)


def _header_name(header: bytes) -> bytes:
    name = header[:100].split(b"\0", 1)[0]
    prefix = header[345:500].split(b"\0", 1)[0] if header[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _extension(stream: Readable, type_flag: bytes, size: int) -> dict[str, bytes]:
    """Read the data of an extension header; what it says of the next entry, by pax keyword."""
    if size > _EXTENSION_BYTES_MAX:
        raise ArchiveUnsafe(
            rule="header", entry="the archive", reason="one of its tar headers is over 1 MiB long"
        )
    data = _exactly(stream, size)
    _exactly(stream, -size % BLOCK)
    if type_flag == b"L":
        return {_PATH: data.rstrip(b"\0")}
    # A global header speaks of all entries, and nothing we use may be said of all.
    return _pax_records(data) if type_flag == b"x" else {}


def _pax_records(data: bytes) -> dict[str, bytes]:
    """Parse `LENGTH KEY=VALUE` lines; each length counts its whole line, the end included.

    Returns those that are heeded; that a file is sparse is said by many keywords, and kept as one.
    """
    records: dict[str, bytes] = {}
    at = 0
    while at < len(data) and data[at] != 0:
        # 20 digits: more than any 64-bit length, so that the search is short.
        space = data.find(b" ", at, at + 20)
        length = _decimal(data[at:space]) if space > 0 else 0
        end = at + length
        if length < 5 or end > len(data) or data[end - 1 : end] != b"\n":
            raise _damaged()
        key, equals, value = data[space + 1 : end - 1].partition(b"=")
        if not equals:
            raise _damaged()
        keyword = key.decode("utf-8", "replace")
        if keyword.startswith(_SPARSE):
            records[_SPARSE] = b""
        elif keyword in {_PATH, _SIZE}:
            records[keyword] = value
        at = end
    return records


def _text(raw: bytes) -> str:
    """Return a name: UTF-8, or Latin-1 where it is not; old tars do not say what they are in."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _decimal(raw: bytes) -> int:
    if not raw.isdigit() or len(raw) > 20:
        raise _damaged()
    return int(raw)


def _number(field: bytes) -> int:
    """Read a number: octal text, or base 256 where the first bit is set (GNU, for 8 GiB and up)."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    text = field.strip(b" \0")
    if not _OCTAL_DIGITS.issuperset(text):
        raise _damaged()
    return int(text or b"0", 8)


def _checksum_fits(header: bytes) -> bool:
    """Check the sum of a header's bytes, its own field counted as spaces."""
    text = header[148:156].strip(b" \0")
    if not text or not _OCTAL_DIGITS.issuperset(text):
        return False
    return int(text, 8) == sum(header) - sum(header[148:156]) + 8 * 0x20


def _exactly(stream: Readable, size: int) -> bytes:
    parts = []
    while size:
        part = stream.read(size)
        if not part:
            raise _cut_short()
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _damaged() -> ArchiveUnreadable:
    return ArchiveUnreadable(reason="its tar headers are damaged; pack and upload it again")


def _cut_short() -> ArchiveUnreadable:
    return ArchiveUnreadable(reason="it is cut short; upload it again")
