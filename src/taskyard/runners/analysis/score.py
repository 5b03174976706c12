"""Minutes of debt to a score from 0 to 10.

The SQALE model as SonarQube uses it: the minutes it would take to put every finding right,
against the minutes it would take to write the code again, at 30 a line. SonarQube's grid of
letters is kept as points of a line, so that every minute counts. By construction one more finding
never raises the score, and one more clean line never lowers it.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from pydantic import Field

from taskyard.runners.analysis import rules
from taskyard.runners.analysis.finding import Issue, Value

Grade = Literal["A", "B", "C", "D", "E"]

MINUTES_PER_LINE = 30
#: A handful of lines is no basis: below this, one finding would decide everything.
LEAST_LINES = 200

# (debt ratio in per cent, score)
_LINE = ((0.0, 10.0), (1.0, 9.0), (5.0, 8.0), (10.0, 6.0), (20.0, 4.0), (50.0, 2.0), (100.0, 0.0))
_GRADES: tuple[tuple[float, Grade], ...] = ((5, "A"), (10, "B"), (20, "C"), (50, "D"))


class LanguageScore(Value):
    """What one language adds to a score, and what it would be alone."""

    name: str
    files: int
    ncloc: int
    debt_minutes: float
    quality_score: float
    grade: Grade


class ScoreBasis(Value):
    """What a score was made of; scores of another basis do not compare."""

    ruleset: str
    analysis_types: tuple[str, ...] = Field(description="Those that ran and count.")
    ncloc: int
    debt_minutes: float
    debt_ratio_percent: float
    minutes_by_class: dict[str, float] = Field(
        description="Of quality, complexity, security, types and syntax."
    )
    languages: tuple[LanguageScore, ...] = Field(
        (), description="By lines, the most first. Settings that hold secrets are of none."
    )


def debt_ratio_percent(minutes: float, ncloc: int) -> float:
    """Return the debt as per cent of what writing the code again would take."""
    return 100 * minutes / (MINUTES_PER_LINE * max(ncloc, LEAST_LINES))


def score(minutes: float, ncloc: int) -> float:
    """Return the score for this much debt in this many lines, 0 to 10, two decimals."""
    ratio = debt_ratio_percent(minutes, ncloc)
    for (left, upper), (right, lower) in pairwise(_LINE):
        if ratio <= right:
            return round(upper + (ratio - left) / (right - left) * (lower - upper), 2)
    return 0.0


def grade(minutes: float, ncloc: int) -> Grade:
    """Return SonarQube's letter for it."""
    ratio = debt_ratio_percent(minutes, ncloc)
    return next((letter for most, letter in _GRADES if ratio <= most), "E")


def minutes_by_class(issues: Iterable[Issue]) -> dict[str, float]:
    """Sum the debt by what it is about; functions too complex stand apart from other quality."""
    sums = dict.fromkeys(("quality", "complexity", "security", "types", "syntax"), 0.0)
    for issue in issues:
        name = "complexity" if issue.rule in rules.COMPLEXITY_RULES else issue.kind
        sums[name] = sums.get(name, 0.0) + issue.debt_minutes
    return sums
