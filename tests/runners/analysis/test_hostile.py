"""Files made to break tools, beside good ones: the job completes, and names each culprit."""

import pytest

from taskyard.runners.analysis.report import AnalysisReport
from tests.runners.analysis.conftest import Analyse

GOOD = '''"""Good."""
import os


def load(text: str) -> int:
    """Return a number."""
    return eval(text)


def wrong() -> int:
    """Return no number."""
    return "three"
'''
TREE = {
    "good/__init__.py": "",
    "good/one.py": GOOD,
    "good/two.py": GOOD,
    "bad/syntax.py": "def f(:\n    pass\n",
    "bad/python2.py": "print 'hello'\nexec 'x = 1'\n",
    "bad/nul.py": b"x = 1\x00\n",
    "bad/latin.py": b"x = '\xe9'\n",
    "bad/cookie.py": b"# -*- coding: latin-1 -*-\nimport os\nx = '\xe9'\n",
    "bad/sum.py": "x = " + "1 + " * 2_000 + "1\ny = eval(input())\n",
    "bad/tall.py": "x = (\n" + "1 +\n" * 15_000 + "1)\n",
    "bad/parens.py": "x = " + "(" * 3_000 + "1" + ")" * 3_000 + "\n",
    "bad/lists.py": "x = " + "[" * 90 + "]" * 90 + "\n",
    "bad/wide.py": "x = '" + "y" * 2_000_000 + "'\n",
    "bad/functions.py": "".join(f"def f{n}(): pass\n" for n in range(25_000)),
    "bad/match.py": "match 1:\n    case x:\n        pass\n    case 2:\n        pass\n",
    "bad/types.py": "x = 1\n",
    "bad/newer.py": 'name = "n"\nprint(f"{"inner" + name}")\ntype Pair = tuple[int, int]\n',
    "types.py": "x = 1\n",
    "typing.py": "Any = 1\n",
    "bad/my-app/__init__.py": "",
    "bad/my-app/main.py": "import os\n",
    "-rf.py": "import os\n",
    "bad/nl.pyi": "def f(x: int) -> str: ...\n",
    "bad/empty.py": "",
    "bad/bom.py": b"\xef\xbb\xbfimport os\n",
    "bad/surrogate.py": 'x = "\\ud800"\nimport os\n',
}


@pytest.fixture(scope="module")
async def report(analyse_tree: Analyse) -> AnalysisReport:
    return await analyse_tree(TREE, "quality", "security", "types")


def found(report: AnalysisReport, file: str) -> set[str]:
    return {one.rule for one in report.findings if one.file == file}


async def test_the_good_files_have_all_their_findings(report: AnalysisReport) -> None:
    for name in ("good/one.py", "good/two.py"):
        assert found(report, name) == {"F401", "B307", "return-value"}


async def test_it_says_that_it_is_not_whole(report: AnalysisReport) -> None:
    assert report.partial
    assert report.quality_score is not None
    assert {tool.name: tool.status for tool in report.tools}["ruff"] == "ok"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("bad/syntax.py", "cannot be parsed"),
        ("bad/python2.py", "cannot be parsed"),
        ("bad/nul.py", "cannot be parsed"),
        ("bad/latin.py", "cannot be read as text: byte 0xe9 is not UTF-8"),
        ("bad/parens.py", "Python does not: too many nested parentheses"),
        ("bad/tall.py", "nested too deeply"),
        ("bad/sum.py", "bandit: exception while scanning file"),
        ("bad/wide.py", "larger than 1 MiB"),
        ("bad/functions.py", "more than 20,000 lines"),
        ("bad/newer.py", "ruff parses it, the analysers' Python does not"),
        ("types.py", "shadows library module"),
        ("typing.py", "shadows library module"),
    ],
)
async def test_each_culprit_is_named(report: AnalysisReport, file: str, reason: str) -> None:
    reasons = [one.reason for one in report.skipped if one.file == file]
    assert any(reason in one for one in reasons), reasons


async def test_what_is_broken_is_a_finding_too(report: AnalysisReport) -> None:
    syntax = {one.file: one for one in report.findings if one.kind == "syntax"}
    assert set(syntax) == {
        "bad/syntax.py", "bad/python2.py", "bad/nul.py", "bad/latin.py", "bad/match.py",
    }  # fmt: skip
    assert syntax["bad/syntax.py"].line == 1
    assert syntax["bad/match.py"].line == 2
    assert all(one.severity == "high" for one in syntax.values())


@pytest.mark.parametrize(
    "file", ["bad/cookie.py", "bad/my-app/main.py", "-rf.py", "bad/bom.py", "bad/surrogate.py"]
)
async def test_what_is_merely_odd_is_analysed(report: AnalysisReport, file: str) -> None:
    assert "F401" in found(report, file)


async def test_ruff_stands_in_where_bandit_gives_up(report: AnalysisReport) -> None:
    (finding,) = [one for one in report.findings if one.file == "bad/sum.py"]
    assert (finding.tool, finding.rule, finding.kind) == ("ruff", "S307", "security")
    assert (finding.line, finding.severity, finding.cwe) == (2, "medium", "CWE-78")
    assert finding.title == "eval() runs text as code"


async def test_the_report_can_be_stored_anywhere(report: AnalysisReport) -> None:
    text = report.model_dump_json()
    assert "\\u0000" not in text
    assert AnalysisReport.model_validate_json(text) == report


async def test_no_code_at_all_has_no_score(analyse_tree: Analyse) -> None:
    report = await analyse_tree({"README.md": "# Hello\n", "a.go": "package main\n"})
    assert (report.quality_score, report.grade, report.score_basis) == (None, None, None)
    assert report.types.reason == "There is no code of Python, JavaScript or TypeScript"
    assert report.coverage.reason == report.types.reason
    assert [one.name for one in report.languages] == ["Go"]
    assert [tool.name for tool in report.tools] == ["detect-secrets"]
    assert not report.partial


async def test_only_what_is_asked_for_is_done(analyse_tree: Analyse) -> None:
    report = await analyse_tree({"a.py": GOOD}, "quality")
    assert {one.tool for one in report.findings} == {"ruff"}
    assert [step.name for step in report.steps] == [
        "read", "secrets", "syntax", "quality", "complexity",
    ]  # fmt: skip
    assert (report.type_errors, report.types.reason) == (None, "Not asked for")
    assert report.score_basis is not None
    assert report.score_basis.analysis_types == ("quality",)


async def test_tests_are_judged_only_if_asked(analyse_tree: Analyse) -> None:
    tree = {"a.py": "x = 1\n", "tests/test_a.py": "import os\n"}
    usual = await analyse_tree(tree, "quality")
    asked = await analyse_tree(tree, "quality", include_tests=True)
    assert usual.findings == []
    assert [one.file for one in asked.findings] == ["tests/test_a.py"]
