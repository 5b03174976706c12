"""Five planted security issues: found where they are, named by CWE, each with its price."""

from itertools import pairwise

import pytest

from taskyard.runners.analysis.compare import compare
from taskyard.runners.analysis.finding import Finding
from taskyard.runners.analysis.report import AnalysisReport
from tests.runners.analysis.conftest import Analyse

CLEAN = '''"""A shop's small change."""


def total(prices: list[float], *, member: bool) -> float:
    """Return what is to be paid."""
    value = sum(prices)
    return value * 0.9 if member else value
'''
RUN = """

def run(command: str) -> int:
    import subprocess  # nosec

    return subprocess.call(command, shell=True)
"""
DIGEST = """

def digest(data: bytes) -> str:
    import hashlib

    return hashlib.md5(data).hexdigest()
"""
FIND = """

def find(db, name):
    return db.execute("select * from item where name = '%s'" % name)
"""
PLANTS = {
    "B307": ("\n\ndef load(text: str) -> object:\n    return eval(text)\n", "CWE-78", "medium"),
    "B602": (RUN, "CWE-78", "high"),
    "B324": (DIGEST, "CWE-327", "high"),
    "B608": (FIND, "CWE-89", "medium"),
    "secret-keyword": ("\n\nPASSWORD = 'hunter2-real-one'\n", "CWE-798", "medium"),
}


def planted(count: int) -> str:
    return CLEAN + "".join(text for text, _, _ in list(PLANTS.values())[:count])


@pytest.fixture(scope="module")
async def reports(analyse_tree: Analyse) -> list[AnalysisReport]:
    """The same module with none, one, … and all five."""
    return [
        await analyse_tree({"shop/__init__.py": "", "shop/cart.py": planted(count)}, "security")
        for count in range(len(PLANTS) + 1)
    ]


async def test_clean_code_has_no_finding_and_ten_points(reports: list[AnalysisReport]) -> None:
    assert reports[0].findings == []
    assert (reports[0].quality_score, reports[0].grade) == (10.0, "A")


async def test_all_five_are_found_where_they_are(reports: list[AnalysisReport]) -> None:
    lines = planted(5).splitlines()
    found = {one.rule: one for one in reports[5].findings}
    assert set(found) == set(PLANTS)
    for rule, (text, cwe, severity) in PLANTS.items():
        finding = found[rule]
        assert finding.file == "shop/cart.py"
        assert lines[(finding.line or 0) - 1] == text.rstrip().splitlines()[-1]
        assert (finding.cwe, finding.severity, finding.kind) == (cwe, severity, "security")
        assert finding.recommendation
        assert finding.line in {line.number for line in finding.excerpt}
    assert [one.issue for one in reports[5].security_issues] == [
        one.title for one in reports[5].findings
    ]


async def test_each_lowers_the_score(reports: list[AnalysisReport]) -> None:
    scores = [report.quality_score or 0 for report in reports]
    assert all(after < before for before, after in pairwise(scores)), scores


async def test_one_more_is_the_only_new_one(reports: list[AnalysisReport]) -> None:
    comparison = compare(reports[4].findings, reports[5].findings)
    assert [one.rule for one in comparison.new] == ["secret-keyword"]
    assert comparison.gone == ()
    assert len(comparison.unchanged) == 4


async def test_a_rerun_and_moved_lines_keep_every_fingerprint(
    analyse_tree: Analyse, reports: list[AnalysisReport]
) -> None:
    moved = "# A line.\n\n\n" + planted(5).replace("def find", "VALUE = 3\n\n\ndef find")
    again = await analyse_tree({"shop/__init__.py": "", "shop/cart.py": planted(5)}, "security")
    after = await analyse_tree({"shop/__init__.py": "", "shop/cart.py": moved}, "security")
    assert names(again.findings) == names(reports[5].findings)
    assert names(after.findings) == names(reports[5].findings)
    assert {one.line for one in after.findings}.isdisjoint(
        {one.line for one in reports[5].findings}
    )


def names(findings: list[Finding]) -> set[str]:
    return {one.fingerprint for one in findings}


async def test_a_nosec_comment_is_the_projects_own_word(analyse_tree: Analyse) -> None:
    report = await analyse_tree({"a.py": "x = eval(input())  # nosec B307\n"}, "security")
    assert report.findings == []
