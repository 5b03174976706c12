"""oxlint: what is wrong, insecure or hard to follow in JavaScript and TypeScript."""

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from taskyard.runners.analysis import recommendations, rules, script_rules
from taskyard.runners.analysis.finding import Issue
from taskyard.runners.analysis.script_advice import SECURITY
from taskyard.runners.analysis.survey import Skipped, write_copy
from taskyard.runners.analysis.tools import complexity
from taskyard.runners.analysis.tools.answer import Answer, answer, plain
from taskyard.runners.analysis.tools.bench import MIB, Bench, Tally, past_culprits
from taskyard.runners.sandbox import TOOLBOX, Argument, Limits, Mount

NAME = "oxlint"
_LIMITS = Limits(
    wall_seconds=60,
    memory_bytes=1024 * MIB,
    # It reserves address space for its threads' stacks and its arenas.
    address_bytes=16_384 * MIB,
    disk_bytes=192 * MIB,
    file_bytes=192 * MIB,
    results_bytes=192 * MIB,
)
_BUDGET_SECONDS = 120
_REPORT = "oxlint.json"
_SETTINGS = PurePosixPath("/oxlint")
_CODE = re.compile(r"([\w-]+)\(([\w-]+)\)")
_POINTS = re.compile(r"complexity of (\d+)")
_NAMED = re.compile(r"`([^`]+)`")
#: `const send = async (…) =>`, `send: function (…)`: an unnamed function is known by that.
_GIVEN = re.compile(r"([\w$]+)\s*[=:]\s*(?:async\s*)?$")


class _Span(BaseModel):
    #: In bytes, as the column is, which therefore is not used.
    offset: int
    length: int


class _Label(BaseModel):
    span: _Span


class _Diagnostic(BaseModel):
    message: str
    #: Null for what the parser says.
    code: str | None = None
    help: str | None = None
    filename: str = ""
    labels: list[_Label] = []


class _Report(BaseModel):
    diagnostics: list[_Diagnostic]


class _Place(NamedTuple):
    line: int | None = None
    end_line: int | None = None
    column: int | None = None
    #: What stands before it on its line.
    before: str = ""


async def examine(
    bench: Bench, files: Sequence[str], asked: Collection[str], workspace: Path
) -> Answer:
    """Ask for these types of analysis; what does not parse is found in any case."""
    tally = Tally()
    issues: list[Issue] = []
    texts = _Texts(bench.code)
    parts = past_culprits(
        bench,
        NAME,
        files,
        command=_command,
        result=_REPORT,
        limits=_LIMITS,
        budget_seconds=_BUDGET_SECONDS,
        tally=tally,
        stdout=True,
        mounts=[_settings(workspace, asked)],
    )
    async for part, content in parts:
        try:
            report = _Report.model_validate_json(content)
        except ValidationError:
            tally.skipped += [_garbled(file) for file in part]
            continue
        named = [(bench.relative(one.filename), one) for one in report.diagnostics]
        issues += [_issue(file, one, texts) for file, one in named if file in part]
    return answer(bench, NAME, tally, issues)


def _settings(workspace: Path, asked: Collection[str]) -> Mount:
    """Write ours, which is the only one that is read."""
    folder = workspace / "oxlint"
    text = json.dumps(script_rules.settings(asked, complexity=rules.COMPLEXITY_LIMIT))
    write_copy(folder / "settings.json", text)
    return Mount(folder, _SETTINGS)


def _command(files: Sequence[str]) -> list[Argument]:
    settings: list[Argument] = ["--config", _SETTINGS / "settings.json", "--disable-nested-config"]
    options = ["--no-ignore", "--no-error-on-unmatched-pattern", "--format", "json", "--"]
    return [TOOLBOX / "bin/oxlint", *settings, *options, *files]


def _garbled(file: str) -> Skipped:
    return Skipped(file=file, reason="oxlint's answer could not be read", by=NAME)


def _issue(file: str, one: _Diagnostic, texts: "_Texts") -> Issue:
    place = texts.place(file, one.labels[0].span) if one.labels else _Place()
    rule = _rule(one.code)
    issue = Issue(
        tool=NAME,
        rule=rule,
        kind="quality",
        severity="low",
        title=_capital(plain(one.message)),
        file=file,
        line=place.line,
        end_line=place.end_line,
        column=place.column,
        recommendation=f"{plain(one.help)}." if one.help else None,
    )
    if one.code is None:
        return _syntax(issue)
    if rule == script_rules.COMPLEXITY_RULE:
        return _complexity(issue, place)
    if rule in SECURITY:
        return _security(issue)
    severity, minutes = script_rules.weight(rule)
    return issue.model_copy(update={"severity": severity, "debt_minutes": minutes})


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _rule(code: str | None) -> str:
    """Return a rule's name as people write it: `no-eval`, `react/jsx-key`."""
    found = _CODE.fullmatch(code or "")
    if found is None:
        return "syntax-error"
    plugin = found[1].removesuffix("-hooks")
    return found[2] if plugin == "eslint" else f"{plugin}/{found[2]}"


def _syntax(issue: Issue) -> Issue:
    change = {
        "kind": "syntax",
        "severity": "high",
        "title": f"This file cannot be parsed: {issue.title}",
        "recommendation": recommendations.SYNTAX,
        "debt_minutes": rules.SYNTAX_ERROR_MINUTES,
    }
    return issue.model_copy(update=change)


def _complexity(issue: Issue, place: _Place) -> Issue:
    points = _POINTS.search(issue.title)
    number = int(points[1]) if points else rules.COMPLEXITY_LIMIT + 1
    named = _NAMED.search(issue.title) or _GIVEN.search(place.before)
    name = named[1] if named else "An unnamed function"
    change = {
        "title": complexity.title(name, "cyclomatic", number),
        "severity": rules.complexity_severity(number),
        "recommendation": recommendations.COMPLEXITY,
        "debt_minutes": rules.complexity_minutes(number),
    }
    return issue.model_copy(update=change)


def _security(issue: Issue) -> Issue:
    advice = SECURITY[issue.rule]
    severity = advice.usual_severity
    change = {
        "kind": "security",
        "severity": severity,
        "title": advice.title,
        "recommendation": advice.text,
        "cwe": advice.cwe,
        "debt_minutes": rules.SECURITY_MINUTES[severity],
    }
    return issue.model_copy(update=change)


class _Texts:
    """Turns places in bytes into lines and characters."""

    def __init__(self, code: Path) -> None:
        self._text = lru_cache(maxsize=8)(lambda file: self._read(code / file))

    @staticmethod
    def _read(path: Path) -> tuple[bytes, Sequence[int]]:
        content = path.read_bytes()
        return content, [0, *(found.end() for found in re.finditer(rb"\n", content))]

    def place(self, file: str, span: _Span) -> _Place:
        """Return where a span is; nowhere in a file that is not there."""
        try:
            content, starts = self._text(file)
        except OSError:
            return _Place()
        line = bisect_right(starts, span.offset)
        last = bisect_right(starts, span.offset + max(span.length - 1, 0))
        before = content[starts[line - 1] : span.offset].decode(errors="replace")
        return _Place(line, last, len(before) + 1, before)
