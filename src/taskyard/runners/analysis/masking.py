"""Keeping secrets out of what is kept, shown and exported.

The search says where secrets stand. Code is shown with a mask in their place, and a finding is
named after its masked line, so that nobody can try passwords against a fingerprint. Whatever tools
and tests say in words is searched for them as well.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from taskyard.runners.analysis.finding import Issue
from taskyard.runners.analysis.languages import copy_of
from taskyard.runners.analysis.tools.answer import Answer
from taskyard.runners.analysis.tools.secrets import Mask, Secrets
from taskyard.runners.analysis.tools.tests import Tested

#: As long as any: its length says nothing.
MASK = "••••••••"
_QUOTED = re.compile(r"""(['"`])(?:\\.|(?!\1).)+\1?""")
#: Shorter ones would be found in every other word.
_LEAST = 4
_PLAIN = re.compile(r"[A-Za-z]+")


def masked(line: str, masks: Iterable[Mask]) -> str:
    """Return a line with a mask in place of each secret."""
    spans: list[tuple[int, int]] = []
    for _, start, end in sorted(masks):
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    for start, end in reversed(spans):
        line = line[:start] + MASK + line[end:]
    return line


def without_quotes(line: str) -> str:
    """Return a line with a mask in place of whatever stands in quotes."""
    return _QUOTED.sub(lambda found: f"{found[1]}{MASK}{found[1]}", line)


class Redactor:
    """Takes secrets out of sentences."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        words = sorted({one for one in values if len(one) >= _LEAST}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_pattern, words))) if words else None

    @classmethod
    def of(cls, secrets: Secrets, copies: Path) -> "Redactor":
        """Read the secrets' places again. Blocks."""
        return cls(_values(secrets.masks, copies))

    def text(self, sentence: str) -> str:
        """Return a sentence without secrets."""
        return sentence if self._pattern is None else self._pattern.sub(MASK, sentence)

    def answer(self, answer: Answer) -> Answer:
        """Return a tool's answer without secrets."""
        if self._pattern is None:
            return answer
        tool = answer.tool.model_copy(update={"detail": self._maybe(answer.tool.detail)})
        skipped = [
            one.model_copy(update={"reason": self.text(one.reason)}) for one in answer.skipped
        ]
        issues = [self._issue(one) for one in answer.issues]
        return Answer(tool=tool, issues=tuple(issues), skipped=tuple(skipped))

    def tested(self, tested: Tested) -> Tested:
        """Return a run of tests whose reasons hold no secret."""
        tool = tested.tool.model_copy(update={"detail": self._maybe(tested.tool.detail)})
        reason = self._maybe(tested.coverage.reason)
        coverage = tested.coverage.model_copy(update={"reason": reason})
        return Tested(tool=tool, coverage=coverage)

    def _issue(self, issue: Issue) -> Issue:
        change = {
            "title": self.text(issue.title), "recommendation": self._maybe(issue.recommendation),
        }  # fmt: skip
        return issue.model_copy(update=change)

    def _maybe(self, sentence: str | None) -> str | None:
        return None if sentence is None else self.text(sentence)


def _pattern(value: str) -> str:
    """Return what finds a value; one that is a plain word is found only in quotes."""
    escaped = re.escape(value)
    return rf"(?<=['\"`]){escaped}(?=['\"`])" if _PLAIN.fullmatch(value) else escaped


def _values(masks: Mapping[str, Sequence[Mask]], copies: Path) -> set[str]:
    values = set()
    for file, places in masks.items():
        lines = (copies / copy_of(file)).read_text(encoding="utf-8").split("\n")
        for number, start, end in places:
            values.add(lines[number - 1][start:end].strip())
    return values
