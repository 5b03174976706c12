"""From the tools' answers to the report."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from taskyard.runners.analysis import rules, score
from taskyard.runners.analysis.advice import Adviser
from taskyard.runners.analysis.excerpts import Excerpts
from taskyard.runners.analysis.finding import SEVERITIES, Finding, Issue
from taskyard.runners.analysis.fingerprint import fingerprints
from taskyard.runners.analysis.languages import language_of
from taskyard.runners.analysis.report import (
    AnalysisParameters,
    AnalysisReport,
    ComplexFunction,
    HotSpot,
    SandboxUsed,
    Scope,
    StepTime,
    Types,
    WorstFunction,
    security_issue,
)
from taskyard.runners.analysis.score import LanguageScore, ScoreBasis
from taskyard.runners.analysis.survey import Skipped, Survey
from taskyard.runners.analysis.tools import complexity, types
from taskyard.runners.analysis.tools.answer import Answer, ToolRun
from taskyard.runners.analysis.tools.lizard import Lines
from taskyard.runners.analysis.tools.secrets import Secrets, once
from taskyard.runners.analysis.tools.syntax import Parsed
from taskyard.runners.analysis.tools.tests import Coverage, Tested
from taskyard.runners.sandbox import SandboxReport

HOT_SPOTS = 60
#: A report stays a page people can open; the score counts all.
MOST_FINDINGS = 20_000
_NOT_ASKED = "Not asked for"
_NO_CODE = "There is no code of Python, JavaScript or TypeScript"
_INSTALL = "would need the packages of package.json, and nothing is installed for an analysis"
_SCRIPTS_UNCHECKED = f"Checking JavaScript and TypeScript {_INSTALL}"
_SCRIPTS_UNTESTED = f"JavaScript's tests {_INSTALL}"


@dataclass(frozen=True)
class Parts:
    """What the steps before have brought."""

    parameters: AnalysisParameters
    source_id: str
    survey: Survey
    secrets: Secrets
    parsed: Parsed | None
    scripts: Lines | None
    answers: tuple[Answer, ...]
    tested: Tested | None
    sandbox: SandboxReport
    times: tuple[StepTime, ...]

    @cached_property
    def all_answers(self) -> tuple[Answer, ...]:
        """Every tool's answer, those of no findings too, in order; without the tests'."""
        asked = "security" in self.parameters.analysis_types
        parts = (
            self.parsed.answer if self.parsed else None,
            *self.answers,
            self.scripts.answer if self.scripts else None,
            self.secrets.answer if asked else None,
        )
        return tuple(part for part in parts if part is not None)

    @cached_property
    def issues(self) -> list[Issue]:
        """Everything the tools have found, once."""
        return once(issue for one in self.all_answers for issue in one.issues)

    @cached_property
    def judged(self) -> dict[str, int]:
        """Lines of code by file, of all that count."""
        lines = dict(self.scripts.lines) if self.scripts else {}
        if self.parsed is not None:
            facts = self.parsed.facts | self.parsed.newer
            lines |= {file: one.ncloc for file, one in facts.items()} | self.parsed.broken
        return lines


def assemble(parts: Parts, copies: Path) -> AnalysisReport:
    """Return the report; reads the copies for excerpts. Blocks for a second or so."""
    excerpts = Excerpts(copies, parts.secrets, parts.issues)
    findings, cut = _findings(parts.issues, excerpts)
    ncloc = sum(parts.judged.values())
    basis = _basis(parts, ncloc)
    spots = _hot_spots(parts, ncloc)
    functions = list(_functions(parts.issues))
    types_part, coverage = _types(parts), _coverage(parts)
    adviser = Adviser(findings, ncloc, spots, functions, types_part, coverage)
    skipped = [*_skipped(parts), *cut]
    tools = list(_tools(parts))
    return AnalysisReport(
        ruleset=rules.RULESET,
        source_id=parts.source_id,
        analysis_types=parts.parameters.analysis_types,
        quality_score=score.score(basis.debt_minutes, ncloc) if basis else None,
        grade=score.grade(basis.debt_minutes, ncloc) if basis else None,
        score_basis=basis,
        coverage_percent=coverage.percent,
        ncloc=ncloc,
        scope=_scope(parts),
        recommendations=adviser.sentences(),
        languages=list(parts.survey.languages),
        hot_spots=spots,
        complex_functions=functions,
        types=types_part,
        coverage=coverage,
        tools=tools,
        skipped=skipped,
        partial=any(not one.expected for one in skipped)
        or any(tool.status in {"partial", "failed"} for tool in tools),
        sandbox=SandboxUsed(
            mode=parts.sandbox.mode, reason=parts.sandbox.reason, remedy=parts.sandbox.remedy
        ),
        steps=list(parts.times),
        code_smells=sum(one.kind == "quality" for one in parts.issues),
        type_errors=types_part.errors,
        security_issues=[security_issue(one) for one in findings if one.kind == "security"],
        findings=findings,
    )


def _findings(issues: Sequence[Issue], excerpts: Excerpts) -> tuple[list[Finding], list[Skipped]]:
    """Name each issue for life, and show its code; the gravest first."""
    named = sorted(fingerprints(issues, excerpts.line), key=lambda pair: _order(pair[0]))
    cut = []
    if len(named) > MOST_FINDINGS:
        reason = f"{len(named):,} findings; the gravest {MOST_FINDINGS:,} are kept, all count"
        cut.append(Skipped(file="", reason=reason, by="report"))
    findings = []
    for issue, fingerprint in named[:MOST_FINDINGS]:
        shown = excerpts.around(issue.file, issue.line, issue.end_line)
        whole = issue.model_dump() | {"fingerprint": fingerprint, "excerpt": shown}
        findings.append(Finding.model_validate(whole))
    return findings, cut


def _order(issue: Issue) -> tuple[int, str, int, str]:
    return (SEVERITIES.index(issue.severity), issue.file, issue.line or 0, issue.rule)


def _basis(parts: Parts, ncloc: int) -> ScoreBasis | None:
    """Return what the score is made of; None where there is no code, or nothing was judged."""
    unjudged = {"coverage"} if parts.parsed else {"coverage", "types"}
    judging = tuple(one for one in parts.parameters.analysis_types if one not in unjudged)
    if not parts.judged or not judging:
        return None
    sums = score.minutes_by_class(parts.issues)
    minutes = sum(sums.values())
    return ScoreBasis(
        ruleset=rules.RULESET,
        analysis_types=judging,
        ncloc=ncloc,
        debt_minutes=minutes,
        debt_ratio_percent=round(score.debt_ratio_percent(minutes, ncloc), 2),
        minutes_by_class=sums,
        languages=tuple(_languages(parts)),
    )


def _languages(parts: Parts) -> Iterator[LanguageScore]:
    """Yield each language's own score, the one with most code first."""
    lines: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for file, ncloc in parts.judged.items():
        name = language_of(file) or ""
        lines[name] += ncloc
        files[name] += 1
    debt: Counter[str] = Counter()
    for issue in parts.issues:
        debt[language_of(issue.file) or ""] += issue.debt_minutes  # type: ignore[assignment]
    for name, ncloc in lines.most_common():
        minutes = float(debt[name])
        yield LanguageScore(
            name=name,
            files=files[name],
            ncloc=ncloc,
            debt_minutes=minutes,
            quality_score=score.score(minutes, ncloc),
            grade=score.grade(minutes, ncloc),
        )


