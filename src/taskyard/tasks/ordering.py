"""Places in an order as short texts: between any two there is room for another.

A key is a whole number, its first letter saying how many digits it has (`a0` … `zzzz…`, below it
`Zz` downwards), and a fraction; keys compare byte by byte. Putting something at either end counts
the number on, so that ends, where most things go, keep their keys short. The scheme is that of
D. Greenspan, "Implementing Fractional Indexing" (Observable, 2020).
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FIRST: Final = "a0"
#: A key this long says that its neighbourhood is crowded, and the column is numbered again.
CROWDED: Final = 60


def between(before: str | None, after: str | None) -> str:
    """Return a key after `before` and before `after`; None is the end on that side.

    Raises ValueError unless `before` < `after`.
    """
    if before is not None and after is not None and before >= after:
        raise ValueError(f"{before!r} does not come before {after!r}")
    if before is None:
        return _FIRST if after is None else _earlier(after)
    if after is None:
        return _later(before)
    whole, fraction = _split(before)
    limit, rest = _split(after)
    if whole == limit:
        return whole + _middle(fraction, rest)
    following = _count(whole, 1)
    if following is not None and following < after:
        return following
    return whole + _middle(fraction, None)


def following(before: str | None, many: int) -> list[str]:
    """Return that many keys after `before`, in order."""
    return list(islice(_counted(before), many))


def _counted(before: str | None) -> Iterator[str]:
    while True:
        before = between(before, None)
        yield before


def _earlier(after: str) -> str:
    whole, fraction = _split(after)
    if fraction:
        return whole
    previous = _count(whole, -1)
    if previous is None:  # 62 ** 26 steps down
        raise ValueError("nothing comes before the first place of all")
    return previous


def _later(before: str) -> str:
    whole, fraction = _split(before)
    return _count(whole, 1) or whole + _middle(fraction, None)


def _split(key: str) -> tuple[str, str]:
    """Return a key's whole number and fraction."""
    head = key[0]
    length = ord(head) - ord("a") + 2 if head >= "a" else ord("Z") - ord(head) + 2
    return key[:length], key[length:]


def _count(whole: str, step: int) -> str | None:
    """Return the whole number after (1) or before (-1) this one, None at the end of all."""
    head, digits = whole[0], list(whole[1:])
    for place in reversed(range(len(digits))):
        value = _DIGITS.index(digits[place]) + step
        digits[place] = _DIGITS[value % 62]
        if 0 <= value < 62:
            return head + "".join(digits)
    if head == ("z" if step > 0 else "A"):
        return None
    if step > 0:
        head = "a" if head == "Z" else chr(ord(head) + 1)
        digits = ["0"] * (len(digits) + (1 if head > "a" else -1 if head < "a" else 0))
    else:
        head = "Z" if head == "a" else chr(ord(head) - 1)
        digits = ["z"] * (len(digits) + (1 if head < "Z" else -1 if head > "Z" else 0))
    return head + "".join(digits)


def _middle(before: str, after: str | None) -> str:
    """Return a fraction between two; it never ends in `0`, below which there is no room."""
    if after is not None:
        shared = 0
        while shared < len(after) and (before[shared : shared + 1] or "0") == after[shared]:
            shared += 1
        if shared:
            return after[:shared] + _middle(before[shared:], after[shared:])
    low = _DIGITS.index(before[0]) if before else 0
    high = _DIGITS.index(after[0]) if after is not None else 62
    if high - low > 1:
        return _DIGITS[(low + high) // 2]
    if after is not None and len(after) > 1:
        return after[0]
    return _DIGITS[low] + _middle(before[1:], None)
