"""The code round a finding, with a mask in place of each secret."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from taskyard.runners.analysis.finding import ExcerptLine, Issue
from taskyard.runners.analysis.languages import copy_of
from taskyard.runners.analysis.masking import Redactor, masked, without_quotes
from taskyard.runners.analysis.tools.secrets import Secrets, is_password

#: Lines before and after, and of a finding of several lines at most so many.
BEFORE, AFTER, MOST = 2, 2, 9
MOST_CHARACTERS = 200


class Excerpts:
    """Reads the UTF-8 copies of the code, a file at a time."""

    def __init__(self, copies: Path, secrets: Secrets, issues: Iterable[Issue]) -> None:
        self._copies, self._masks = copies, secrets.masks
        self._unseen: Collection[str] = frozenset(secrets.unseen)
        self._passwords = _passwords(issues)
        #: A secret may stand in a second place, where nothing else tells what it is.
        self._redactor = Redactor.of(secrets, copies)
        self._lines = lru_cache(maxsize=64)(self._read)

    def _read(self, file: str) -> list[str]:
        try:
            lines = (self._copies / copy_of(file)).read_text(encoding="utf-8").split("\n")
        except OSError:
            return []  # Undecodable files have no copy.
        masks = sorted(self._masks.get(file, ()))
        for number, here in groupby(masks, key=lambda mask: mask[0]):
            lines[number - 1] = masked(lines[number - 1], here)
        for number in self._passwords.get(file, ()):
            if 0 < number <= len(lines):
                lines[number - 1] = without_quotes(lines[number - 1])
        return lines

    def line(self, file: str, number: int | None) -> str:
        """Return one line, empty where there is none."""
        lines = self._lines(file)
        found = lines[number - 1] if number and 0 < number <= len(lines) else ""
        return self._redactor.text(found)

    def around(self, file: str, line: int | None, end_line: int | None) -> tuple[ExcerptLine, ...]:
        """Return the lines round a finding; none of a file nobody has searched for secrets."""
        lines = self._lines(file)
        if not line or not 0 < line <= len(lines) or file in self._unseen:
            return ()
        first = max(1, line - BEFORE)
        last = min(len(lines), (end_line or line) + AFTER, first + MOST - 1)
        return tuple(
            ExcerptLine(number=number, text=_shown(self._redactor.text(lines[number - 1])))
            for number in range(first, last + 1)
        )


def _passwords(issues: Iterable[Issue]) -> Mapping[str, set[int]]:
    """Return the lines in which another tool saw a password, by file."""
    places: dict[str, set[int]] = {}
    for issue in issues:
        if is_password(issue) and issue.line:
            last = issue.end_line or issue.line
            places.setdefault(issue.file, set()).update(range(issue.line, last + 1))
    return places


def _shown(line: str) -> str:
    """Return a line without control characters (NUL is no JSON text for PostgreSQL), cut."""
    text = "".join(one if one.isprintable() else " " for one in line.expandtabs(4))
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
