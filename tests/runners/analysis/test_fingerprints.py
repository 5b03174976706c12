"""A finding keeps its name while its line moves."""

from hypothesis import given
from hypothesis import strategies as st

from taskyard.runners.analysis.compare import compare
from taskyard.runners.analysis.finding import Finding, Issue
from taskyard.runners.analysis.fingerprint import fingerprints

CODE = ["import os", "", "def f():", "    return eval(x)", "    return eval(x)", "x = 1"]


def issue(line: int, rule: str = "B307", column: int = 1) -> Issue:
    return Issue(
        tool="bandit", rule=rule, kind="security", severity="medium", title="eval", file="a.py",
        line=line, column=column,
    )  # fmt: skip


def names(issues: list[Issue], lines: list[str]) -> list[str]:
    def line_of(_: str, number: int | None) -> str:
        return lines[number - 1] if number and number <= len(lines) else ""

    return [name for _, name in fingerprints(issues, line_of)]


@given(st.integers(0, 40))
def test_lines_above_do_not_matter(shift: int) -> None:
    before = names([issue(4), issue(5)], CODE)
    after = names([issue(4 + shift), issue(5 + shift)], ["# new"] * shift + CODE)
    assert before == after


def test_blanks_do_not_matter() -> None:
    indented = [f"    {line}".replace("(x)", "( x )") for line in CODE]
    assert names([issue(4)], CODE) == names([issue(4)], indented)


def test_equal_lines_are_told_apart_by_counting() -> None:
    first, second = names([issue(5), issue(4)], CODE)
    assert first != second


def test_another_line_rule_or_file_is_another_finding() -> None:
    elsewhere = issue(4).model_copy(update={"file": "b.py"})
    everything = names([issue(4), issue(6), issue(4, "B102"), elsewhere], CODE)
    assert len(set(everything)) == 4


def test_they_are_unique_and_short_enough_to_store() -> None:
    many = names([issue(line, rule) for line in range(1, 7) for rule in "abc"] * 2, CODE)
    assert len(set(many)) == 36
    assert {len(name) for name in many} == {32}


def finding(name: str) -> Finding:
    return Finding(**issue(1).model_dump(), fingerprint=name)


def test_a_comparison_tells_new_gone_and_unchanged() -> None:
    comparison = compare([finding("a"), finding("b")], [finding("b"), finding("c")])
    assert [one.fingerprint for one in comparison.new] == ["c"]
    assert [one.fingerprint for one in comparison.gone] == ["a"]
    assert [one.fingerprint for one in comparison.unchanged] == ["b"]
