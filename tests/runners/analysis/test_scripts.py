"""JavaScript and TypeScript: a small web app, and files made to break tools."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from taskyard.runners.analysis import rules, script_rules
from taskyard.runners.analysis.finding import Finding
from taskyard.runners.analysis.html import to_html
from taskyard.runners.analysis.report import AnalysisReport
from taskyard.runners.analysis.sarif import to_sarif
from tests.runners.analysis.conftest import Analyse, Tree
from tests.runners.analysis.sarif_schema import LOG

PARCELS = Path(__file__).parents[1] / "trees" / "parcels"


def tree_of(folder: Path) -> Tree:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
async def parcels(analyse_tree: Analyse) -> AnalysisReport:
    return await analyse_tree(tree_of(PARCELS))


def found(report: AnalysisReport, file: str) -> dict[str, Finding]:
    return {one.rule: one for one in report.findings if one.file == file}


class TestWebApp:
    async def test_each_fault_is_found_where_it_is(self, parcels: AnalysisReport) -> None:
        places = {(one.rule, one.file, one.line, one.severity) for one in parcels.findings}
        assert places == {
            ("use-isnan", "src/server/price.js", 36, "high"),
            ("no-fallthrough", "src/server/price.js", 29, "medium"),
            ("complexity", "src/server/price.js", 6, "low"),
            ("no-eval", "src/server/app.js", 25, "medium"),
            ("no-throw-literal", "src/server/store.js", 7, "medium"),
            ("no-unused-vars", "src/server/store.js", 5, "low"),
            ("typescript/no-duplicate-enum-values", "src/lib/status.ts", 4, "medium"),
            ("react/exhaustive-deps", "src/web/ParcelCard.tsx", 12, "medium"),
            ("react/no-danger", "src/web/ParcelCard.tsx", 18, "medium"),
            ("react/jsx-key", "src/web/ParcelList.jsx", 9, "medium"),
            ("no-unused-vars", "src/web/ParcelList.jsx", 6, "low"),
            ("no-debugger", "scripts/release.mjs", 6, "low"),
        }
        assert all(one.recommendation for one in parcels.findings)
        assert all(one.excerpt for one in parcels.findings)

    async def test_what_is_insecure_has_its_cwe(self, parcels: AnalysisReport) -> None:
        issues = {one.rule: (one.issue, one.cwe) for one in parcels.security_issues}
        assert issues == {
            "no-eval": ("eval() runs text as code", "CWE-95"),
            "react/no-danger": ("HTML put in without escaping", "CWE-79"),
        }

    async def test_paths_through_functions_are_counted(self, parcels: AnalysisReport) -> None:
        (function,) = parcels.complex_functions
        assert (function.name, function.line, function.end_line) == ("price", 6, 37)
        assert (function.complexity, function.measure) == (23, "cyclomatic")
        spot = next(one for one in parcels.hot_spots if one.file == "src/server/price.js")
        assert spot.worst_function is not None
        assert spot.worst_function.measure == "cyclomatic"
        (split,) = [one for one in parcels.recommendations if one.startswith("Split")]
        assert "Split price in src/server/price.js:6 (cyclomatic complexity 23" in split

    async def test_the_score_rests_on_each_languages_lines(self, parcels: AnalysisReport) -> None:
        basis = parcels.score_basis
        assert basis is not None
        assert [(one.name, one.files) for one in basis.languages] == [
            ("JavaScript", 5), ("TypeScript", 3),
        ]  # fmt: skip
        assert sum(one.ncloc for one in basis.languages) == basis.ncloc == parcels.ncloc
        assert sum(one.debt_minutes for one in basis.languages) == basis.debt_minutes
        assert basis.analysis_types == ("quality", "security")
        assert basis.minutes_by_class["complexity"] == 18
        counted = {one.file: one.ncloc for one in parcels.hot_spots}
        assert counted["src/web/ParcelList.jsx"] == 11, "neither blanks nor comments"

    async def test_nothing_of_python_is_there(self, parcels: AnalysisReport) -> None:
        assert [tool.name for tool in parcels.tools] == ["oxlint", "lizard", "detect-secrets"]
        assert {tool.status for tool in parcels.tools} == {"ok"}
        assert [step.name for step in parcels.steps] == ["read", "secrets", "scripts"]
        assert not parcels.partial
        assert parcels.scope.code_files == 8
        assert parcels.scope.test_files == 1
        for reason in (parcels.types.reason, parcels.coverage.reason):
            assert "the packages of package.json, and nothing is installed" in (reason or "")
        assert (parcels.type_errors, parcels.coverage_percent) == (None, None)

    async def test_bundles_and_vendored_code_are_left_out(self, parcels: AnalysisReport) -> None:
        assert {one.file for one in parcels.skipped} == {"dist", "vendor", "src/web/app.min.js"}
        assert all(one.expected for one in parcels.skipped)

    async def test_it_is_exported(self, parcels: AnalysisReport) -> None:
        log = json.loads(json.dumps(to_sarif(parcels)))
        jsonschema.validate(log, LOG)
        assert [run["tool"]["driver"]["name"] for run in log["runs"]] == [
            "oxlint", "lizard", "detect-secrets",
        ]  # fmt: skip
        pages = {rule["id"]: rule["helpUri"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
        rules_at = "https://oxc.rs/docs/guide/usage/linter/rules"
        assert pages["no-eval"] == f"{rules_at}/eslint/no-eval.html"
        assert pages["react/jsx-key"] == f"{rules_at}/react/jsx-key.html"
        html = to_html(parcels, title="Parcels")
        assert "lines of JavaScript and TypeScript in 8 files" in html
        hit = re.search(r'<div class="hit">.*?dangerouslySetInnerHTML.*?</div>', html)
        assert hit is not None
        assert '<span class="k' in html


OFF = '{"rules": {"no-eval": "off", "no-debugger": "off"}, "ignorePatterns": ["**"]}'
BAD = "debugger;\nexport const x = eval('1');\n"


async def test_settings_of_the_project_hide_nothing(analyse_tree: Analyse) -> None:
    """Whatever a project may say to oxlint, ESLint, lizard or detect-secrets, no tool hears it."""
    report = await analyse_tree(
        {
            "src/a.js": BAD,
            "src/deep/b.ts": BAD,
            ".oxlintrc.json": OFF,
            "src/.oxlintrc.json": OFF,
            "src/deep/.oxlintrc.json": '{"jsPlugins": ["./evil.js"], "rules": {"evil/x": "warn"}}',
            "src/deep/evil.js": "throw new Error('RAN');\n",
            "oxlint.config.ts": "export default { rules: {}, ignorePatterns: ['**'] };\n",
            ".eslintrc.js": "module.exports = { root: true, rules: {} };\n",
            "eslint.config.mjs": "export default [{ ignores: ['**'] }];\n",
            ".eslintignore": "**\n",
            ".gitignore": "src\n",
            "tsconfig.json": '{"extends": "/etc/hostname", "exclude": ["**"]}',
            "whitelizard.txt": "src/a.js:x\n",
            ".secrets.baseline": '{"results": {}, "filters_used": [{"path": "file://evil.py::f"}]}',
            "evil.py": "raise SystemExit('RAN')\ndef f(*_): return True\n",
            "setup.cfg": "[detect-secrets]\nexclude-files = .*\n",
            ".pre-commit-config.yaml": "repos: []\n",
            "src/keys.js": "export const settings = { password: 'tr0mbone-of-maya' };\n",
        },
        "quality",
        "security",
    )
    assert "RAN" not in report.model_dump_json()
    assert not report.partial
    for file in ("src/a.js", "src/deep/b.ts"):
        assert set(found(report, file)) == {"no-eval", "no-debugger"}
    assert set(found(report, "src/keys.js")) == {"secret-keyword"}


async def test_comments_of_the_project_do_count(analyse_tree: Analyse) -> None:
    disabled = "// eslint-disable-next-line no-eval\neval('1');\neval('2');\n"
    report = await analyse_tree({"a.js": disabled}, "security")
    assert [(one.rule, one.line) for one in report.findings] == [("no-eval", 3)]


HOSTILE: Tree = {
    "good.js": "export const x = eval('1');\n",
    "good.tsx": "export const X = () => <b dangerouslySetInnerHTML={{ __html: '' }} />;\n",
    "broken.js": "function f( {\n  return 1;\n}\n",
    "broken.ts": "let x: = 3;\n",
    "deep.js": "x = " + "(" * 4_000 + "1" + ")" * 4_000 + ";\n" * 3,
    "sum.js": "\n".join(["x = 1", *["+ 1"] * 19_000]) + ";\n",
    "lists.ts": "let x = " + "[" * 4_500 + "]" * 4_500 + ";\n",
    "nul.js": b"var a = 'x\x00y';\n",
    "latin.js": b"export const a = 'caf\xe9'; eval(a);\n",
    "wide16.ts": "export const a = eval('1');\n".encode("utf-16"),
    "bom.js": b"\xef\xbb\xbfexport const a = eval('1');\r\n",
    "umlaut.js": "const text = 'äöü'; /* ß */ debugger;\n",
    "flow.js": "// @flow\nfunction f(x: ?number): string { return ''; }\n",
    "minified.js": "var a=1;" * 2_000,
    "generated.ts": "// This file is auto-generated by a tool.\nexport const x = eval('1');\n",
    "huge.js": "var x = 1; // " + "y" * (1 << 20),
    "tall.js": "x();\n" * 20_001,
    "-rf.js": "eval('1');\n",
    "sp ace/ünïcode.mjs": "eval('1');\n",
    "types.d.ts": "export declare function f(a: string): void;\n",
    "video.ts": b"\x47\x00\x10\x00" * 100,
    "empty.js": "",
    "src/a.mts": "export const a: number = eval('1');\n",
    "old.cjs": "with (Math) { module.exports = 010; }\n",
    "html.js": "<!-- no longer\nvar x = 1\n--> really\n",
}


@pytest.fixture(scope="module")
async def hostile(analyse_tree: Analyse) -> AnalysisReport:
    return await analyse_tree(HOSTILE, "quality", "security")


class TestHostile:
    async def test_the_good_files_have_all_their_findings(self, hostile: AnalysisReport) -> None:
        assert set(found(hostile, "good.js")) == {"no-eval"}
        assert set(found(hostile, "good.tsx")) == {"react/no-danger"}
        assert hostile.partial

    @pytest.mark.parametrize(
        "file",
        ["latin.js", "wide16.ts", "bom.js", "-rf.js", "sp ace/ünïcode.mjs", "src/a.mts"],
    )
    async def test_what_is_merely_odd_is_analysed(self, hostile: AnalysisReport, file: str) -> None:
        assert "no-eval" in found(hostile, file)

    async def test_what_does_not_parse_is_a_finding(self, hostile: AnalysisReport) -> None:
        broken = {one.file for one in hostile.findings if one.kind == "syntax"}
        assert broken >= {"broken.js", "broken.ts"}
        finding = found(hostile, "broken.js")["syntax-error"]
        assert (finding.line, finding.severity) == (2, "high")
        assert finding.title.startswith("This file cannot be parsed: Expected")
        assert any("parse; nothing else in there" in one for one in hostile.recommendations)

    @pytest.mark.parametrize(
        ("file", "reason", "expected"),
        [
            ("deep.js", "oxlint died of signal 6", False),
            ("sum.js", "oxlint died of signal 6", False),
            ("lists.ts", "oxlint died of signal 6", False),
            ("nul.js", "it is no text", False),
            ("video.ts", "it is no text", False),
            ("huge.js", "larger than 1 MiB", False),
            ("tall.js", "more than 20,000 lines", False),
            ("flow.js", "its types are Flow's", True),
            ("minified.js", "minified", True),
            ("generated.ts", "made by a tool", True),
        ],
    )
    async def test_each_culprit_is_named(
        self, hostile: AnalysisReport, file: str, reason: str, expected: bool
    ) -> None:
        skipped = [one for one in hostile.skipped if one.file == file]
        assert any(reason in one.reason and one.expected == expected for one in skipped), skipped

    async def test_columns_are_characters(self, hostile: AnalysisReport) -> None:
        finding = found(hostile, "umlaut.js")["no-debugger"]
        assert (finding.line, finding.column) == (1, 29)

    async def test_a_tool_that_dies_of_files_is_partial(self, hostile: AnalysisReport) -> None:
        tools = {tool.name: tool.status for tool in hostile.tools}
        assert tools == {"oxlint": "partial", "lizard": "ok", "detect-secrets": "ok"}


async def test_several_languages_make_one_report(analyse_tree: Analyse) -> None:
    report = await analyse_tree(
        {
            "shop/__init__.py": "",
            "shop/cart.py": "def total(prices: list[int]) -> int:\n    return sum(prices)\n",
            "tests/test_cart.py": "from shop.cart import total\n\n"
            "def test_total():\n    assert total([1]) == 1\n",
            "web/app.ts": "export const x: number = eval('1');\n",
            "web/app.test.ts": "debugger;\n",
        }
    )
    assert [tool.name for tool in report.tools] == [
        "python", "ruff", "complexipy", "bandit", "mypy", "oxlint", "lizard", "detect-secrets",
        "pytest",
    ]  # fmt: skip
    assert (report.type_errors, report.types.reason) == (0, "Of Python alone")
    assert (report.coverage_percent, report.coverage.reason) == (100.0, "Of Python alone")
    assert report.score_basis is not None
    assert [(one.name, one.quality_score) for one in report.score_basis.languages] == [
        ("Python", 10.0), ("TypeScript", 9.5),
    ]  # fmt: skip
    assert report.score_basis.analysis_types == ("quality", "security", "types")
    assert {one.file for one in report.findings} == {"web/app.ts"}


async def test_tests_alone_are_judged(analyse_tree: Analyse) -> None:
    report = await analyse_tree({"app.test.js": "debugger;\n"}, "quality")
    assert [one.rule for one in report.findings] == ["no-debugger"]


async def test_without_namespaces_scripts_are_read_too(
    analyse_reduced: Analyse,
) -> None:
    report = await analyse_reduced({"a.js": BAD, ".env": "DB_PASSWORD=tr0mbone-of-maya\n"})
    assert report.sandbox.mode == "reduced"
    assert {(one.tool, one.file) for one in report.findings} == {
        ("oxlint", "a.js"), ("detect-secrets", ".env"),
    }  # fmt: skip
    assert not report.partial


async def test_only_known_rules_are_asked_for(analyse_tree: Analyse) -> None:
    """An unknown one would end oxlint with an error, and every file be left out."""
    report = await analyse_tree({"a.js": "export const x = 1;\n"}, "quality", "security")
    assert {tool.status for tool in report.tools} == {"ok"}
    asked = script_rules.settings({"quality", "security"}, complexity=rules.COMPLEXITY_LIMIT)
    assert len(asked["rules"]) > 120
    assert script_rules.settings(set(), complexity=15)["rules"] == {}
