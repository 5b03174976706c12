"""What to do first, in sentences that name the thing and the gain."""

from typing import Any

from taskyard.runners.analysis.advice import MOST, Adviser
from taskyard.runners.analysis.finding import Finding
from taskyard.runners.analysis.report import ComplexFunction, HotSpot, Types
from taskyard.runners.analysis.tools.tests import Coverage, FileCoverage


def finding(name: str, **fields: Any) -> Finding:
    usual = {
        "tool": "ruff", "rule": "F401", "kind": "quality", "severity": "low", "title": "Unused",
        "file": "shop/a.py", "line": 3, "debt_minutes": 5, "fingerprint": name,
    }  # fmt: skip
    return Finding.model_validate(usual | fields)


def high(name: str, **fields: Any) -> Finding:
    usual: dict[str, Any] = {
        "tool": "bandit", "rule": "B602", "kind": "security", "severity": "high",
        "title": "Shell command with shell=True", "debt_minutes": 120,
    }  # fmt: skip
    return finding(name, **(usual | fields))


def spot(file: str, debt: float, lines: float) -> HotSpot:
    return HotSpot(
        file=file, ncloc=100, findings=3, debt_minutes=50, debt_share_percent=debt,
        ncloc_share_percent=lines,
    )  # fmt: skip


def advise(**fields: Any) -> list[str]:
    usual: dict[str, Any] = {
        "findings": [], "ncloc": 1_000, "hot_spots": [], "functions": [],
        "types": Types(errors=0, functions=9, annotated_percent=100),
        "coverage": Coverage(percent=90),
    }  # fmt: skip
    return Adviser(**(usual | fields)).sentences()


def test_good_code_gets_no_advice() -> None:
    assert advise() == []


def test_what_is_broken_comes_first() -> None:
    broken = [finding(f"s{n}", kind="syntax", file=f"shop/{n}.py") for n in "abc"]
    first, second = advise(findings=[high("h"), *broken])
    assert first == ("Make shop/a.py and 2 more parse; nothing else in there was checked.")
    assert second == (
        "Put right the high security finding, shell command with shell=True in shop/a.py:3: "
        "that alone would raise the score from 9.55 to about 9.95."
    )


def test_several_grave_findings_are_one_sentence() -> None:
    (sentence,) = advise(findings=[high("a"), high("b", line=None)])
    assert sentence.startswith("Put right the 2 high security findings, beginning with shop/a.py:3")


def test_debt_that_stands_close_is_worth_a_sentence() -> None:
    dense, even = spot("shop/cart.py", 22, 3), spot("shop/all.py", 95, 90)
    (sentence,) = advise(hot_spots=[dense])
    assert sentence == ("Begin with shop/cart.py: it holds 22 % of the debt in 3 % of the lines.")
    assert advise(hot_spots=[even]) == []


def test_the_hardest_function_is_named_with_the_gain() -> None:
    tangled = ComplexFunction(
        name="apply", line=9, complexity=41, file="a.py", end_line=90, limit=15
    )
    (sentence,) = advise(functions=[tangled], findings=[finding("f", debt_minutes=36)])
    assert sentence == (
        "Split apply in a.py:9 (cognitive complexity 41, limit 15): that alone would raise the "
        "score from 9.88 to about 10.00."
    )


def test_a_habit_is_swept_once() -> None:
    many = [finding(str(n), line=n) for n in range(1, 31)]
    (sentence,) = advise(findings=many)
    assert sentence.startswith("Sweep once for F401 (30 times, the first in shop/a.py:1): ")
    assert advise(findings=many[:10]) == []


def test_tests_and_types_that_are_missing_are_asked_for() -> None:
    none = Coverage(percent=None, reason="The source holds no tests (test_*.py)")
    some = Coverage(
        percent=40,
        files=(
            FileCoverage(file="a.py", percent=90, covered_lines=9, lines=10),
            FileCoverage(file="b.py", percent=10, covered_lines=10, lines=100),
        ),
    )
    bare = Types(errors=0, functions=10, annotated_percent=10)
    assert advise(coverage=none) == [
        "Add tests: pytest finds test_*.py files with functions named test_*."
    ]
    assert advise(coverage=some) == ["Test b.py more: 90 of its 100 lines are never reached."]
    assert advise(types=bare) == [
        "Annotate functions: 10 % are, and the type checker sees only what is."
    ]
    cannot = Coverage(percent=None, reason="The tests need trio, and nothing is installed")
    assert advise(coverage=cannot) == []


def test_a_list_to_do_stays_short() -> None:
    everything = advise(
        findings=[finding("s", kind="syntax"), high("h"), *[finding(str(n)) for n in range(30)]],
        hot_spots=[spot("a.py", 50, 5)],
        functions=[
            ComplexFunction(name="f", line=1, complexity=20, file="a.py", end_line=9, limit=15)
        ],
        types=Types(errors=0, functions=10, annotated_percent=1),
        coverage=Coverage(percent=None, reason="The source holds no tests"),
    )
    assert len(everything) == MOST
