"""The JSON reader takes what is interoperable, and nothing else."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.core.problems import MalformedJson
from taskyard.core.strictjson import MAX_DEPTH, loads

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), inner
        )
    ),
    max_leaves=20,
)


@given(PLAIN, st.booleans())
def test_ordinary_values_come_through(value: object, ascii_only: bool) -> None:
    assert loads(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=60) | st.text('[]{}:,"\\u0d8 1e-.tfn', max_size=40).map(str.encode))
def test_whatever_comes_is_read_as_others_read_it_or_refused(body: bytes) -> None:
    try:
        value = loads(body)
    except MalformedJson:
        return
    assert value == json.loads(body)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a": 1, "a": 2}', "names a key twice"),
        (b'{"a": 1, "\\u0061": 2}', "names a key twice"),
        (b"[NaN]", "NaN is not JSON"),
        (b"[Infinity]", "Infinity is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (b"[1e400]", "out of range"),
        (b"[-1e400]", "out of range"),
        (b"[" + b"9" * 21 + b"]", "more than 20 digits"),
        (b"[" + b"9" * 10_000 + b"]", "more than 20 digits"),
        (b'["\\u0000"]', "NUL"),
        (b'["\\ud800"]', "surrogate"),
        (b'{"\\ud800": 1}', "surrogate"),
        (b'{"a": {"b": ["\\udfff"]}}', "surrogate"),
        (b'["\xff"]', "not UTF-8"),
        (b'["\xed\xa0\x80"]', "not UTF-8"),
        ('["é"]'.encode("utf-16"), "not UTF-8"),
        (b"\xef\xbb\xbf[]", "byte order mark"),
        (b"", "Expecting value"),
        (b"[1,]", "at character"),
        (b"[1] 2", "Extra data"),
        (b'["', "Unterminated string"),
        (b'["a\nb"]', "Invalid control character"),
        (b"{'a': 1}", "at character"),
        (b"[" * 100_000, "deeper than 32"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "deeper than 32"),
        (b"[" * 33 + b"]" * 33, "deeper than 32"),
    ],
)
def test_what_is_wrong_is_named(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedJson) as refused:
        loads(body)
    assert reason in refused.value.message


def test_the_greatest_depth_is_taken() -> None:
    assert loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


def test_brackets_and_quotes_within_strings_are_not_nesting() -> None:
    text = '["' * 50 + "\\" + "{[" * 50
    assert loads(json.dumps({text: text}).encode()) == {text: text}


def test_a_surrogate_pair_is_one_character() -> None:
    assert loads(b'["\\ud83d\\ude00"]') == ["😀"]


@pytest.mark.parametrize(
    "unit", [b'\\"', b'"', b'a\\"', b'"\\', b"\\", b"[]", b'"[', b"1,", b"{"], ids=repr
)
@pytest.mark.parametrize("start", [b"", b'"', b"["], ids=repr)
def test_reading_costs_no_more_than_its_length(start: bytes, unit: bytes) -> None:
    """A mebibyte that was searched again from every quote would take hours."""
    body = start + unit * (1024 * 1024 // len(unit))
    began = time.perf_counter()
    with pytest.raises(MalformedJson):
        loads(body)
    assert time.perf_counter() - began < 5
