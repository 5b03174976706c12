"""Reading a pack as it arrives (gitformat-pack): counted, checked, and kept as plain contents."""

import hashlib
import zlib
from collections.abc import Generator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import BinaryIO, Final

from taskyard.files.archive.limits import MIB, ArchiveLimits
from taskyard.runners.source.errors import RepositoryDamaged, RepositoryUnsafe
from taskyard.runners.source.git.discovery import ObjectFormat

#: Packed bytes given to zlib at once: what it does not need of them it copies, and 4 KiB of them
#: unpack to 4 MiB at most.
_INTAKE_BYTES: Final = 4 * 1024
_HEAD_BYTES: Final = 12
#: Lengths and offsets of more digits than that do not fit into 64 bits.
_VARINT_BYTES: Final = 10


class Kind(IntEnum):
    """What an object is, as packs number it."""

    COMMIT = 1
    TREE = 2
    BLOB = 3
    TAG = 4
    OFFSET_DELTA = 6
    NAMED_DELTA = 7


@dataclass(frozen=True, slots=True)
class Stored:
    """An object's content in the store."""

    kind: Kind
    at: int
    size: int


@dataclass(frozen=True, slots=True)
class Delta:
    """Instructions, in the store, that make an object of another."""

    offset: int
    #: The other one: its place in the pack, or its id.
    base: int | bytes
    at: int
    size: int


@dataclass(slots=True)
class Pack:
    """What a pack held; contents lie in `store`."""

    store: BinaryIO
    limits: ArchiveLimits
    object_format: ObjectFormat
    #: Whether its sender was asked to leave out large files.
    is_filtered: bool = False
    #: By id.
    objects: dict[bytes, Stored] = field(default_factory=dict)
    #: By its place in the pack.
    places: dict[int, bytes] = field(default_factory=dict)
    deltas: list[Delta] = field(default_factory=list)
    #: How many objects were too large to be kept; what they were is not known.
    withheld: int = 0
    came_out: int = 0

    def content(self, stored: Stored | Delta) -> bytes:
        """Return a content, or a delta's instructions."""
        self.store.seek(stored.at)
        return self.store.read(stored.size)

    def count(self, size: int) -> None:
        """Count what was unpacked. Raises RepositoryUnsafe once it is too much."""
        self.came_out += size
        if self.came_out > self.limits.passed_bytes:
            limit = self.limits.passed_bytes // MIB
            raise RepositoryUnsafe(
                rule="passed_bytes",
                entry=self.limits.whole,
                reason=f"it unpacks to more than {limit} MiB",
            )

    def id_of(self, kind: Kind, content: bytes) -> bytes:
        """Return the id that names an object."""
        head = b"%s %d\0" % (kind.name.lower().encode(), len(content))
        return hashlib.new(self.object_format, head + content, usedforsecurity=False).digest()

    def keep(self, kind: Kind, content: bytes, offset: int) -> Stored:
        """Write an object to the store."""
        oid = self.id_of(kind, content)
        stored = Stored(kind, self.append(content), len(content))
        self.objects[oid] = stored
        self.places[offset] = oid
        return stored

    def append(self, content: bytes) -> int:
        """Write to the store's end; return where it lies."""
        at = self.store.seek(0, 2)
        self.store.write(content)
        return at


