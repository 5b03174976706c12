"""From a finding to the words of its task."""

import re
from typing import Any, Final

from taskyard.core.mail import one_line
from taskyard.runners.analysis.finding import SEVERITIES, Severity
from taskyard.runners.analysis.models import FindingRow
from taskyard.tasks.schemas import TaskCreate
from taskyard.tasks.types import Priority

_PRIORITIES: Final[dict[Severity, Priority]] = {
    "high": "high",
    "medium": "medium",
    "low": "low",
    "info": "low",
}
_TITLE_LENGTH: Final = 255
_UNPRINTED: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def draft(finding: FindingRow) -> TaskCreate:
    """Return the task a finding makes: its title, what to do, where, and the code."""
    known = finding.content
    title = f"{known['title'].replace('`', '').rstrip('.')} in {finding.file}"
    return TaskCreate.model_validate(
        {
            "title": one_line(title, _TITLE_LENGTH),
            "description": _UNPRINTED.sub("", "\n\n".join(_paragraphs(finding))),
            "priority": _PRIORITIES[SEVERITIES[finding.severity]],
        }
    )


def _paragraphs(finding: FindingRow) -> list[str]:
    known = finding.content
    where = f"{_code(finding.file)}, line {finding.line}" if finding.line else _code(finding.file)
    facts = [where, f"{finding.tool} {_code(finding.rule)}", known.get("cwe")]
    text = "\n".join(line["text"] for line in known.get("excerpt", ())).rstrip()
    fence = _fence(text, least=3)
    return [
        *([known["recommendation"]] if known.get("recommendation") else []),
        " · ".join(fact for fact in facts if fact),
        *([f"{fence}\n{text}\n{fence}"] if text else []),
    ]


def _code(text: str) -> str:
    """Return text that Markdown shows as it stands."""
    plain = one_line(text, 400)
    fence = _fence(plain, least=1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _fence(text: str, *, least: int) -> str:
    """Return more backticks than stand together anywhere in a text."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    return "`" * max(least, longest + 1)


def about(finding: FindingRow) -> dict[str, Any]:
    """Return what a task's page says of its finding."""
    return {
        "title": finding.content["title"],
        "severity": SEVERITIES[finding.severity],
        "tool": finding.tool,
        "rule": finding.rule,
        "file": finding.file,
        "line": finding.line,
    }