def _tools(parts: Parts) -> Iterator[ToolRun]:
    """Yield what each tool did, with what is left of its findings once nothing is said twice."""
    counts = Counter(issue.tool for issue in parts.issues)
    # ruff stands in for bandit under its own name.
    for one in parts.all_answers:
        yield one.tool.model_copy(update={"findings": counts[one.tool.name]})
    if parts.tested is not None:
        yield parts.tested.tool


def _functions(issues: Iterable[Issue]) -> Iterator[ComplexFunction]:
    found = [issue for issue in issues if issue.rule in rules.COMPLEXITY_RULES]
    for issue in sorted(found, key=lambda one: -one.debt_minutes):
        yield ComplexFunction(
            name=complexity.function_of(issue),
            file=issue.file,
            line=issue.line or 1,
            end_line=issue.end_line or issue.line or 1,
            complexity=complexity.points_of(issue),
            measure=complexity.measure_of(issue),
            limit=rules.COMPLEXITY_LIMIT,
        )


def _hot_spots(parts: Parts, ncloc: int) -> list[HotSpot]:
    by_file: dict[str, list[Issue]] = defaultdict(list)
    for issue in parts.issues:
        by_file[issue.file].append(issue)
    worst: dict[str, WorstFunction] = {}
    for function in _functions(parts.issues):
        worst.setdefault(
            function.file,
            WorstFunction.model_validate(
                function.model_dump(include=set(WorstFunction.model_fields))
            ),
        )
    debt = sum(issue.debt_minutes for issue in parts.issues) or 1.0
    # Settings that hold secrets have debt and no lines of code.
    others = dict.fromkeys(by_file.keys() - parts.judged.keys(), 0)
    spots = [
        _spot(file, lines, by_file[file], worst.get(file), debt=debt, ncloc=ncloc)
        for file, lines in (parts.judged | others).items()
    ]
    spots.sort(key=lambda spot: (-spot.debt_minutes, -spot.ncloc, spot.file))
    return spots[:HOT_SPOTS]


