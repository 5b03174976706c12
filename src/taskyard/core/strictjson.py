"""A JSON reader that accepts what RFC 8259 and I-JSON (RFC 7493) call interoperable, no more.

Python's own reader takes NaN, duplicate keys, lone surrogates and any depth; each of them ended
as a 500 or as silent loss further in.
"""

import json
import re
from typing import Any

from taskyard.core.problems import MalformedJson

MAX_DEPTH = 32
MAX_INT_DIGITS = 20
#: Never gives back what it took, and takes a string that does not end to the end: one pass,
#: however many quotes there are (with backtracking 32 kB of `\\"` took six seconds).
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")


def loads(body: bytes) -> Any:
    """Return the value `body` holds. Raises MalformedJson naming what is wrong."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedJson(reason="it is not UTF-8") from None
    if text.startswith("\ufeff"):
        raise MalformedJson(reason="it begins with a byte order mark")
    _check_depth(body)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        raise MalformedJson(reason=f"{error.msg} at character {error.pos}") from None
    if b"\\u" in body:  # neither can be written but as an escape
        _check_text(value)
    return value


def _check_depth(body: bytes) -> None:
    """Refuse deep nesting before the recursive parser sees it."""
    depth = 0
    for bracket in _STRING.sub(b"", body).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise MalformedJson(reason=f"it is nested deeper than {MAX_DEPTH} levels")


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        if _BAD_TEXT.search(value):
            raise MalformedJson(reason="a string holds a NUL or half of a surrogate pair")
    elif isinstance(value, list):
        for item in value:
            _check_text(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_text(item)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        raise MalformedJson(reason="an object names a key twice")
    return out


def _constant(name: str) -> Any:
    raise MalformedJson(reason=f"{name} is not JSON")


def _float(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise MalformedJson(reason="a number is out of range")
    return number


def _int(digits: str) -> int:
    if len(digits) > MAX_INT_DIGITS:
        raise MalformedJson(reason=f"a number has more than {MAX_INT_DIGITS} digits")
    return int(digits)
