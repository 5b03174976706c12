"""The score: SonarQube's letters at their borders, and never upside down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.runners.analysis import rules
from taskyard.runners.analysis.finding import Issue
from taskyard.runners.analysis.score import (
    debt_ratio_percent,
    grade,
    minutes_by_class,
    score,
)

MINUTES = st.floats(0, 1e7, allow_nan=False)
LINES = st.integers(0, 10**7)
SETTINGS = rules.RUFF_SELECT


@pytest.mark.parametrize(
    ("ratio", "points", "letter"),
    [
        (0, 10.0, "A"),
        (1, 9.0, "A"),
        (3, 8.5, "A"),
        (5, 8.0, "A"),
        (10, 6.0, "B"),
        (20, 4.0, "C"),
        (50, 2.0, "D"),
        (75, 1.0, "E"),
        (100, 0.0, "E"),
        (900, 0.0, "E"),
    ],
)
def test_the_grid_is_sonarqubes(ratio: float, points: float, letter: str) -> None:
    minutes = ratio / 100 * 30 * 1000
    assert debt_ratio_percent(minutes, 1000) == pytest.approx(ratio)
    assert score(minutes, 1000) == points
    assert grade(minutes, 1000) == letter


def test_few_lines_count_as_two_hundred() -> None:
    assert score(60, 1) == score(60, 200) == 9.0


@given(MINUTES, LINES, st.floats(0.01, 1e6))
def test_one_more_finding_never_raises_it(minutes: float, lines: int, more: float) -> None:
    assert score(minutes + more, lines) <= score(minutes, lines)
    assert grade(minutes + more, lines) >= grade(minutes, lines)


@given(MINUTES, LINES, st.integers(1, 10**6))
def test_one_more_clean_line_never_lowers_it(minutes: float, lines: int, more: int) -> None:
    assert score(minutes, lines + more) >= score(minutes, lines)


@given(MINUTES, LINES)
def test_it_stays_within_its_bounds(minutes: float, lines: int) -> None:
    assert 0 <= score(minutes, lines) <= 10


def issue(tool: str, kind: str, minutes: float, rule: str = "r") -> Issue:
    return Issue.model_validate({
        "tool": tool, "rule": rule, "kind": kind, "severity": "low", "title": "t", "file": "a.py",
        "debt_minutes": minutes,
    })  # fmt: skip


def test_debt_is_summed_by_what_it_is_about() -> None:
    sums = minutes_by_class([
        issue("ruff", "quality", 5), issue("ruff", "quality", 10),
        issue("complexipy", "quality", 12, "cognitive-complexity"),
        issue("oxlint", "quality", 3, "complexity"), issue("bandit", "security", 120),
        issue("mypy", "types", 5), issue("python", "syntax", 20),
    ])  # fmt: skip
    assert sums == {
        "quality": 15, "complexity": 15, "security": 120, "types": 5, "syntax": 20,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "minutes"),
    [("E711", 5), ("F401", 5), ("SIM102", 5), ("B006", 10), ("PLW0603", 10), ("PLR0912", 15),
     ("PLE0704", 20), ("RET505", 2), ("PIE790", 2), ("ERA001", 2)],
)  # fmt: skip
def test_minutes_go_by_the_rules_family(rule: str, minutes: float) -> None:
    assert rules.quality_minutes(rule) == minutes


def test_complexity_costs_by_the_point() -> None:
    assert rules.complexity_minutes(16) == 11
    assert rules.complexity_minutes(61) == 56
    assert [rules.complexity_severity(n) for n in (16, 30, 31, 60, 61)] == [
        "low", "low", "medium", "medium", "high",
    ]  # fmt: skip


def test_the_ruleset_names_its_edition_and_contents() -> None:
    edition, _, digest = rules.RULESET.partition("-")
    assert edition == rules.EDITION
    assert len(digest) == 12
    assert len(rules.RULESET) <= 80
