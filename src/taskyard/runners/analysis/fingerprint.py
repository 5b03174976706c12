"""What makes a finding the same one in the next run.

Rule, file and the text of its line, blanks ignored; the third such line of a file is told from
the second by counting. So code may move within its file, and the finding stays known; change the
line itself, and it is another.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from taskyard.runners.analysis.finding import Issue

LineOf = Callable[[str, int | None], str]


def fingerprints(issues: Iterable[Issue], line_of: LineOf) -> Iterator[tuple[Issue, str]]:
    """Yield each issue with its fingerprint, 32 hexadecimal digits, unique among `issues`.

    `line_of` returns the text of a line of a file, empty where there is none. The order of
    issues on one line of one rule is that of their columns.
    """
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for issue in sorted(issues, key=_position):
        line = "".join(line_of(issue.file, issue.line).split())
        same = (issue.tool, issue.rule, issue.file, line)
        seen[same] += 1
        text = "\0".join((*same, str(seen[same])))
        yield issue, hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def _position(issue: Issue) -> tuple[str, int, int, str, str, str]:
    return (issue.file, issue.line or 0, issue.column or 0, issue.tool, issue.rule, issue.title)
