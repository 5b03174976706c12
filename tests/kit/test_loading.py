"""Loading without looking for garbage."""

import gc

import pytest

from taskyard.kit.loading import without_collection


def test_nothing_is_looked_through_within_and_garbage_is_found_after() -> None:
    with without_collection():
        assert not gc.isenabled()
        kept = [[number] for number in range(1_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(kept)
    assert not any(one is kept for one in gc.get_objects()), "what was loaded is not looked at"
    gc.unfreeze()


def test_what_fails_to_load_leaves_the_collector_on() -> None:
    with pytest.raises(ImportError), without_collection():
        raise ImportError
    assert gc.isenabled()
    gc.unfreeze()
