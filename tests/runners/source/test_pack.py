"""Packs made by hand: what Git would never write, and nobody must be able to make us believe."""

import hashlib
import io
import random
import time
import tracemalloc
import zlib
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskyard.files.archive.limits import MIB, ArchiveLimits, Deadline
from taskyard.files.errors import ArchiveUnsafe
from taskyard.runners.source.errors import RepositoryDamaged, RepositoryUnsafe
from taskyard.runners.source.git.deltas import apply, resolve
from taskyard.runners.source.git.pack import Kind, Pack, PackReader

LIMITS = ArchiveLimits(whole="the repository")


def head(kind: int, size: int) -> bytes:
    """Return what an object in a pack begins with."""
    first, size = kind << 4 | size & 15, size >> 4
    out = bytearray()
    while size:
        out.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    return bytes([*out, first])


def number(value: int) -> bytes:
    """Return a length as a delta begins with."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def back(distance: int) -> bytes:
    """Return how far back the base of a delta lies."""
    out = [distance & 0x7F]
    while distance := distance >> 7:
        distance -= 1
        out.append(distance & 0x7F | 0x80)
    return bytes(reversed(out))


def thing(kind: int, content: bytes, *, before: bytes = b"", size: int | None = None) -> bytes:
    """Return an object as it lies in a pack."""
    length = len(content) if size is None else size
    return head(kind, length) + before + zlib.compress(content)


def packed(*things: bytes, count: int | None = None, trailer: bytes | None = None) -> bytes:
    """Return a pack."""
    total = len(things) if count is None else count
    body = b"PACK\0\0\0\2" + total.to_bytes(4, "big") + b"".join(things)
    return body + (hashlib.sha1(body).digest() if trailer is None else trailer)


def blob_id(content: bytes) -> bytes:
    """Return what names a content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).digest()


def read(
    data: bytes,
    *,
    limits: ArchiveLimits = LIMITS,
    step: int = 4096,
    store: io.BytesIO | None = None,
) -> Pack:
    """Read a pack in pieces, and make what it holds as differences."""
    reader = PackReader(Pack(store or io.BytesIO(), limits, "sha1"))
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])
    pack = reader.finish()
    resolve(pack, Deadline(30))
    return pack


def contents(pack: Pack) -> set[bytes]:
    """Return every content of a pack."""
    return {pack.content(stored) for stored in pack.objects.values()}


BASE = b"the quick brown fox jumps over the lazy dog\n" * 20
COPY_ALL = b"\xb0" + len(BASE).to_bytes(2, "little")
DELTA = number(len(BASE)) + number(len(BASE) + 4) + COPY_ALL + b"\x04more"
PLAIN = thing(Kind.BLOB, BASE)
HONEST = packed(
    PLAIN,
    thing(Kind.OFFSET_DELTA, DELTA, before=back(len(PLAIN))),
    thing(Kind.NAMED_DELTA, DELTA, before=blob_id(BASE)),
    thing(Kind.BLOB, b""),
)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 100, 100_000])
def test_a_pack_is_the_same_however_it_is_cut(step: int) -> None:
    pack = read(HONEST, step=step)
    assert contents(pack) == {BASE, BASE + b"more", b""}
    assert pack.objects[blob_id(BASE + b"more")].kind is Kind.BLOB
    assert pack.withheld == 0


def test_a_base_may_follow_what_is_made_of_it() -> None:
    pack = read(packed(thing(Kind.NAMED_DELTA, DELTA, before=blob_id(BASE)), PLAIN))
    assert contents(pack) == {BASE, BASE + b"more"}


