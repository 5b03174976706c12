"""The code round a finding."""

from functools import lru_cache
from pathlib import Path

from taskyard.runners.analysis.finding import ExcerptLine

#: Lines before and after, and of a finding of several lines at most so many.
BEFORE, AFTER, MOST = 2, 2, 9
MOST_CHARACTERS = 200


class Excerpts:
    """Reads the UTF-8 copies of the code, a file at a time."""

    def __init__(self, copies: Path) -> None:
        self._lines = lru_cache(maxsize=64)(lambda file: self._read(copies / file))

    @staticmethod
    def _read(path: Path) -> list[str]:
        try:
            return path.read_text(encoding="utf-8").split("\n")
        except OSError:
            return []  # Undecodable files have no copy.

    def line(self, file: str, number: int | None) -> str:
        """Return one line, empty where there is none."""
        lines = self._lines(file)
        return lines[number - 1] if number and 0 < number <= len(lines) else ""

    def around(self, file: str, line: int | None, end_line: int | None) -> tuple[ExcerptLine, ...]:
        """Return the lines round a finding."""
        lines = self._lines(file)
        if not line or not 0 < line <= len(lines):
            return ()
        first = max(1, line - BEFORE)
        last = min(len(lines), (end_line or line) + AFTER, first + MOST - 1)
        return tuple(
            ExcerptLine(number=number, text=_shown(lines[number - 1]))
            for number in range(first, last + 1)
        )


def _shown(line: str) -> str:
    """Return a line without control characters (NUL is no JSON text for PostgreSQL), cut."""
    text = "".join(one if one.isprintable() else " " for one in line.expandtabs(4))
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
