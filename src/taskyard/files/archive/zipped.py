"""Zip files, read by their central directory (PKWARE APPNOTE 6.3.10)."""

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from taskyard.files.archive.limits import ArchiveLimits, Deadline
from taskyard.files.archive.names import shown
from taskyard.files.archive.streams import (
    CHUNK_BYTES,
    INTAKE_BYTES,
    EntryKind,
    Inflater,
    RatioGuard,
)
from taskyard.files.errors import ArchiveUnreadable, ArchiveUnsafe

LOCAL_MAGIC = b"PK\x03\x04"
EMPTY_MAGIC = b"PK\x05\x06"
_CENTRAL_MAGIC = b"PK\x01\x02"
_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_COMMENT_BYTES_MAX = 0xFFFF
#: Room for 670 bytes of each of 100,000 entries; all of it is held in memory.
_DIRECTORY_BYTES_MAX = 64 * 1024 * 1024
_STORED, _DEFLATED = 0, 8
#: Bit 0 encrypted, 6 strongly encrypted, 13 the directory itself is masked (APPNOTE 4.4.4).
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_ZIP64_EXTRA = 0x0001
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_KINDS = {
    stat.S_IFLNK: EntryKind.SYMBOLIC_LINK,
    stat.S_IFIFO: EntryKind.FIFO,
    stat.S_IFCHR: EntryKind.DEVICE,
    stat.S_IFBLK: EntryKind.DEVICE,
    stat.S_IFSOCK: EntryKind.SOCKET,
    stat.S_IFDIR: EntryKind.FOLDER,
}


@dataclass(frozen=True, slots=True)
class _Header:
    """What the central directory says of one entry."""

    raw_name: bytes
    flags: int
    method: int
    crc32: int
    packed_bytes: int
    unpacked_bytes: int
    attributes: int
    offset: int

    @property
    def name(self) -> str:
        """The name: UTF-8 where it is that (many tools forget to say so), else code page 437."""
        try:
            return self.raw_name.decode()
        except UnicodeDecodeError:
            if self.flags & _UTF8:
                raise ArchiveUnsafe(
                    rule="encoding",
                    entry=shown(self.raw_name.decode("latin-1")),
                    reason="its name says it is UTF-8 and is not",
                ) from None
            return self.raw_name.decode("cp437")

    @property
    def mode(self) -> int:
        """The Unix mode; 0 where the archive was made elsewhere."""
        return self.attributes >> 16

    @property
    def kind(self) -> EntryKind:
        """What the entry is; without a Unix mode only a trailing slash tells."""
        if self.raw_name.endswith(b"/"):
            return EntryKind.FOLDER
        kind = stat.S_IFMT(self.mode)
        return EntryKind.FILE if kind in (0, stat.S_IFREG) else _KINDS.get(kind, EntryKind.OTHER)


class _ZipEntry:
    """One entry, with its content still packed in `source`."""

    def __init__(
        self, header: _Header, source: BinaryIO, limits: ArchiveLimits, deadline: Deadline
    ) -> None:
        self._header = header
        self._source = source
        self._limits = limits
        self._deadline = deadline
        self.name = header.name
        self.kind = header.kind
        self.executable = bool(header.mode & stat.S_IXUSR)

    def chunks(self) -> Iterator[bytes]:
        """Yield the unpacked content, checked against the directory's size and CRC at the end."""
        guard = RatioGuard(self._limits, shown(self.name))
        crc = 0
        for chunk in self._unpacked(guard):
            self._deadline.check()
            guard.came_out(len(chunk))
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if crc != self._header.crc32 or guard.unpacked_bytes != self._header.unpacked_bytes:
            raise self._damaged("its checksum or size does not match")

    def _unpacked(self, guard: RatioGuard) -> Iterator[bytes]:
        if self._header.method == _STORED:
            for packed in self._packed(guard):
                yield packed
            return
        inflater = Inflater(-zlib.MAX_WBITS)
        for packed in self._packed(guard):
            data = packed
            while not inflater.eof:
                yield self._inflate(inflater, data)
                data = b""
                if inflater.needs_input:
                    break
        if not inflater.eof and self._header.packed_bytes:
            raise self._damaged("its data is cut short")

    def _inflate(self, inflater: Inflater, data: bytes) -> bytes:
        try:
            return inflater.decompress(data, CHUNK_BYTES)
        except zlib.error as error:
            raise self._damaged(str(error)) from None

    def _packed(self, guard: RatioGuard) -> Iterator[bytes]:
        left = self._header.packed_bytes
        while left:
            data = self._source.read(min(left, INTAKE_BYTES))
            if not data:
                raise self._damaged("its data is cut short")
            left -= len(data)
            guard.packed_bytes += len(data)
            yield data

    def _damaged(self, why: str) -> ArchiveUnreadable:
        return ArchiveUnreadable(reason=f"{shown(self.name)} in it is damaged ({why})")


def entries(source: BinaryIO, limits: ArchiveLimits, deadline: Deadline) -> Iterator[_ZipEntry]:
    """Yield the entries of a zip file in the order of their data.

    Raises ArchiveUnreadable for a damaged file, ArchiveUnsafe for one that is too much, encrypted,
    or has entries sharing bytes (Fifield's "better zip bomb").
    """
    start, headers = _directory(source, limits, deadline)
    data_end = 0
    for header in sorted(headers, key=lambda header: header.offset):
        entry = _ZipEntry(header, source, limits, deadline)
        _check_readable(header, entry.name)
        if header.offset < data_end:
            raise ArchiveUnsafe(
                rule="overlap",
                entry=shown(entry.name),
                reason="it shares its bytes with another entry; pack it with an ordinary tool",
            )
        # Compared before seeking: a zip64 offset may be larger than any file position.
        if header.offset > start:
            raise _damaged()
        data_end = _seek_data(source, header) + header.packed_bytes
        if data_end > start:
            raise _damaged()
        yield entry


