"""lizard: how much code there is in JavaScript and TypeScript.

Its word on complexity is not asked for: measured on lodash, axios and React it takes one function's
end for another's, invents one of 1,040 paths, misses one of 134, and gives up on large files.
oxlint, which parses, counts paths right.
"""

from collections.abc import Sequence
from pathlib import Path

from taskyard.runners.analysis.finding import Value
from taskyard.runners.analysis.survey import Skipped, SourceFile
from taskyard.runners.analysis.tools.answer import Answer, answer
from taskyard.runners.analysis.tools.bench import MIB, Bench, Tally
from taskyard.runners.analysis.tools.each import Seen, each_file
from taskyard.runners.sandbox import Limits

NAME = "lizard"
_LIMITS = Limits(
    wall_seconds=120,
    cpu_seconds=120,
    memory_bytes=512 * MIB,
    address_bytes=2048 * MIB,
)


class Lines(Value):
    """Lines of code by file."""

    answer: Answer
    lines: dict[str, int]


class _Line(Seen):
    ncloc: int = 0


async def count(bench: Bench, files: Sequence[SourceFile], workspace: Path) -> Lines:
    """Count each file's lines without blanks and comments; all of them where that fails."""
    tally = Tally()
    sizes = {file.path: file.lines for file in files}
    seen = await each_file(
        bench, list(sizes), _Line, look="count_lines", who=NAME, limits=_LIMITS,
        workspace=workspace, tally=tally,
    )  # fmt: skip
    lines = {one.file: one.ncloc if one.crash is None else sizes[one.file] for one in seen}
    tally.skipped += [
        Skipped(file=one.file, reason=f"{one.crash}: all its lines are counted", by=NAME)
        for one in seen
        if one.crash is not None
    ]
    tally.files = len(seen) - len(tally.skipped)
    return Lines(answer=answer(bench, NAME, tally, ()), lines=lines)
