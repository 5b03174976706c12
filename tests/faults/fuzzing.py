"""A process that libFuzzer leads through one reader: `python -m tests.faults.fuzzing READER …`.

Further words are libFuzzer's own: a folder of examples, `-max_total_time=60`, `-seed=7`.
"""

import base64
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import atheris

with atheris.instrument_imports(include=["taskyard", "json", "zipfile", "tarfile"]):
    from taskyard.core.downloads import Link, LinkSigner, SignedUrlInvalid
    from taskyard.core.problems import MalformedJson
    from taskyard.core.schemas import Cursor, CursorInvalid
    from taskyard.core.strictjson import loads
    from taskyard.kit.ids import uuid7
    from tests.files.test_archive_fuzz import outcome

_CURSOR: Final = Cursor(b"k" * 32)
_SEALED: Final = _CURSOR.seal("jobs", 42, uuid7())
_SIGNER: Final = LinkSigner([b"k" * 32])
_SIGNED: Final = _SIGNER.sign(Link("file", "somebody", "a.txt"), expires_in=timedelta(hours=1))


def archive(data: bytes) -> None:
    """Unpack it: a tree that is safe, or a refusal."""
    outcome(data)


def strict_json(data: bytes) -> None:
    """Read it as Python's own reader does, or refuse it."""
    try:
        value = loads(data)
    except MalformedJson:
        return
    assert value == json.loads(data)


def cursor(data: bytes) -> None:
    """Refuse all but the one that was sealed, as it came or with bytes of it changed."""
    for text in (data.decode("latin-1"), _changed(_SEALED, data)):
        try:
            _CURSOR.open("jobs", text)
        except CursorInvalid:
            continue
        assert _bytes(text) == _bytes(_SEALED)


def link(data: bytes) -> None:
    """Refuse all but the one that was signed, as it came or with bytes of it changed."""
    for text in (data.decode("latin-1"), _changed(_SIGNED, data)):
        try:
            _SIGNER.open(text, method="GET")
        except SignedUrlInvalid:
            continue
        assert text == _SIGNED


READERS: Final[dict[str, Callable[[bytes], None]]] = {
    "archive": archive,
    "json": strict_json,
    "cursor": cursor,
    "link": link,
}


def _changed(text: str, data: bytes) -> str:
    """Return the text with the first byte of each two as a place, the second put there."""
    letters = bytearray(text.encode())
    for place, letter in zip(data[::2], data[1::2], strict=False):
        letters[place % len(letters)] = letter
    return letters.decode("latin-1")


def _bytes(text: str) -> bytes:
    """Return what Base64 says; the decoder passes by what is none of its letters."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], READERS[sys.argv[1]])
    atheris.Fuzz()
