"""Identifiers sort by the time they were made."""

import threading
import time
from uuid import UUID

import pytest

from taskyard.kit.ids import uuid7


def test_it_is_a_uuid_of_version_7() -> None:
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")


def test_it_begins_with_the_milliseconds_of_its_making() -> None:
    before = time.time_ns() // 1_000_000
    millis = uuid7().int >> 80
    assert before <= millis <= time.time_ns() // 1_000_000 + 1


def test_each_is_greater_than_the_one_before() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_order_survives_a_clock_that_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = uuid7()
    an_hour_ago = time.time_ns() - 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: an_hour_ago)
    assert first < uuid7() < uuid7()


def test_threads_never_make_the_same_and_each_sees_its_own_in_order() -> None:
    made: list[list[UUID]] = [[] for _ in range(8)]
    barrier = threading.Barrier(len(made))

    def work(mine: list[UUID]) -> None:
        barrier.wait()
        mine.extend(uuid7() for _ in range(2_000))

    threads = [threading.Thread(target=work, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in made)
    assert len({one for mine in made for one in mine}) == 16_000
