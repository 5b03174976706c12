"""SARIF 2.1.0: the report for code hosts and editors.

One run per tool, as GitHub's code scanning wants it: relative locations, stable rule ids, a
`security-severity` on security rules, and our own fingerprints, without which an upload shows
every finding twice. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from taskyard.runners.analysis.compare import Comparison
from taskyard.runners.analysis.finding import Finding, Severity
from taskyard.runners.analysis.report import AnalysisReport
from taskyard.runners.analysis.survey import Skipped
from taskyard.runners.analysis.tools.answer import ToolRun

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
#: The name under which consumers know the source's top.
BASE = "SRCROOT"

_LEVELS: Mapping[Severity, str] = MappingProxyType(
    {"high": "error", "medium": "warning", "low": "warning", "info": "note"}
)
_SECURITY: Mapping[Severity, str] = MappingProxyType(
    {"high": "8.0", "medium": "5.5", "low": "3.0", "info": "0.0"}
)
_PAGES: Mapping[str, str] = MappingProxyType(
    {
        "ruff": "https://docs.astral.sh/ruff/rules/{rule}",
        "bandit": "https://bandit.readthedocs.io/en/latest/plugins/index.html",
        "mypy": "https://mypy.readthedocs.io/en/stable/error_code_list.html",
        "complexipy": "https://rohaquinlop.github.io/complexipy/",
        "oxlint": "https://oxc.rs/docs/guide/usage/linter/rules/{rule}.html",
        "lizard": "https://github.com/terryyin/lizard",
        "detect-secrets": "https://github.com/Yelp/detect-secrets",
    }
)

Json = dict[str, Any]


def to_sarif(report: AnalysisReport, comparison: Comparison | None = None) -> Json:
    """Return a SARIF log; with a comparison each result says whether it is new."""
    states: dict[str, str] = {}
    gone: Sequence[Finding] = ()
    if comparison is not None:
        states |= {one.fingerprint: "new" for one in comparison.new}
        states |= {one.fingerprint: "unchanged" for one in comparison.unchanged}
        gone = comparison.gone
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            _run(tool, report, states, [one for one in gone if one.tool == tool.name])
            for tool in report.tools
            if tool.status != "not_run"
        ],
    }


def _run(
    tool: ToolRun, report: AnalysisReport, states: Mapping[str, str], gone: Sequence[Finding]
) -> Json:
    found = [one for one in report.findings if one.tool == tool.name]
    rules = sorted({one.rule for one in (*found, *gone)})
    index = {rule: number for number, rule in enumerate(rules)}
    results = [_result(one, index, states.get(one.fingerprint)) for one in found]
    results += [_result(one, index, "absent") for one in gone]
    skipped = [one for one in report.skipped if one.by in {tool.name, "analysis"} and one.file]
    driver: Json = {"name": tool.name, "rules": [_rule(rule, [*found, *gone]) for rule in rules]}
    if tool.version:
        driver["version"] = tool.version
    if tool.name in _PAGES:
        driver["informationUri"] = _PAGES[tool.name].partition("/{")[0]
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The top of the source."}}},
        "automationDetails": {"id": f"taskyard/{tool.name}/"},
        "invocations": [_invocation(tool, skipped)],
        "results": results,
        "properties": {"ruleset": report.ruleset, "sourceId": report.source_id},
    }


def _invocation(tool: ToolRun, skipped: Sequence[Skipped]) -> Json:
    notes = [
        {
            "level": "warning",
            "message": {"text": one.reason},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(one.file)}}],
        }
        for one in skipped
    ]
    invocation: Json = {"executionSuccessful": tool.status != "failed"}
    if notes:
        invocation["toolExecutionNotifications"] = notes
    return invocation


def _rule(rule: str, findings: Sequence[Finding]) -> Json:
    one = next(finding for finding in findings if finding.rule == rule)
    described: Json = {
        "id": rule,
        "shortDescription": {"text": one.title},
        "defaultConfiguration": {"level": _LEVELS[one.severity]},
        "properties": {"tags": [one.kind, *([one.cwe] if one.cwe else [])]},
    }
    if one.recommendation:
        described["help"] = {"text": one.recommendation}
    if one.tool in _PAGES:
        described["helpUri"] = _PAGES[one.tool].format(rule=_page(one.tool, rule))
    if one.kind == "security":
        described["properties"]["security-severity"] = _SECURITY[one.severity]
    return described


def _page(tool: str, rule: str) -> str:
    """Return a rule's name in the address of its page."""
    # oxlint's pages lie by plug-in, and ESLint's own rules go without one.
    return quote(f"eslint/{rule}" if tool == "oxlint" and "/" not in rule else rule)


def _result(finding: Finding, index: Mapping[str, int], state: str | None) -> Json:
    physical: Json = {"artifactLocation": _artifact(finding.file)}
    if finding.line:
        physical["region"] = _region(finding)
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.title},
        "locations": [{"physicalLocation": physical}],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint},
        "properties": {"severity": finding.severity, "debtMinutes": finding.debt_minutes},
    }
    if state:
        result["baselineState"] = state
    return result


def _region(finding: Finding) -> Json:
    region: Json = {"startLine": finding.line}
    if finding.column:
        region["startColumn"] = finding.column
    if finding.end_line and finding.line and finding.end_line >= finding.line:
        region["endLine"] = finding.end_line
    return region


def _artifact(file: str) -> Json:
    return {"uri": quote(file), "uriBaseId": BASE}