class PackReader:
    """Takes a pack in pieces. Blocks for as long as unpacking a piece takes."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        #: Objects the pack says it holds, and how many of them have come.
        self.total = self.done = 0
        self._digest = hashlib.new(pack.object_format, usedforsecurity=False)
        self._held = b""
        self._at = 0
        self._passed = 0
        self._is_whole = False
        self._steps = self._read()
        next(self._steps)

    def feed(self, data: bytes) -> None:
        """Take in a piece. Raises RepositoryDamaged and RepositoryUnsafe."""
        if self._is_whole:
            raise RepositoryDamaged(reason="something follows the pack")
        self._held = self._held[self._at :] + data
        self._at = 0
        try:
            next(self._steps)
        except StopIteration:
            self._is_whole = True

    def finish(self) -> Pack:
        """Return the pack once all of it was fed."""
        if not self._is_whole:
            raise RepositoryDamaged(reason="the pack is cut short")
        return self.pack

    def _read(self) -> Generator[None]:
        """Read the pack; yields where it has to wait for more of it."""
        head = yield from self._take(_HEAD_BYTES)
        if head[:4] != b"PACK" or head[4:8] not in {b"\0\0\0\2", b"\0\0\0\3"}:
            raise RepositoryDamaged(reason="it is no pack")
        self.total = int.from_bytes(head[8:], "big")
        entries = self.pack.limits.entries
        if self.total > entries:
            raise RepositoryUnsafe(
                rule="entries",
                entry=self.pack.limits.whole,
                reason=f"it holds {self.total:,} files and folders; the limit is {entries:,}",
            )
        while self.done < self.total:
            yield from self._object()
            self.done += 1
        expected = self._digest.digest()
        if (yield from self._take(self._digest.digest_size)) != expected:
            raise RepositoryDamaged(reason="its checksum does not match")
        if self._at != len(self._held):
            raise RepositoryDamaged(reason="something follows the pack")

    def _object(self) -> Generator[None]:
        offset = self._passed
        byte = yield from self._byte()
        number, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 0x80:
            byte = yield from self._byte()
            size |= (byte & 0x7F) << shift
            shift += 7
            self._check_digits(shift)
        try:
            kind = Kind(number)
        except ValueError:
            raise RepositoryDamaged(reason="it holds an object of no known kind") from None
        base: int | bytes = 0
        if kind is Kind.OFFSET_DELTA:
            base = offset - (yield from self._distance())
        elif kind is Kind.NAMED_DELTA:
            base = yield from self._take(self._digest.digest_size)
        content = yield from self._inflate(size)
        self._keep(kind, content, offset, base)

    def _keep(self, kind: Kind, content: bytes | None, offset: int, base: int | bytes) -> None:
        pack = self.pack
        if content is None:
            pack.withheld += 1
        elif kind in {Kind.OFFSET_DELTA, Kind.NAMED_DELTA}:
            pack.deltas.append(Delta(offset, base, pack.append(content), len(content)))
        else:
            pack.keep(kind, content, offset)

    def _inflate(self, size: int) -> Generator[None, None, bytes | None]:
        """Return the content that comes next; None where it is too large to be kept."""
        is_kept = size <= self.pack.limits.file_bytes
        parts: list[bytes] = []
        seen = 0
        inflater = zlib.decompressobj()
        while not inflater.eof:
            if self._at == len(self._held):
                yield
                continue
            piece = self._held[self._at : self._at + _INTAKE_BYTES]
            try:
                part = inflater.decompress(piece)
            except zlib.error as error:
                raise RepositoryDamaged(
                    reason=f"its compressed data is damaged ({error})"
                ) from None
            self._pass(len(piece) - len(inflater.unused_data))
            self.pack.count(len(part))
            seen += len(part)
            if seen > size:
                break
            if is_kept:
                parts.append(part)
        if seen != size:
            raise RepositoryDamaged(reason="an object has another size than it says")
        return b"".join(parts) if is_kept else None

    def _distance(self) -> Generator[None, None, int]:
        """Read how far back in the pack a delta's base lies (gitformat-pack, "offset encoding")."""
        byte = yield from self._byte()
        value, digits = byte & 0x7F, 7
        while byte & 0x80:
            byte = yield from self._byte()
            value = (value + 1 << 7) | byte & 0x7F
            digits += 7
            self._check_digits(digits)
        return value

    @staticmethod
    def _check_digits(bits: int) -> None:
        if bits > 7 * _VARINT_BYTES:
            raise RepositoryDamaged(reason="it holds a number that is too large")

    def _byte(self) -> Generator[None, None, int]:
        return (yield from self._take(1))[0]

    def _take(self, size: int) -> Generator[None, None, bytes]:
        while len(self._held) - self._at < size:
            yield
        start = self._at
        self._pass(size)
        return self._held[start : self._at]

    def _pass(self, size: int) -> None:
        """Move on in the pack; its checksum is over all that was passed."""
        self._digest.update(memoryview(self._held)[self._at : self._at + size])
        self._at += size
        self._passed += size
