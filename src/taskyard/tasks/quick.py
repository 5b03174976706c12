"""Tasks written as lines: `Buy ssd *bug @ana !high ~2 tomorrow`, parts indented below them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from taskyard.tasks.types import PRIORITIES, Priority

_MARKS: Final = re.compile(r"(?:[-*+•]|\[[ x]\]|[-*+] \[[ x]\]|\d{1,3}[.)])\s+")
_WORD: Final = re.compile(r"(?:^|(?<=\s))([*@!~])([^\s*@!~]+)(?=\s|$)")
_ESTIMATE: Final = re.compile(r"\d{1,6}(?:\.\d{1,2})?")
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WHEN: Final = re.compile(
    r"(?:^|\s)(?:(?P<day>\d{4}-\d{2}-\d{2})|(?P<near>today|tomorrow)"
    r"|in (?P<count>\d{1,3}) (?P<unit>day|week)s?|next (?P<next>week)"
    rf"|(?:next |on )?(?P<weekday>{'|'.join(f'{day[:3]}(?:{day[3:]})?' for day in _DAYS)}))$",
    re.IGNORECASE,
)
_TAB: Final = 4
#: As `schemas.LabelName` has it.
_LONGEST_LABEL: Final = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A task as it was written."""

    #: Counted from 1, blank lines too.
    number: int
    #: Which line of the result it is indented below, None for the outermost.
    parent: int | None
    title: str
    labels: tuple[str, ...]
    assignee: str | None
    priority: Priority | None
    due: date | None
    estimate: str | None


def parse(text: str, today: date) -> list[Line]:
    """Read a task from every line that is not blank; what has no meaning stays in the title."""
    lines: list[Line] = []
    above: list[tuple[int, int]] = []
    for number, written in enumerate(text.splitlines(), 1):
        plain = written.expandtabs(_TAB)
        if not plain.strip():
            continue
        depth = len(plain) - len(plain.lstrip())
        while above and above[-1][0] >= depth:
            above.pop()
        parent = above[-1][1] if above else None
        above.append((depth, len(lines)))
        lines.append(_line(number, parent, plain.strip(), today))
    return lines


def _line(number: int, parent: int | None, text: str, today: date) -> Line:
    whole = _MARKS.sub("", text, count=1) if _MARKS.match(text) else text
    labels: list[str] = []
    found: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        mark, word = match.groups()
        if mark == "*":
            labels.append(word[:_LONGEST_LABEL])
        elif mark in found or not _means(mark, word):
            return match[0]
        else:
            found[mark] = word
        return ""

    left = " ".join(_WORD.sub(take, whole).split())
    title, due = _due(left, today)
    if not title:  # then those words were the title
        title, due = left or whole, None
    priority = found.get("!", "").lower()
    return Line(
        number,
        parent,
        title,
        tuple(dict.fromkeys(labels)),
        found.get("@"),
        next((word for word in PRIORITIES if word == priority), None),
        due,
        found.get("~"),
    )


def _means(mark: str, word: str) -> bool:
    if mark == "!":
        return word.lower() in PRIORITIES
    return mark == "@" or _ESTIMATE.fullmatch(word) is not None


def _due(text: str, today: date) -> tuple[str, date | None]:
    """Return a title without the day at its end, and that day."""
    match = _WHEN.search(text)
    if match is None:
        return text, None
    try:
        due = _day(match, today)
    except (ValueError, OverflowError):  # no such day: a part of the title
        return text, None
    return text[: match.start()].rstrip(), due


def _day(match: re.Match[str], today: date) -> date:
    """Return the day that was written. Raises ValueError where there is none such."""
    if match["day"]:
        return date.fromisoformat(match["day"])
    if match["near"]:
        return today + timedelta(days=match["near"].lower() == "tomorrow")
    if match["count"]:
        days = 7 if match["unit"].lower() == "week" else 1
        return today + timedelta(days=int(match["count"]) * days)
    if match["next"]:
        return today + timedelta(days=7)
    wanted = next(n for n, day in enumerate(_DAYS) if day.startswith(match["weekday"].lower()[:3]))
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