def test_a_long_chain_takes_neither_memory_nor_the_stack() -> None:
    size = 100_000
    content = random.Random(3).randbytes(size)
    things, previous = [thing(Kind.BLOB, content)], content
    for step in range(3000):
        # Four bytes anew, then a copy from 4 on: 65,536 bytes, and the rest.
        change = number(size) + number(size) + b"\x04%04d" % step + b"\x81\x04"
        change += b"\xb7" + (4 + 0x10000).to_bytes(3, "little")
        change += (size - 4 - 0x10000).to_bytes(2, "little")
        things.append(thing(Kind.NAMED_DELTA, change, before=blob_id(previous)))
        previous = b"%04d" % step + previous[4:]
    limits = ArchiveLimits(passed_bytes=400 * MIB, whole="the repository")
    pack = read(packed(*things), limits=limits)
    assert blob_id(previous) in pack.objects
    assert len(pack.objects) == 3001


@pytest.mark.parametrize(
    ("pack", "reason"),
    [
        (b"", "cut short"),
        (HONEST[:-1], "cut short"),
        (HONEST[:100], "cut short"),
        (b"KCAP" + HONEST[4:], "no pack"),
        (HONEST[:7] + b"\x09" + HONEST[8:], "no pack"),
        (HONEST + b"x", "something follows"),
        (packed(PLAIN, trailer=b"\0" * 20), "checksum"),
        (packed(PLAIN, count=2), "cut short|no known kind|damaged"),
        (packed(PLAIN, PLAIN, count=1), "checksum|something follows"),
        (packed(thing(5, b"x")), "no known kind"),
        (packed(thing(0, b"x")), "no known kind"),
        (packed(thing(Kind.BLOB, b"xyz", size=2)), "another size"),
        (packed(thing(Kind.BLOB, b"xyz", size=4)), "another size"),
        (packed(head(Kind.BLOB, 3) + b"not zlib at all"), "damaged"),
        (packed(b"\xb0" + b"\xff" * 12 + b"\x01" + zlib.compress(b"x")), "too large"),
        (packed(head(Kind.OFFSET_DELTA, 3) + b"\xff" * 12 + b"\x01"), "too large"),
    ],
)
def test_what_is_no_pack_is_refused(pack: bytes, reason: str) -> None:
    with pytest.raises(RepositoryDamaged, match=reason):
        read(pack)


@pytest.mark.parametrize(
    "before",
    [back(1), back(10_000), back(2**40), back(0)],
    ids=["within", "before", "far", "itself"],
)
def test_a_base_that_is_not_there_makes_nothing(before: bytes) -> None:
    pack = read(packed(PLAIN, thing(Kind.OFFSET_DELTA, DELTA, before=before)))
    assert contents(pack) == {BASE}


def test_two_that_are_made_of_each_other_make_nothing() -> None:
    change = number(4) + number(4) + b"\x04abcd"
    first = thing(Kind.NAMED_DELTA, change, before=blob_id(b"abcd"))
    assert contents(read(packed(first, PLAIN))) == {BASE}


@pytest.mark.parametrize(
    "delta",
    [
        b"",
        b"\x80" * 20,
        number(len(BASE)),
        number(len(BASE) + 1) + number(4) + b"\x04more",
        number(len(BASE)) + number(5) + b"\x04more",
        number(len(BASE)) + number(3) + b"\x04more",
        number(len(BASE)) + number(4) + b"\x04mor",
        number(len(BASE)) + number(4) + b"\x00\x04more",
        number(len(BASE)) + number(4) + b"\x91",
        number(len(BASE)) + number(4) + b"\x9f\xff\xff\xff\xff\x04",
        number(len(BASE)) + number(70_000) + b"\x80",
        number(len(BASE)) + number(len(BASE)) + COPY_ALL + COPY_ALL,
    ],
)
def test_a_delta_that_makes_no_sense_is_refused(delta: bytes) -> None:
    with pytest.raises(RepositoryDamaged, match="makes no sense"):
        read(packed(PLAIN, thing(Kind.NAMED_DELTA, delta, before=blob_id(BASE))))


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_any_delta_is_applied_or_refused(base: bytes, delta: bytes) -> None:
    try:
        made = apply(base, delta, 1000)
    except RepositoryDamaged:
        return
    assert made is None or len(made) <= 1000


