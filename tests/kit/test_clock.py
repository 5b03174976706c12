"""The time is aware and in UTC."""

from datetime import timedelta

from taskyard.kit.clock import now


def test_now_is_aware_and_in_utc() -> None:
    assert now().utcoffset() == timedelta(0)
