"""What to do first: a few sentences, each with what it would bring."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taskyard.runners.analysis import rules
from taskyard.runners.analysis.finding import Finding
from taskyard.runners.analysis.report import ComplexFunction, HotSpot, Types
from taskyard.runners.analysis.score import score
from taskyard.runners.analysis.tools.tests import Coverage

MOST = 6
#: A rule broken this often is a habit, and worth one sweep through the code.
_HABIT = 20
#: A gain smaller than this is not worth the words.
_GAIN = 0.05
_LITTLE_COVERAGE, _FEW_ANNOTATIONS, _MUCH_DEBT = 70, 50, 15
_DENSE = 1.5


@dataclass(frozen=True, slots=True)
class Adviser:
    """Looks at a report's parts."""

    findings: Sequence[Finding]
    ncloc: int
    hot_spots: Sequence[HotSpot]
    functions: Sequence[ComplexFunction]
    types: Types
    coverage: Coverage

    def sentences(self) -> list[str]:
        """Return at most six, the most urgent first."""
        parts = (
            self._broken, self._insecure, self._concentrated, self._tangled, self._habits,
            self._untested, self._untyped,
        )  # fmt: skip
        return [sentence for part in parts for sentence in part()][:MOST]

    def _gain(self, minutes: float) -> str:
        debt = sum(one.debt_minutes for one in self.findings)
        before, after = score(debt, self.ncloc), score(debt - minutes, self.ncloc)
        if after - before < _GAIN:
            return "."
        return f": that alone would raise the score from {before:.2f} to about {after:.2f}."

    def _broken(self) -> Iterator[str]:
        files = sorted({one.file for one in self.findings if one.kind == "syntax"})
        if files:
            others = f" and {len(files) - 1} more" if len(files) > 1 else ""
            yield f"Make {files[0]}{others} parse; nothing else in there was checked."

    def _insecure(self) -> Iterator[str]:
        grave = [one for one in self.findings if (one.kind, one.severity) == ("security", "high")]
        if not grave:
            return
        first = grave[0]
        minutes = sum(one.debt_minutes for one in grave)
        if len(grave) == 1:
            subject = f"the high security finding, {_lower(first.title)} in {_place(first)}"
        else:
            subject = f"the {len(grave)} high security findings, beginning with {_place(first)}"
        yield f"Put right {subject}{self._gain(minutes)}"

    def _concentrated(self) -> Iterator[str]:
        for spot in self.hot_spots[:1]:
            # Unless it merely holds as much of the debt as of the code.
            dense = spot.debt_share_percent >= _DENSE * spot.ncloc_share_percent
            if dense and spot.debt_share_percent >= _MUCH_DEBT:
                yield (
                    f"Begin with {spot.file}: it holds {spot.debt_share_percent:.0f} % of the debt "
                    f"in {spot.ncloc_share_percent:.0f} % of the lines."
                )

    def _tangled(self) -> Iterator[str]:
        for one in self.functions[:1]:
            gain = self._gain(rules.complexity_minutes(one.complexity))
            yield (
                f"Split {_inside(one.name)} in {one.file}:{one.line} ({one.measure} complexity "
                f"{one.complexity}, limit {one.limit}){gain}"
            )

    def _habits(self) -> Iterator[str]:
        quality = [
            one
            for one in self.findings
            if one.kind == "quality" and one.rule not in rules.COMPLEXITY_RULES
        ]
        for rule, count in Counter(one.rule for one in quality).most_common(1):
            if count >= _HABIT:
                minutes = sum(one.debt_minutes for one in quality if one.rule == rule)
                first = next(_place(one) for one in quality if one.rule == rule)
                gain = self._gain(minutes)
                yield f"Sweep once for {rule} ({count:,} times, the first in {first}){gain}"

    def _untested(self) -> Iterator[str]:
        coverage = self.coverage
        if coverage.percent is None and coverage.reason and coverage.tests is None:
            if "holds no tests" in coverage.reason:
                yield "Add tests: pytest finds test_*.py files with functions named test_*."
        elif coverage.percent is not None and coverage.percent < _LITTLE_COVERAGE:
            worst = max(coverage.files, key=lambda one: one.lines - one.covered_lines)
            yield (
                f"Test {worst.file} more: {worst.lines - worst.covered_lines} of its "
                f"{worst.lines} lines are never reached."
            )

    def _untyped(self) -> Iterator[str]:
        percent = self.types.annotated_percent
        if percent is not None and percent < _FEW_ANNOTATIONS and self.types.errors is not None:
            yield (
                f"Annotate functions: {percent:.0f} % are, and the type checker sees only what is."
            )


def _place(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}" if finding.line else finding.file


def _inside(name: str) -> str:
    """Return a function's name within a sentence."""
    return _lower(name) if " " in name else name


def _lower(title: str) -> str:
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
