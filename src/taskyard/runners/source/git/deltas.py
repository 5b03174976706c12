"""Objects that a pack holds as what they differ by from others (gitformat-pack, "deltified")."""

from collections import defaultdict
from typing import Final

from taskyard.files.archive.limits import Deadline
from taskyard.runners.source.errors import RepositoryDamaged
from taskyard.runners.source.git.pack import Delta, Pack

_COPY: Final = 0x80
#: A copy of no length means one of this length.
_COPY_BYTES: Final = 0x10000


def resolve(pack: Pack, deadline: Deadline) -> None:
    """Make every object whose base is in the pack, and keep it there.

    Contents lie in the store while others are made of them, not in memory: a chain may be long.
    One that is too large is left out, and whatever is made of it. Raises RepositoryDamaged,
    RepositoryUnsafe and ArchiveUnsafe (time).
    """
    waiting: defaultdict[int | bytes, list[Delta]] = defaultdict(list)
    for delta in pack.deltas:
        waiting[delta.base].append(delta)
    ready = list(pack.places.items())
    while ready:
        offset, oid = ready.pop()
        made_of_it = [*waiting.pop(offset, []), *waiting.pop(oid, [])]
        if not made_of_it:
            continue
        base = pack.objects[oid]
        content = pack.content(base)
        for delta in made_of_it:
            deadline.check()
            made = apply(content, pack.content(delta), pack.limits.file_bytes)
            if made is None:
                pack.withheld += 1
                continue
            pack.count(len(made))
            pack.keep(base.kind, made, delta.offset)
            ready.append((delta.offset, pack.places[delta.offset]))


def apply(base: bytes, delta: bytes, limit_bytes: int) -> bytes | None:
    """Return what a delta makes of its base; None where it says that this is over the limit."""
    base_size, at = _number(delta, 0)
    size, at = _number(delta, at)
    if base_size != len(base):
        raise _damaged()
    if size > limit_bytes:
        return None
    # Not a list of parts: there may be seven million of two bytes each.
    made = bytearray()
    try:
        while at < len(delta):
            code = delta[at]
            if code & _COPY:
                start, length, at = _copied(delta, at)
                part = base[start : start + length]
            else:
                length = code
                part = delta[at + 1 : at + 1 + length]
                at += 1 + length
            made += part
            # Also for the code 0, which means nothing yet.
            if not len(part) == length > 0 or len(made) > size:
                raise _damaged()
    except IndexError:
        raise _damaged() from None
    if len(made) != size:
        raise _damaged()
    return bytes(made)


def _copied(delta: bytes, at: int) -> tuple[int, int, int]:
    """Read which part of the base is copied: where it starts, its length; and what follows."""
    code = delta[at]
    at += 1
    number = 0
    for bit in range(7):
        if code >> bit & 1:
            number |= delta[at] << 8 * bit
            at += 1
    return number & 0xFFFFFFFF, number >> 32 or _COPY_BYTES, at


def _number(delta: bytes, at: int) -> tuple[int, int]:
    """Read a length; return it and what follows."""
    value = shift = 0
    while at < len(delta) and shift < 64:
        byte = delta[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at
    raise _damaged()


def _damaged() -> RepositoryDamaged:
    return RepositoryDamaged(reason="a delta in it makes no sense")
