"""detect-secrets: keys and passwords that stand in the source."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel

from taskyard.runners.analysis import rules
from taskyard.runners.analysis.finding import SEVERITIES, Issue, Value
from taskyard.runners.analysis.languages import copy_of
from taskyard.runners.analysis.secret_advice import CWE, kind_of
from taskyard.runners.analysis.survey import Skipped, Survey
from taskyard.runners.analysis.tools.answer import Answer, answer
from taskyard.runners.analysis.tools.bench import MIB, Bench, Tally
from taskyard.runners.analysis.tools.each import Seen, each_file
from taskyard.runners.sandbox import Limits

NAME = "detect-secrets"
_LIMITS = Limits(
    wall_seconds=120,
    cpu_seconds=120,
    memory_bytes=512 * MIB,
    address_bytes=2048 * MIB,
    results_bytes=64 * MIB,
)
#: bandit's own rules for passwords.
_PASSWORD_RULES = frozenset({"B105", "B106", "B107", "S105", "S106", "S107"})

#: Where a secret stands: line, first character and the one behind its last, from 0.
Mask = tuple[int, int, int]


class Secrets(Value):
    """What was found, and what must not be shown."""

    answer: Answer
    #: By file.
    masks: dict[str, tuple[Mask, ...]]
    #: Files that could not be searched: nothing of them is shown.
    unseen: tuple[str, ...]


class _Found(BaseModel):
    kind: str
    line: int
    allowed: bool


class _Line(Seen):
    found: tuple[_Found, ...] = ()
    masks: tuple[Mask, ...] = ()


async def search(bench: Bench, survey: Survey, workspace: Path, *, tests: bool) -> Secrets:
    """Search every file that may hold secrets; `tests` like other code, too.

    `bench.code` is the folder of all copies. What the secrets say stays in the sandbox.
    """
    tally = Tally()
    names = dict(_names(survey, tests=tests))
    lines = await each_file(
        bench, list(names), _Line, look="find_secrets", who=NAME, limits=_LIMITS,
        workspace=workspace, tally=tally,
    )  # fmt: skip
    issues: list[Issue] = []
    masks: dict[str, tuple[Mask, ...]] = {}
    for line in lines:
        file = names[line.file]
        if line.crash is not None:
            tally.skipped.append(Skipped(file=file, reason=line.crash, by=NAME))
            continue
        tally.files += 1
        issues += _gravest(file, [one for one in line.found if not one.allowed])
        if line.masks:
            masks[file] = line.masks
    unseen = tuple(one.file for one in tally.skipped)
    return Secrets(answer=answer(bench, NAME, tally, issues), masks=masks, unseen=unseen)


def _names(survey: Survey, *, tests: bool) -> Iterator[tuple[str, str]]:
    """Yield how and where a file is searched, and its path."""
    for file in (*survey.python, *survey.scripts):
        how = "code" if file.role == "code" or tests else "tokens"
        yield f"{how} {copy_of(file.path)}", file.path
    for text in survey.texts:
        yield f"{text.how} {copy_of(text.path)}", text.path


def _gravest(file: str, found: Sequence[_Found]) -> Iterator[Issue]:
    """Yield one issue a line: several detectors know the same secret."""
    by_line: dict[int, Issue] = {}
    for one in found:
        issue = _issue(file, one)
        known = by_line.get(one.line)
        if known is None or _weight(issue) < _weight(known):
            by_line[one.line] = issue
    yield from by_line.values()


def _weight(issue: Issue) -> tuple[int, str]:
    return SEVERITIES.index(issue.severity), issue.rule


def _issue(file: str, found: _Found) -> Issue:
    kind = kind_of(found.kind)
    return Issue(
        tool=NAME,
        rule=kind.rule,
        kind="security",
        severity=kind.severity,
        title=kind.title,
        file=file,
        line=found.line,
        cwe=CWE,
        confidence=kind.confidence,
        recommendation=kind.text,
        debt_minutes=rules.SECURITY_MINUTES[kind.severity],
    )


def is_password(issue: Issue) -> bool:
    """Tell whether another tool says of a line that a password stands there."""
    return issue.tool != NAME and issue.rule in _PASSWORD_RULES


def once(issues: Iterable[Issue]) -> list[Issue]:
    """Leave out what is said twice of a line: two tools that see a password see one.

    The graver word stands; where both are of one weight, bandit's, which knows Python.
    """
    issues = list(issues)
    passwords = {(one.file, one.line) for one in issues if is_password(one)}
    ours = {(one.file, one.line): one.severity for one in issues if one.tool == NAME}
    graver = {place for place, severity in ours.items() if severity != "low"}
    return [
        one
        for one in issues
        if not (is_password(one) and (one.file, one.line) in graver)
        and not (one.tool == NAME and (one.file, one.line) in passwords - graver)
    ]
