"""The report as one page: self-contained, printable, in both themes, without a script."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_for_filename  # type: ignore[import-untyped]
from pygments.lexers.special import TextLexer  # type: ignore[import-untyped]
from pygments.util import ClassNotFound  # type: ignore[import-untyped]

from taskyard.runners.analysis.compare import Comparison
from taskyard.runners.analysis.finding import SEVERITIES, Finding
from taskyard.runners.analysis.languages import SCRIPTS, language_of
from taskyard.runners.analysis.report import AnalysisReport, HotSpot

#: Findings shown with their code; the others follow in a plain table.
WITH_CODE = 400

_PAGE = Path(__file__).parent / "page"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_PAGE),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_FORMATTER = HtmlFormatter(nowrap=True)
_BACKTICKS = re.compile(r"`([^`]+)`")


class _Line(NamedTuple):
    number: int
    html: Markup
    hit: bool


class _Shown(NamedTuple):
    finding: Finding
    lines: Sequence[_Line]
    new: bool


class _Band(NamedTuple):
    name: str
    minutes: float
    share: float


class _Spot(NamedTuple):
    one: HotSpot
    heat: int


def to_html(
    report: AnalysisReport,
    comparison: Comparison | None = None,
    *,
    title: str,
    previous_score: float | None = None,
    made_at: datetime | None = None,
) -> str:
    """Return the page; `previous_score` is of the run that `comparison` compares with."""
    new = {one.fingerprint for one in comparison.new} if comparison else set()
    findings = report.findings
    return _ENVIRONMENT.get_template(
        "report.html.j2"
    ).render(
        report=report,
        comparison=comparison,
        title=title,
        when=made_at.strftime("%d %B %Y, %H:%M %Z") if made_at else None,
        change=_change(report.quality_score, previous_score),
        css=Markup((_PAGE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        security=_security(report),
        bands=list(_bands(report)),
        spots=list(_spots(report.hot_spots)),
        made_of=_made_of(report),
        counts=_counts((name, report.count(name)) for name in SEVERITIES),
        shown=[_shown(one, one.fingerprint in new) for one in findings[:WITH_CODE]],
        rest=findings[WITH_CODE:],
    )


def _made_of(report: AnalysisReport) -> str:
    """Return which languages were judged, in words."""
    parts = report.score_basis.languages if report.score_basis else ()
    names = [part.name for part in parts]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "code"


def _change(now: float | None, before: float | None) -> str | None:
    if now is None or before is None:
        return None
    return f"{now - before:+.2f} since the run before"


def _security(report: AnalysisReport) -> str:
    if "security" not in report.analysis_types:
        return "not checked"
    return _counts((name, report.count(name, "security")) for name in SEVERITIES) or "none found"


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return " · ".join(f"{count:,} {name}" for name, count in counts if count)


def _inline(sentence: str) -> Markup:
    """Return a sentence in which what stands between backticks is code."""
    return Markup(_BACKTICKS.sub(r"<code>\1</code>", str(escape(sentence))))  # noqa: S704


_ENVIRONMENT.filters["inline"] = _inline


def _bands(report: AnalysisReport) -> Iterator[_Band]:
    sums: Mapping[str, Any] = report.score_basis.minutes_by_class if report.score_basis else {}
    total = sum(sums.values())
    for name, minutes in sums.items():
        if minutes:
            yield _Band(name, minutes, round(100 * minutes / total, 2))


def _spots(spots: Sequence[HotSpot]) -> Iterator[_Spot]:
    most = max((spot.debt_minutes for spot in spots), default=0) or 1
    for spot in spots:
        yield _Spot(spot, round(4 + 86 * spot.debt_minutes / most))


def _shown(finding: Finding, new: bool) -> _Shown:
    code = "\n".join(line.text for line in finding.excerpt)
    lexer = _lexer(PurePosixPath(finding.file).suffix.lower())
    # Pygments escapes what it colours; each of its spans stays within a line only if asked so.
    coloured = [_coloured(text, lexer) for text in code.split("\n")] if code else []
    last = finding.end_line or finding.line or 0
    lines = [
        _Line(line.number, html, (finding.line or 0) <= line.number <= last)
        for line, html in zip(finding.excerpt, coloured, strict=False)
    ]
    return _Shown(finding, lines, new)


@lru_cache(maxsize=64)
def _lexer(ending: str) -> Lexer:
    # Its lexer of TypeScript knows JSX and JavaScript as well.
    name = "x.ts" if language_of(f"x{ending}") in SCRIPTS else f"x{ending}"
    try:
        return get_lexer_for_filename(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False, ensurenl=False)


def _coloured(line: str, lexer: Lexer) -> Markup:
    return Markup(highlight(line, lexer, _FORMATTER).rstrip("\n"))  # noqa: S704 - it is escaped