def _spot(
    file: str,
    lines: int,
    issues: Sequence[Issue],
    worst: WorstFunction | None,
    *,
    debt: float,
    ncloc: int,
) -> HotSpot:
    minutes = sum(issue.debt_minutes for issue in issues)
    return HotSpot(
        file=file,
        ncloc=lines,
        findings=len(issues),
        debt_minutes=minutes,
        debt_share_percent=round(100 * minutes / debt, 1),
        ncloc_share_percent=round(100 * lines / max(ncloc, 1), 1),
        worst_function=worst,
    )


def _types(parts: Parts) -> Types:
    facts = parts.parsed.facts.values() if parts.parsed else ()
    functions = sum(one.functions for one in facts)
    annotated = sum(one.annotated for one in facts)
    answer = next((one for one in parts.answers if one.tool.name == types.NAME), None)
    ran = answer is not None and answer.tool.status in {"ok", "partial"}
    return Types(
        errors=len(answer.issues) if answer is not None and ran else None,
        reason=_why_unchecked(parts, answer, ran=ran),
        functions=functions,
        annotated_percent=round(100 * annotated / functions, 1) if functions else None,
    )


def _why_unchecked(parts: Parts, answer: Answer | None, *, ran: bool) -> str | None:
    if "types" not in parts.parameters.analysis_types:
        return _NOT_ASKED
    if answer is not None and not ran:
        return answer.tool.detail
    if parts.scripts is not None:
        return _SCRIPTS_UNCHECKED if answer is None else "Of Python alone"
    return None if ran else _NO_CODE


def _coverage(parts: Parts) -> Coverage:
    if "coverage" not in parts.parameters.analysis_types:
        return Coverage(percent=None, reason=_NOT_ASKED)
    if parts.tested is None:
        return Coverage(percent=None, reason=_SCRIPTS_UNTESTED if parts.scripts else _NO_CODE)
    coverage = parts.tested.coverage
    if parts.scripts is None:
        return coverage
    said = [coverage.reason] if coverage.reason else []
    if coverage.percent is not None:
        said.append("Of Python alone")
    return coverage.model_copy(update={"reason": ". ".join(said)})


def _skipped(parts: Parts) -> Iterator[Skipped]:
    yield from parts.survey.skipped
    for answer in parts.all_answers:
        yield from answer.skipped


def _scope(parts: Parts) -> Scope:
    files = (*parts.survey.python, *parts.survey.scripts)
    return Scope(
        files=parts.survey.files,
        code_files=sum(file.role == "code" for file in files),
        test_files=sum(file.role == "test" for file in files),
        tests_judged=parts.parameters.include_tests,
    )
