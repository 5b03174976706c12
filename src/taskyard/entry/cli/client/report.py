"""What an analysis found, in some twenty lines."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from taskyard.entry.cli.client.answers import SEVERITIES, Analysis, Finding, Whole
from taskyard.entry.cli.client.plain import printable
from taskyard.entry.cli.client.screen import row

WORST_SHOWN = 10
_PLACE_WIDTH, _RULE_WIDTH = 44, 16
_COLOURS = {"high": "red", "medium": "yellow", "low": "blue", "info": "dim"}
_GRADES = {"A": "green", "B": "green", "C": "yellow", "D": "red", "E": "red"}


@dataclass(frozen=True)
class Report:
    """All that is shown of an analysis."""

    project: str
    analysis: Analysis
    #: The worst findings, in order.
    worst: list[Finding]
    whole: Whole
    url: str


def lines(report: Report) -> Iterator[Text]:
    """Yield the report's lines."""
    analysis = report.analysis
    yield Text(f"{printable(report.project)} · analysis {analysis.number}", style="bold")
    yield _score(analysis)
    yield from _findings(analysis)
    yield row("Coverage", _coverage(report))
    if report.whole.partial:
        yield row(
            "Note", Text("some files could not be looked at by every tool; the report names them")
        )
    yield from _worst(report)
    yield row("Report", Text(report.url))


def _score(analysis: Analysis) -> Text:
    if analysis.quality_score is None:
        return row("Quality", Text("no score"))
    grade = analysis.grade or "-"
    text = Text.assemble((f"{analysis.quality_score:.2f} of 10  ", "bold"))
    text.append(f"grade {grade}", style=_GRADES.get(grade, ""))
    before = analysis.previous
    if before and before.quality_score is not None:
        if before.comparable:
            change = analysis.quality_score - before.quality_score
            text.append(f"  {change:+.2f} against analysis {before.number}")
        else:
            text.append(f"  analysis {before.number} looked at other things", style="dim")
    return row("Quality", text)


def _findings(analysis: Analysis) -> Iterator[Text]:
    counts = analysis.counts
    if counts is None:
        return
    text = Text()
    for severity in SEVERITIES:
        number = getattr(counts, severity)
        text.append(" · " if text else "")
        text.append(f"{number:,} {severity}", style=_COLOURS[severity] if number else "dim")
    yield row("Findings", text)
    if analysis.previous and analysis.previous.comparable:
        against = f"{counts.new:,} new · {counts.gone:,} gone"
        yield row("", Text(f"{against}, against analysis {analysis.previous.number}"))


def _coverage(report: Report) -> Text:
    percent = report.analysis.coverage_percent
    if percent is not None:
        return Text(f"{percent:.1f} %")
    return Text(f"not measured: {printable(report.whole.coverage.reason or 'no reason given')}")


def _worst(report: Report) -> Iterator[Text]:
    if not report.worst:
        return
    places = [place(finding) for finding in report.worst]
    width = min(max(map(len, places)), _PLACE_WIDTH)
    rule_width = min(max(len(finding.rule) for finding in report.worst), _RULE_WIDTH)
    counts = report.analysis.counts
    total = sum(getattr(counts, severity) for severity in SEVERITIES) if counts else 0
    shown = len(report.worst)
    yield Text(f"The worst {shown} of {total:,}" if total > shown else "All of them", style="dim")
    for finding, where in zip(report.worst, places, strict=True):
        yield Text.assemble(
            (f"  {finding.severity:<7}", _COLOURS.get(finding.severity, "")),
            (f"{where:<{width}}  ", "bold"),
            (f"{printable(finding.rule):<{rule_width}}  ", "dim"),
            printable(finding.title),
            overflow="ellipsis",
        )


def place(finding: Finding) -> str:
    """Return `file:line`, as editors and terminals follow it."""
    line = "" if finding.line is None else f":{finding.line}"
    return f"{printable(finding.file)}{line}"
