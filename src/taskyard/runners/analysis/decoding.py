"""The bytes of a file to text.

Python files as Python itself reads them (PEP 263): UTF-8, or what a comment on the first two lines
names. The tools get UTF-8 copies, since most of them read nothing else.
"""

import codecs
import io
import re
import tokenize

#: Codecs for text written in C, linear in time. Python has others (punycode needs quadratic time
#: on hostile input; some transform bytes and are no encoding at all).
_PLAIN = re.compile(
    r"(utf-8|utf-8-sig|ascii|iso8859-\d+|cp\d+|koi8-[rut]|euc_\w+|shift_jis\w*|gb\w+|big5\w*"
    r"|mac-\w+|johab|hz|iso2022_\w+|tis-620|kz1048|ptcp154)"
)


class NotText(ValueError):
    """The file is no text of the encoding it names, or names none that we read."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_other(content: bytes) -> str:
    r"""Return the text of any other file, with `\n` at the ends of lines and no mark before it.

    What is not UTF-8 is read as Latin-1, which is right for its ASCII part in any case. Raises
    NotText for binary files.
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text:
        raise NotText("it is no text", 1)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode(content: bytes) -> str:
    r"""Return the text of a Python file, with `\n` at the ends of lines and no mark before it.

    Raises NotText.
    """
    try:
        name, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        encoding = codecs.lookup(name).name
    except (SyntaxError, LookupError):
        name = encoding = ""
    if encoding and not _PLAIN.fullmatch(encoding):
        raise NotText(f"its encoding, {name}, is not one for source code", 1)
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        spoken = name if encoding not in {"", "utf-8"} else "UTF-8"
        reason = f"byte 0x{content[problem.start]:02x} is not {spoken}"
        raise NotText(reason, line) from None
    if not encoding:
        raise NotText("the encoding its first lines name is unknown", 1)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