@pytest.mark.slow
def test_a_delta_of_many_small_parts_costs_no_more_than_what_it_makes() -> None:
    parts = 1_000_000
    delta = number(0) + number(2 * parts) + b"\x02ab" * parts
    tracemalloc.start()
    assert apply(b"", delta, 20 * MIB) == b"ab" * parts
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * MIB


def test_what_is_too_large_is_counted_and_not_kept() -> None:
    limits = ArchiveLimits(file_bytes=100, whole="the repository")
    doubled = number(60) + number(120) + b"\x90\x3c\x90\x3c"
    small = b"x" * 60
    pack = read(
        packed(
            thing(Kind.BLOB, b"y" * 101),
            thing(Kind.BLOB, small),
            thing(Kind.NAMED_DELTA, doubled, before=blob_id(small)),
        ),
        limits=limits,
    )
    assert contents(pack) == {small}
    assert pack.withheld == 2


def _doublings() -> bytes:
    """Return a pack of 64 bytes and what they are doubled to, sixteen times over."""
    size, things = 64, [thing(Kind.BLOB, b"x" * 64)]
    for _ in range(16):
        change = number(size) + number(2 * size) + (b"\xf0" + size.to_bytes(3, "little")) * 2
        things.append(thing(Kind.NAMED_DELTA, change, before=blob_id(b"x" * size)))
        size *= 2
    return packed(*things)


@pytest.mark.parametrize(
    ("make", "limits"),
    [
        (lambda: packed(thing(Kind.BLOB, b"\0" * (40 * MIB))), {"passed_bytes": MIB}),
        (lambda: packed(*[thing(Kind.BLOB, b"\0" * MIB)] * 40), {"passed_bytes": 8 * MIB}),
        (_doublings, {"passed_bytes": MIB}),
        (lambda: packed(PLAIN, count=2**32 - 1), {}),
        (lambda: packed(PLAIN, count=100_001), {}),
    ],
    ids=["one-bomb", "many-bombs", "doublings", "count", "count-by-one"],
)
def test_a_bomb_is_refused_before_it_goes_off(
    make: Callable[[], bytes], limits: dict[str, int]
) -> None:
    data = make()
    began = time.monotonic()
    store = io.BytesIO()
    bounds = ArchiveLimits(**limits, whole="the repository")
    with pytest.raises(RepositoryUnsafe) as refused:
        read(data, limits=bounds, step=65_536, store=store)
    assert refused.value.fields["rule"] in {"passed_bytes", "entries"}
    assert len(store.getvalue()) <= bounds.passed_bytes + 4 * MIB
    assert time.monotonic() - began < 10


def test_making_objects_ends_when_nobody_waits() -> None:
    reader = PackReader(Pack(io.BytesIO(), LIMITS, "sha1"))
    reader.feed(HONEST)
    deadline = Deadline(60, whole="the repository")
    deadline.cancel()
    with pytest.raises(ArchiveUnsafe, match="the repository"):
        resolve(reader.finish(), deadline)


def _damaged(data: bytes, at: Sequence[int], how: random.Random) -> bytes:
    out = bytearray(data)
    for position in at:
        match how.randrange(3):
            case 0:
                out[position % len(out)] ^= 1 << how.randrange(8)
            case 1:
                out[position % len(out)] = how.randrange(256)
            case _:
                del out[position % len(out) :]
                out += b"\0"
    return bytes(out)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=4), st.integers(0, 2**32))
def test_a_damaged_pack_is_refused_or_whole(at: list[int], seed: int) -> None:
    how = random.Random(seed)
    data = _damaged(HONEST[:-20], at, how)
    # With a checksum that fits, so that what is behind it is tested too.
    data += hashlib.sha1(data).digest()
    try:
        pack = read(data, step=how.choice([1, 50, 4096]))
    except (RepositoryDamaged, RepositoryUnsafe):
        return
    for oid, stored in pack.objects.items():
        assert pack.id_of(stored.kind, pack.content(stored)) == oid
