"""A cursor can be carried, but not made, changed or used elsewhere."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.core import keys
from taskyard.core.schemas import Cursor, CursorInvalid
from taskyard.core.settings import Settings
from taskyard.kit.ids import uuid7

CURSOR = Cursor(b"k" * 32)
ROW = uuid7()
AT = datetime(2026, 11, 21, 12, 30, 15, 123456, tzinfo=UTC)


def test_a_cursor_opens_as_it_was_sealed() -> None:
    sealed = CURSOR.seal("jobs", AT, ROW)
    assert CURSOR.open("jobs", sealed) == (1_795_264_215_123_456, ROW)
    assert sealed.isascii()
    assert "=" not in sealed


def test_a_number_may_stand_for_the_time() -> None:
    assert CURSOR.open("events", CURSOR.seal("events", 42, ROW)) == (42, ROW)


def test_a_cursor_of_another_list_or_filter_is_refused() -> None:
    sealed = CURSOR.seal("jobs?status=failed", AT, ROW)
    with pytest.raises(CursorInvalid):
        CURSOR.open("jobs?status=queued", sealed)


def test_a_cursor_of_another_instance_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        Cursor(b"K" * 32).open("jobs", CURSOR.seal("jobs", AT, ROW))


@pytest.mark.parametrize("position", range(40))
def test_every_byte_is_under_the_signature(position: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(CURSOR.seal("jobs", AT, ROW) + "=="))
    raw[position] ^= 1
    with pytest.raises(CursorInvalid):
        CURSOR.open("jobs", base64.urlsafe_b64encode(bytes(raw)).decode())


@given(st.text(max_size=100))
def test_no_text_is_a_cursor(text: str) -> None:
    with pytest.raises(CursorInvalid):
        CURSOR.open("jobs", text)


def test_each_purpose_has_a_key_of_its_own(settings: Settings) -> None:
    made = {purpose: keys.derive(settings, purpose) for purpose in ("cursor", "password", "x")}
    assert len({*made.values()}) == 3
    assert all(len(key) == 32 for key in made.values())
    assert made["cursor"] == keys.derive(settings, "cursor")
