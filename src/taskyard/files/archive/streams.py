"""Unpacking that counts what really comes out, and never holds more than a chunk of it."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from enum import Enum
from typing import BinaryIO, Protocol

from taskyard.files.archive.limits import ArchiveLimits, Deadline
from taskyard.files.errors import ArchiveUnreadable, ArchiveUnsafe

CHUNK_BYTES = 256 * 1024
#: Packed bytes taken in at once; also the least that a ratio is judged against.
INTAKE_BYTES = 64 * 1024
#: xz -9 needs 65 MiB; a header may ask for 4 GiB.
XZ_MEMORY_BYTES = 96 * 1024 * 1024


class EntryKind(Enum):
    """What an entry of an archive is; the value says so in words."""

    FILE = "file"
    FOLDER = "folder"
    SYMBOLIC_LINK = "symbolic link"
    HARD_LINK = "hard link"
    DEVICE = "device"
    FIFO = "named pipe"
    SOCKET = "socket"
    SUBMODULE = "Git submodule"
    POINTER = "kept in Git LFS"
    WITHHELD = "larger than a source file may be"
    OTHER = "not a regular file"


class Entry(Protocol):
    """One entry of an archive, valid until the next one is asked for."""

    @property
    def name(self) -> str:
        """The name as the archive gives it: not checked yet."""

    @property
    def kind(self) -> EntryKind:
        """What it is."""

    @property
    def executable(self) -> bool:
        """Whether its owner may execute it."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the unpacked content, at most CHUNK_BYTES at a time."""


class Decompressor(Protocol):
    """What `bz2` and `lzma` offer, and `Inflater` makes of `zlib`."""

    @property
    def eof(self) -> bool:
        """Whether the stream's own end was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out before something goes in."""

    @property
    def unused_data(self) -> bytes:
        """What was given beyond the stream's end."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Take in `data`, return at most `max_length` bytes."""


class Inflater:
    """zlib with the interface of bz2 and lzma."""

    def __init__(self, window_bits: int) -> None:
        self._zlib = zlib.decompressobj(window_bits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the stream's own end was reached."""
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        """What was given beyond the stream's end."""
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Take in `data`, return at most `max_length` bytes."""
        out = self._zlib.decompress(self._zlib.unconsumed_tail + data, max(max_length, 0))
        # zlib can hold output back although all input is consumed: only a short answer says that
        # it is empty.
        self.needs_input = not self._zlib.unconsumed_tail and len(out) < max_length
        return out


#: The first bytes of each compression, and what reads it (window bits 31: a gzip header and CRC).
COMPRESSIONS: dict[bytes, Callable[[], Decompressor]] = {
    b"\x1f\x8b": lambda: Inflater(31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY_BYTES),
}
BROKEN = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)


class RatioGuard:
    """Compares what went in with what came out."""

    def __init__(self, limits: ArchiveLimits, entry: str) -> None:
        self._limits = limits
        self._entry = entry
        self.packed_bytes = 0
        self.unpacked_bytes = 0

    def came_out(self, size: int) -> None:
        """Count unpacked bytes. Raises ArchiveUnsafe when there are too many for what went in."""
        self.unpacked_bytes += size
        if self.unpacked_bytes <= self._limits.ratio_floor_bytes:
            return
        if self.unpacked_bytes > self._limits.ratio * self.packed_bytes:
            raise ArchiveUnsafe(
                rule="ratio",
                entry=self._entry,
                reason=f"it unpacks to more than {self._limits.ratio} times its packed size",
            )


class PlainStream:
    """An uncompressed tar, read with the same care for time as a compressed one."""

    def __init__(self, source: BinaryIO, deadline: Deadline) -> None:
        self._source = source
        self._deadline = deadline

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes (at most a chunk); empty at the end."""
        self._deadline.check()
        return self._source.read(min(size, CHUNK_BYTES))


class UnpackedStream:
    """Reads through gzip, bzip2 or xz, one or more streams laid end to end."""

    def __init__(
        self,
        source: BinaryIO,
        make: Callable[[], Decompressor],
        limits: ArchiveLimits,
        deadline: Deadline,
    ) -> None:
        self._source = source
        self._make = make
        self._decompressor = make()
        self._limits = limits
        self._deadline = deadline
        self._guard = RatioGuard(limits, "the archive")
        self._pending = b""
        self._finished = False

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes (at most a chunk); empty at the end.

        Raises ArchiveUnreadable when the stream is damaged or cut short, ArchiveUnsafe when it
        holds too much.
        """
        while not self._finished:
            self._deadline.check()
            out = self._step(min(size, CHUNK_BYTES))
            if out:
                self._count(len(out))
                return out
        return b""

    def _step(self, size: int) -> bytes:
        if self._decompressor.eof:
            self._next_stream()
            return b""
        data = self._take_in() if self._decompressor.needs_input else b""
        if self._decompressor.needs_input and not data:
            raise ArchiveUnreadable(reason="it is cut short; upload it again")
        try:
            return self._decompressor.decompress(data, size)
        except BROKEN as error:
            raise ArchiveUnreadable(reason=f"its compressed data is damaged ({error})") from None

    def _take_in(self) -> bytes:
        data = self._pending or self._source.read(INTAKE_BYTES)
        if not self._pending:
            self._guard.packed_bytes += len(data)
        self._pending = b""
        return data

    def _next_stream(self) -> None:
        """Start the next of several streams (pigz and bgzip write such); padding ends the file."""
        rest = self._decompressor.unused_data or self._take_in()
        if not rest.strip(b"\0"):
            self._finished = True
            return
        self._pending = rest
        self._decompressor = self._make()

    def _count(self, size: int) -> None:
        self._guard.came_out(size)
        if self._guard.unpacked_bytes > self._limits.passed_bytes:
            limit = self._limits.passed_bytes // (1024 * 1024)
            raise ArchiveUnsafe(
                rule="passed_bytes",
                entry="the archive",
                reason=f"it unpacks to more than {limit} MiB; leave out what is no source",
            )
