"""Keys between which there is always room."""

import random

import pytest

from taskyard.tasks.ordering import CROWDED, between, following


def test_the_ends_keep_their_keys_short() -> None:
    keys = following(None, 10_000)
    assert keys == sorted(set(keys))
    assert max(map(len, keys)) <= 4
    first = keys[0]
    for _ in range(10_000):
        first, before = between(None, first), first
        assert first < before
    assert len(first) <= 4


def test_a_shuffled_column_stays_in_order() -> None:
    chance = random.Random(7)
    keys: list[str] = []
    for _ in range(3_000):
        at = chance.randint(0, len(keys))
        before = keys[at - 1] if at else None
        after = keys[at] if at < len(keys) else None
        keys.insert(at, between(before, after))
    assert keys == sorted(set(keys))
    assert max(map(len, keys)) < 20


@pytest.mark.parametrize("upwards", [True, False])
def test_the_worst_place_crowds_late(upwards: bool) -> None:
    low, high, moves = "a0", "a1", 0
    while max(len(low), len(high)) <= CROWDED:
        key = between(low, high)
        assert low < key < high
        low, high = (key, high) if upwards else (low, key)
        moves += 1
    assert moves > 250


@pytest.mark.parametrize(("before", "after"), [("a1", "a0"), ("a1", "a1")])
def test_what_is_not_in_order_is_refused(before: str, after: str) -> None:
    with pytest.raises(ValueError, match="does not come before"):
        between(before, after)
