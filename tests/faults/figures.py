"""What a run of the faults found. Printed at its end, as the table of docs/faults.md."""

import statistics
from dataclasses import dataclass, field

_HEAD = ("", "fault", "kills", "recovery (median / worst)", "jobs", "lost", "doubled", "also")


@dataclass
class Row:
    """The figures of one fault."""

    number: str
    name: str
    kills: int = 0
    #: Seconds from each kill until what it hit went on.
    recoveries: list[float] = field(default_factory=list)
    jobs: int = 0
    lost: int = 0
    doubled: int = 0
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Add what else was measured."""
        self.notes.append(text)

    def cells(self) -> tuple[str, ...]:
        """Return the row as it is printed."""
        recovery = "–"
        if self.recoveries:
            middle, worst = statistics.median(self.recoveries), max(self.recoveries)
            recovery = f"{middle:.1f} / {worst:.1f} s"
        numbers = (f"{self.kills}", recovery, f"{self.jobs}", f"{self.lost}", f"{self.doubled}")
        return (self.number, self.name, *numbers, "; ".join(self.notes))


class Figures:
    """The figures of one run."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}

    def row(self, number: str, name: str) -> Row:
        """Return the row of a fault; `number` is its place in the list of faults."""
        return self.rows.setdefault((number, name), Row(number, name))

    def table(self) -> str:
        """Return every row that was asked for, in the order of the faults."""
        ordered = sorted(self.rows.values(), key=lambda row: (len(row.number), row.number))
        rows = [_HEAD, ("---",) * len(_HEAD), *(row.cells() for row in ordered)]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
