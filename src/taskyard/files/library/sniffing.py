"""What a file is, told by its content: neither its name nor its sender is believed."""

import codecs
import unicodedata
from typing import Final

#: Enough for every signature but those of disc images.
HEAD_BYTES: Final = 8192
UNKNOWN: Final = "application/octet-stream"
_TEXT: Final = "text/plain"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
#: Matches of fewer bytes are chance: `{` alone would make JSON of half the world's text.
_LEAST_CONFIDENCE: Final = 0.3
_LONGEST: Final = 100
#: What text may hold of the rest: tabs, ends of lines and pages, colours of a terminal.
_CONTROLS: Final = "\t\n\r\f\x1b"


def content_type(head: bytes, name: str) -> str:
    """Return the media type of what begins with `head`.

    `name` only decides between types that one signature stands for, such as those that are zips.
    """
    found = _matches(head) if head else []
    named = [kind for kind, extension in found if name.lower().endswith(extension)]
    if named:
        return named[0]
    if not head:
        return UNKNOWN
    if head.startswith(_ZIP):
        return "application/zip"
    if found:
        return found[0][0]
    return _TEXT if _is_text(head) else UNKNOWN


def _matches(head: bytes) -> list[tuple[str, str]]:
    """Return (media type, extension) of what the signatures fit best."""
    # It reads 200 KB of signatures when it is imported.
    import puremagic

    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        return []
    best = matches[0].confidence
    return [
        (match.mime_type, match.extension)
        for match in matches
        if match.confidence == best >= _LEAST_CONFIDENCE
        and match.mime_type
        and match.extension
        and len(match.mime_type) <= _LONGEST
    ]


def _is_text(head: bytes) -> bool:
    """Whether it is UTF-8 without a control character that no text has."""
    try:
        # Incremental: the head may end within a character.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(char in _CONTROLS or unicodedata.category(char) != "Cc" for char in text)
