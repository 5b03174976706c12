"""Bytes to text, as Python reads them."""

import pytest

from taskyard.runners.analysis.decoding import NotText, decode


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        ("ü = 'ö'\r\n".encode(), "ü = 'ö'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (
            b"#!/usr/bin/python\n# coding: cp1252\n\x80\n",
            "#!/usr/bin/python\n# coding: cp1252\n€\n",
        ),
        ("# coding: euc-jp\n日本\n".encode("euc-jp"), "# coding: euc-jp\n日本\n"),
        (b"", ""),
        (b"a\x00b", "a\x00b"),
    ],
)
def test_text_is_read(content: bytes, text: str) -> None:
    assert decode(content) == text


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        (b"x = 1\ny = '\xe9'\n", "byte 0xe9 is not UTF-8", 2),
        (b"# coding: klingon\nx = 1\n", "unknown", 1),
        (b"# coding: punycode\nx = 1\n", "not one for source code", 1),
        (b"# coding: zlib\nx = 1\n", "not one for source code", 1),
        (b"# coding: unicode_escape\nx = 1\n", "not one for source code", 1),
        (b"# coding: utf-7\nx = 1\n", "not one for source code", 1),
        (b"# coding: ascii\n\n# \xff\n", "byte 0xff is not", 3),
        (b"\xff\xfex\x00", "byte 0xff", 1),
    ],
)
def test_what_is_no_text_is_told_with_its_line(content: bytes, reason: str, line: int) -> None:
    with pytest.raises(NotText, match=reason) as refused:
        decode(content)
    assert refused.value.line == line