def _check_readable(header: _Header, name: str) -> None:
    if header.flags & _ENCRYPTED:
        raise ArchiveUnsafe(
            rule="encrypted",
            entry=shown(name),
            reason="it is encrypted; pack it without a password",
        )
    if header.method not in (_STORED, _DEFLATED):
        raise ArchiveUnreadable(
            reason=f"{shown(name)} in it is packed by method {header.method}; "
            "pack it again with the ordinary method 'deflate'"
        )


def _seek_data(source: BinaryIO, header: _Header) -> int:
    """Move to an entry's data and return its position.

    The local header must name the same file as the directory: otherwise two tools would see two
    different archives.
    """
    source.seek(header.offset)
    fixed = source.read(_LOCAL.size)
    if len(fixed) < _LOCAL.size or not fixed.startswith(LOCAL_MAGIC):
        raise _damaged()
    *_, name_length, extra_length = _LOCAL.unpack(fixed)
    if source.read(name_length) != header.raw_name:
        raise _damaged()
    return source.seek(extra_length, 1)


def _directory(
    source: BinaryIO, limits: ArchiveLimits, deadline: Deadline
) -> tuple[int, list[_Header]]:
    """Return where the central directory starts, and its entries."""
    count, size, start = _find_directory(source)
    if count > limits.entries:
        raise ArchiveUnsafe(
            rule="entries",
            entry="the archive",
            reason=f"it holds {count:,} entries; the limit is {limits.entries:,}",
        )
    if size > _DIRECTORY_BYTES_MAX:
        raise ArchiveUnsafe(
            rule="header", entry="the archive", reason="its zip directory is over 64 MiB long"
        )
    source.seek(start)
    headers = []
    for _ in range(count):
        deadline.check()
        headers.append(_read_header(source, start + size))
    if source.tell() != start + size:
        raise _damaged()
    return start, headers


def _read_header(source: BinaryIO, end: int) -> _Header:
    fixed = source.read(_CENTRAL.size)
    if len(fixed) < _CENTRAL.size or not fixed.startswith(_CENTRAL_MAGIC):
        raise _damaged()
    values = _CENTRAL.unpack(fixed)
    flags, method, crc32, packed, unpacked = values[3], values[4], *values[7:10]
    name_length, extra_length, comment_length = values[10:13]
    attributes, offset = values[15], values[16]
    name = source.read(name_length)
    extra = source.read(extra_length)
    if len(name) + len(extra) < name_length + extra_length:
        raise _damaged()
    if source.seek(comment_length, 1) > end:
        raise _damaged()
    unpacked, packed, offset = _widened(extra, unpacked, packed, offset)
    return _Header(name, flags, method, crc32, packed, unpacked, attributes, offset)


def _widened(extra: bytes, *values: int) -> tuple[int, ...]:
    """Return `values` with each that is full taken from the zip64 extra field instead."""
    if _FULL32 not in values:
        return values
    while len(extra) >= 4:
        tag, length = struct.unpack_from("<2H", extra)
        if tag == _ZIP64_EXTRA:
            # The field says how long it is; it may end before that, in the middle of a number.
            whole = min(length, len(extra) - 4) // 8
            wide = list(struct.unpack_from(f"<{whole}Q", extra, 4))
            if len(wide) < values.count(_FULL32):
                raise _damaged()
            return tuple(wide.pop(0) if value == _FULL32 else value for value in values)
        extra = extra[4 + length :]
    return values


def _find_directory(source: BinaryIO) -> tuple[int, int, int]:
    """Return the central directory's number of entries, size and position."""
    length = source.seek(0, 2)
    tail_start = max(0, length - _END.size - _COMMENT_BYTES_MAX)
    source.seek(tail_start)
    tail = source.read()
    at = tail.rfind(EMPTY_MAGIC)
    if at < 0 or len(tail) - at < _END.size:
        raise ArchiveUnreadable(reason="the end of the zip file is missing; upload it again")
    _, disk, _, _, count, size, start, _ = _END.unpack_from(tail, at)
    end = tail_start + at
    if count == _FULL16 or _FULL32 in {size, start}:
        end, disk, count, size, start = _find_directory64(source, end) or (
            (end, disk, count, size, start)
        )
    if disk:
        raise ArchiveUnreadable(reason="it is one part of several; pack it as one file")
    if start + size != end:
        raise _damaged()
    return count, size, start


def _find_directory64(source: BinaryIO, end: int) -> tuple[int, int, int, int, int] | None:
    if end < _END64_LOCATOR.size:
        return None
    source.seek(end - _END64_LOCATOR.size)
    magic, _, position, _ = _END64_LOCATOR.unpack(source.read(_END64_LOCATOR.size))
    if magic != b"PK\x06\x07" or position > end:
        return None
    source.seek(position)
    record = source.read(_END64.size)
    if len(record) < _END64.size or not record.startswith(b"PK\x06\x06"):
        raise _damaged()
    _, _, _, _, disk, _, _, count, size, start = _END64.unpack(record)
    return position, disk, count, size, start


def _damaged() -> ArchiveUnreadable:
    return ArchiveUnreadable(reason="its zip directory is damaged; pack and upload it again")
