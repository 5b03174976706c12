"""The report for other programs, and as a page."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import jsonschema
import pytest

from taskyard.runners.analysis.compare import compare
from taskyard.runners.analysis.html import WITH_CODE, to_html
from taskyard.runners.analysis.report import AnalysisReport, to_json
from taskyard.runners.analysis.sarif import to_sarif
from tests.runners.analysis.conftest import Analyse
from tests.runners.analysis.sarif_schema import LOG

SCRIPT = "</style><script>alert(1)</script>"
NESTED = "".join(f"{'    ' * depth}if x > {depth}:\n" for depth in range(1, 9))
TREE = {
    "shop/__init__.py": "",
    "shop/cart.py": f"import os\n\nNOTE = '{SCRIPT}'\nPASSWORD = 'hunter2-real-one'\n\n\n"
    "def load(text: str) -> int:\n    return eval(text)\n",
    "shop/tangle.py": f"def tangled(x):\n{NESTED}{'    ' * 9}return 1\n",
    "shop/bröken file.py": "def f(:\n",
    "shop/wide.py": "x = '" + "y" * 11_000 + "'\n",
}


@pytest.fixture(scope="module")
async def report(analyse_tree: Analyse) -> AnalysisReport:
    return await analyse_tree(TREE, "quality", "security", "types")


class TestSarif:
    async def test_it_is_valid(self, report: AnalysisReport) -> None:
        log = json.loads(json.dumps(to_sarif(report)))
        jsonschema.validate(log, LOG)
        assert [run["tool"]["driver"]["name"] for run in log["runs"]] == [
            "python", "ruff", "complexipy", "bandit", "mypy", "detect-secrets",
        ]  # fmt: skip

    async def test_every_finding_is_one_result_at_its_place(self, report: AnalysisReport) -> None:
        results = [result for run in to_sarif(report)["runs"] for result in run["results"]]
        hashes = [one["partialFingerprints"]["primaryLocationLineHash"] for one in results]
        assert sorted(hashes) == sorted(one.fingerprint for one in report.findings)
        (password,) = [one for one in results if one["ruleId"] == "secret-keyword"]
        physical = password["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "shop/cart.py", "uriBaseId": "SRCROOT"}
        assert physical["region"]["startLine"] == 4

    async def test_rules_are_indexed_and_security_is_weighed(self, report: AnalysisReport) -> None:
        for run in to_sarif(report)["runs"]:
            rules = run["tool"]["driver"]["rules"]
            for result in run["results"]:
                assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            weighed = {one["id"]: one["properties"].get("security-severity") for one in rules}
            if run["tool"]["driver"]["name"] == "bandit":
                assert weighed == {"B307": "5.5"}
            elif run["tool"]["driver"]["name"] == "detect-secrets":
                assert weighed == {"secret-keyword": "5.5"}
            else:
                assert set(weighed.values()) <= {None}

    async def test_names_are_encoded_and_the_left_out_named(self, report: AnalysisReport) -> None:
        python = to_sarif(report)["runs"][0]
        uri = python["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "shop/br%C3%B6ken%20file.py"
        notes = python["invocations"][0]["toolExecutionNotifications"]
        assert any("10,000 characters" in one["message"]["text"] for one in notes)

    async def test_a_comparison_gives_every_result_its_state(self, report: AnalysisReport) -> None:
        gone, *rest = report.findings
        new = rest.pop()
        log = to_sarif(
            report.model_copy(update={"findings": [*rest, new]}),
            compare([gone, *rest], [*rest, new]),
        )
        jsonschema.validate(json.loads(json.dumps(log)), LOG)
        states = {
            one["partialFingerprints"]["primaryLocationLineHash"]: one["baselineState"]
            for run in log["runs"]
            for one in run["results"]
        }
        assert states.pop(gone.fingerprint) == "absent"
        assert states.pop(new.fingerprint) == "new"
        assert set(states.values()) == {"unchanged"}


class Page(HTMLParser):
    """Checks that what opens is closed, and gathers what stands there."""

    VOID = frozenset({"meta", "link", "br", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


class TestPage:
    async def test_it_stands_alone_and_runs_nothing(self, report: AnalysisReport) -> None:
        html = to_html(report, title="Shop <b>")
        page = Page(html)
        assert "script" not in page.tags
        assert page.addresses == []
        assert "url(" not in html
        assert "@import" not in html
        assert SCRIPT in page.text, "shown as text"
        assert "Shop <b>" in page.text
        assert "prefers-color-scheme: dark" in html
        assert "@media print" in html

    async def test_it_says_what_the_report_says(self, report: AnalysisReport) -> None:
        text = re.sub(r"\s+", " ", Page(to_html(report, title="Shop")).text)
        assert f"{report.quality_score:.2f}" in text
        for finding in report.findings:
            assert finding.title.replace("`", "") in text
            assert f"{finding.file}:{finding.line}" in text
        for sentence in report.recommendations:
            assert sentence in text
        assert "tangled 36" in text
        assert "a line of more than 10,000 characters" in text

    async def test_code_is_coloured_and_the_line_marked(self, report: AnalysisReport) -> None:
        html = to_html(report, title="Shop")
        hit = re.search(r'<div class="hit">.*?eval.*?</div>', html)
        assert hit is not None
        assert '<span class="no">8</span>' in hit[0]
        assert '<span class="k">return</span>' in hit[0]

    async def test_it_tells_what_came_and_went(self, report: AnalysisReport) -> None:
        gone, *rest = report.findings
        now = report.model_copy(update={"findings": rest})
        html = to_html(
            now,
            compare([gone, *rest[1:]], rest),
            title="Shop",
            previous_score=1.0,
            made_at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        )
        text = re.sub(r"\s+", " ", Page(html).text)
        assert "1 new, 1 gone in all" in text
        assert "21 November 2026, 09:30 UTC" in text
        assert f"{(report.quality_score or 0) - 1:+.2f} since the run before" in text

    async def test_thousands_of_findings_stay_a_page(self, report: AnalysisReport) -> None:
        many = [report.findings[0].model_copy(update={"fingerprint": str(n)}) for n in range(3_000)]
        html = to_html(report.model_copy(update={"findings": many}), title="Shop")
        assert Page(html).tags.count("details") == WITH_CODE
        assert len(html) < 2_000_000


async def test_json_is_the_report(report: AnalysisReport) -> None:
    assert AnalysisReport.model_validate_json(to_json(report)) == report
    fields = json.loads(to_json(report))
    for name in ("quality_score", "security_issues", "code_smells", "type_errors",
                 "coverage_percent", "recommendations"):  # fmt: skip
        assert name in fields


async def test_the_report_counts_rightly(report: AnalysisReport) -> None:
    assert report.code_smells == sum(one.kind == "quality" for one in report.findings)
    assert len(report.security_issues) == 2
    assert report.complex_functions[0].name == "tangled"
    assert report.complex_functions[0].complexity == 36
    spot = next(one for one in report.hot_spots if one.file == "shop/tangle.py")
    assert spot.worst_function is not None
    assert spot.worst_function.name == "tangled"
    assert sum(one.debt_share_percent for one in report.hot_spots) == pytest.approx(100, abs=1)
    assert report.types.annotated_percent == 50.0
    assert report.score_basis is not None
    assert report.score_basis.debt_minutes == sum(one.debt_minutes for one in report.findings)
