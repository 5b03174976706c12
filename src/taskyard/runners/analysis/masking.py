"""Keeping secrets out of what is kept, shown and exported.

The search says where secrets stand. Code is shown with a mask in their place, and a finding is
named after its masked line, so that nobody can try passwords against a fingerprint. Whatever tools
and tests say in words is searched for them as well.
"""

import re
from collections import defaultdict
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
_QUOTES = frozenset("'\"`")


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
    """Takes secrets out of sentences.

    A source of test vectors holds a hundred thousand of them. A pattern of so many words would
    take half a minute to make, and a second for each sentence; here each place of a sentence is
    looked up by its first letters, whatever the number of secrets.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values = frozenset(one for one in values if len(one) >= _LEAST)
        found: defaultdict[str, set[int]] = defaultdict(set)
        for one in self._values:
            found[one[:_LEAST]].add(len(one))
        #: How long the secrets are that begin so, the longest first.
        self._lengths = {start: sorted(all_, reverse=True) for start, all_ in found.items()}

    @classmethod
    def of(cls, secrets: Secrets, copies: Path) -> "Redactor":
        """Read the secrets' places again. Blocks."""
        return cls(_values(secrets.masks, copies))

    def text(self, sentence: str) -> str:
        """Return a sentence without secrets."""
        if not self._values:
            return sentence
        parts: list[str] = []
        kept = at = 0
        while at <= len(sentence) - _LEAST:
            lengths = self._lengths.get(sentence[at : at + _LEAST])
            end = lengths and self._end(sentence, at, lengths)
            if end:
                parts += [sentence[kept:at], MASK]
                kept = at = end
            else:
                at += 1
        return "".join([*parts, sentence[kept:]])

    def _end(self, sentence: str, at: int, lengths: Iterable[int]) -> int | None:
        """Return where the secret ends that begins here, the longest of them."""
        for length in lengths:
            end = at + length
            if sentence[at:end] in self._values and _is_told(sentence, at, end):
                return end
        return None

    def answer(self, answer: Answer) -> Answer:
        """Return a tool's answer without secrets."""
        if not self._values:
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


def _is_told(sentence: str, start: int, end: int) -> bool:
    """Say whether a value is meant where it stands; one that is a plain word only in quotes."""
    in_quotes = {sentence[start - 1 : start], sentence[end : end + 1]} <= _QUOTES
    return in_quotes or not _PLAIN.fullmatch(sentence, start, end)


def _values(masks: Mapping[str, Sequence[Mask]], copies: Path) -> set[str]:
    values = set()
    for file, places in masks.items():
        lines = (copies / copy_of(file)).read_text(encoding="utf-8").split("\n")
        for number, start, end in places:
            values.add(lines[number - 1][start:end].strip())
    return values
