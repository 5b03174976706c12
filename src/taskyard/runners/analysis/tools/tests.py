"""The project's own tests, and how much of the code they reach."""

import json
import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from taskyard.runners.analysis import layout
from taskyard.runners.analysis.finding import Value
from taskyard.runners.analysis.survey import Survey, write_copy
from taskyard.runners.analysis.tools.answer import ToolRun, plain
from taskyard.runners.analysis.tools.bench import MIB, SCRIPTS, Bench, cause, last_line, scripts
from taskyard.runners.context import SourceTree
from taskyard.runners.sandbox import BOX, SRC, TOOLBOX, Completed, Limits, Mount

NAME = "pytest"
TEST_SECONDS = 300
_LIMITS = Limits(
    wall_seconds=TEST_SECONDS + 90,
    cpu_seconds=TEST_SECONDS,
    memory_bytes=1536 * MIB,
    address_bytes=4096 * MIB,
    disk_bytes=512 * MIB,
    output_bytes=8 * MIB,
    results_bytes=48 * MIB,
)
_METADATA = SRC.parent / "metadata"
_PLACES = (SRC, BOX, SCRIPTS, _METADATA)
_RECORD, _COVERAGE = "tests.json", "coverage.json"
_PERCENT = re.compile(r"\[\s*(\d+)%\]\s*$")
_MISSING = re.compile(r"No module named '([^']+)'")
#: Of a project's test files: where more cannot be loaded, the others' reach says too little.
MOST_UNLOADED_SHARE = 0.2
_NOTHING_INSTALLED = "nothing is installed for an analysis"
#: What the log of a job gets of the tests' output: its beginning, and its end, which sums it up.
_FIRST_LINES, _LAST_LINES = 900, 100


class TestCounts(Value):
    """How the tests went."""

    __test__ = False

    passed: int
    failed: int
    errors: int
    skipped: int


class FileCoverage(Value):
    """How much of a file the tests reach."""

    file: str
    percent: float
    covered_lines: int
    lines: int


class Coverage(Value):
    """What the tests reach, or why nobody knows."""

    percent: float | None = Field(description="Of lines and branches; null where not measured.")
    at_least: bool = Field(
        False, description="A few tests could not be loaded, or did not get their turn."
    )
    reason: str | None = Field(None, description="Why it is null, or only a least figure.")
    tests: TestCounts | None = None
    files: tuple[FileCoverage, ...] = ()


class Tested(Value):
    """A run of the tests."""

    tool: ToolRun
    coverage: Coverage


#: What is written inside may have been written by the tests themselves: no project has more.
_Count = Annotated[int, Field(ge=0, le=100_000_000)]


class _Complaint(BaseModel):
    name: str
    reason: str


class _Record(BaseModel):
    files: _Count
    collected: _Count
    passed: _Count
    failed: _Count
    errors: _Count
    skipped: _Count
    stopped: bool
    given_up: bool
    unloaded: list[_Complaint]

    @property
    def ran(self) -> int:
        """How many tests were decided."""
        return self.passed + self.failed + self.errors + self.skipped


class _Summary(BaseModel):
    covered_lines: _Count
    num_statements: _Count
    covered_branches: _Count = 0
    num_branches: _Count = 0

    @model_validator(mode="after")
    def _reaches_no_more_than_there_is(self) -> Self:
        if self.covered_lines > self.num_statements or self.covered_branches > self.num_branches:
            raise ValueError("more was reached than there is")
        return self


class _File(BaseModel):
    summary: _Summary


class _CoverageReport(BaseModel):
    files: dict[str, _File]


class Excerpted:
    """The beginning and the end of an output of any length."""

    def __init__(self, log: Callable[[str], Awaitable[None]]) -> None:
        self._log = log
        self._heard = 0
        self._last: deque[str] = deque(maxlen=_LAST_LINES)

    async def hear(self, line: str) -> None:
        """Log the line, if it belongs to the beginning."""
        self._heard += 1
        if self._heard <= _FIRST_LINES:
            await self._log(line)
            return
        if self._heard == _FIRST_LINES + 1:
            await self._log(f"… of the rest, the last {_LAST_LINES} lines follow at the end")
        self._last.append(line)

    async def close(self) -> None:
        """Log the end, and how much lies between."""
        left_out = self._heard - _FIRST_LINES - len(self._last)
        if left_out > 0:
            await self._log(f"… {left_out:,} lines of the tests' output are left out here")
        for line in self._last:
            await self._log(line)


class TestRun:
    """Runs the tests of a source once."""

    __test__ = False

    def __init__(self, bench: Bench, source: SourceTree, survey: Survey, workspace: Path) -> None:
        self._bench, self._source, self._survey = bench, source, survey
        self._workspace = workspace
        self._roots = layout.import_roots(survey)
        self._counted = frozenset(layout.measured(survey, self._roots))

    async def run(
        self,
        log: Callable[[str], Awaitable[None]],
        progress: Callable[[float], Awaitable[None]],
    ) -> Tested:
        """Run them; `log` gets the output's lines, `progress` the part that is done."""
        if not any(_is_test(file.path) for file in self._survey.python):
            return self._unmeasured("the source holds no tests (test_*.py or *_test.py)")
        report = await self._bench.sandbox.probe()
        if report.mode == "reduced":
            reason = f"tests are not run where they cannot be isolated: {report.reason}"
            return self._unmeasured(f"{reason}. {report.remedy}")
        output = Excerpted(log)

        async def hear(line: str) -> None:
            await output.hear(line)
            if done := _PERCENT.search(line):
                await progress(int(done[1]) / 100)

        ended = await self._bench.sandbox.run(
            [TOOLBOX / "bin/python", "-I", SCRIPTS / "run_tests.py", self._spec(), *_PLACES],
            mounts=[Mount(self._source.root, SRC), scripts(self._workspace), self._metadata()],
            limits=_LIMITS,
            results=[_RECORD, _COVERAGE],
            on_output=hear,
            cancelled=self._bench.stop,
        )
        await output.close()
        return self._judge(ended)

    def _spec(self) -> str:
        wrapper = self._survey.wrapper
        targets = [name for name in ("tests", "test") if name in self._survey.top_folders]
        if self._has_test_paths():
            targets = []
        return json.dumps(
            {
                "folder": wrapper,
                "roots": list(self._roots),
                "measured": list(layout.folders_of(self._counted, self._roots)),
                "targets": targets,
                "seconds": TEST_SECONDS,
            }
        )

    def _has_test_paths(self) -> bool:
        top = self._source.root / self._survey.wrapper
        for name in ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"):
            if "testpaths" in (layout.text(top / name) or ""):
                return True
        return False

    def _metadata(self) -> Mount:
        """Make the project known to importlib.metadata, which many packages ask on import."""
        folder = self._workspace / "metadata"
        write_copy(folder / "README", "What the project under test calls itself.\n")
        named = layout.name_and_version(self._source.root / self._survey.wrapper)
        if named is not None:
            text = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n".format(*named)
            name = f"{named[0].replace('-', '_')}-{named[1]}.dist-info"
            write_copy(folder / name / "METADATA", text)
        return Mount(folder, _METADATA)

    def _judge(self, ended: Completed) -> Tested:
        try:
            record = _Record.model_validate_json(ended.results.get(_RECORD, b""))
        except ValidationError:
            return self._unmeasured(_why_no_record(ended), ended)
        counts = TestCounts(**record.model_dump(include=set(TestCounts.model_fields)))
        if reason := _why_nothing(record):
            return self._unmeasured(reason, ended, counts)
        files = self._files(ended.results.get(_COVERAGE, b""))
        if files is None:
            return self._unmeasured("the coverage report is missing or false", ended, counts)
        return self._measured(files, ended, counts, _why_not_all(record))

    def _files(self, content: bytes) -> Mapping[str, _Summary] | None:
        try:
            report = _CoverageReport.model_validate_json(content)
        except ValidationError:
            return None
        names = {f"{self._survey.wrapper}{name}": one for name, one in report.files.items()}
        return {name: one.summary for name, one in names.items() if name in self._counted}

    def _measured(
        self,
        files: Mapping[str, _Summary],
        ended: Completed,
        counts: TestCounts,
        missed: str | None,
    ) -> Tested:
        sums = list(files.values())
        total = sum(one.num_statements + one.num_branches for one in sums)
        if not total:
            return self._unmeasured("the tests' code holds no line to cover", ended, counts)
        reached = sum(one.covered_lines + one.covered_branches for one in sums)
        coverage = Coverage(
            percent=round(100 * reached / total, 1),
            at_least=missed is not None,
            reason=_sentence(missed) if missed else None,
            tests=counts,
            files=tuple(_file(name, one) for name, one in sorted(files.items())),
        )
        return Tested(tool=self._tool(ended, counts, None), coverage=coverage)

    def _unmeasured(
        self, reason: str, ended: Completed | None = None, counts: TestCounts | None = None
    ) -> Tested:
        sentence = _sentence(reason)
        coverage = Coverage(percent=None, reason=sentence, tests=counts)
        return Tested(tool=self._tool(ended, counts, sentence), coverage=coverage)

    def _tool(
        self, ended: Completed | None, counts: TestCounts | None, detail: str | None
    ) -> ToolRun:
        return ToolRun(
            name=NAME,
            version=self._bench.versions.get(NAME, ""),
            # Missing coverage has its own place in the report; it makes nothing else partial.
            status="ok" if detail is None else "not_run",
            detail=detail,
            files=0,
            findings=counts.failed + counts.errors if counts else 0,
            seconds=round(ended.duration_seconds, 2) if ended else 0.0,
            peak_bytes=ended.peak_bytes if ended else 0,
        )


def _is_test(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return name.endswith("_test.py") or (name.startswith("test_") and name.endswith(".py"))


def _file(name: str, one: _Summary) -> FileCoverage:
    total = one.num_statements + one.num_branches
    percent = 100 * (one.covered_lines + one.covered_branches) / total if total else 100.0
    return FileCoverage(
        file=name,
        percent=round(percent, 1),
        covered_lines=one.covered_lines,
        lines=one.num_statements,
    )


def _why_no_record(ended: Completed) -> str:
    if ended.killed_for:
        return cause("the test run", ended)
    if missing := _MISSING.search(ended.output):
        return f"the tests need {missing[1]}, and {_NOTHING_INSTALLED}"
    errors = [line for line in ended.output.splitlines() if line.startswith(("E ", "ERROR"))]
    return f"pytest could not start: {plain(errors[-1] if errors else last_line(ended.output))}"


def _why_nothing(record: _Record) -> str | None:
    """Return why nobody can say what the tests reach."""
    unloaded = len(record.unloaded)
    if record.given_up or unloaded > MOST_UNLOADED_SHARE * (record.files + unloaded):
        return _why_unloaded(record)
    if record.collected == 0:
        return "pytest found no test"
    if record.passed + record.failed == 0:
        return "no test got as far as to run"
    if record.stopped and record.ran < record.collected / 2:
        return f"only {record.ran:,} of {record.collected:,} tests ran within {TEST_SECONDS} s"
    return None


def _why_not_all(record: _Record) -> str | None:
    """Return why the tests may reach more than they did."""
    if record.unloaded:
        return _why_unloaded(record)
    if record.stopped and record.ran < record.collected:
        return f"{record.ran:,} of {record.collected:,} tests ran within {TEST_SECONDS} s"
    return None


def _why_unloaded(record: _Record) -> str:
    count = len(record.unloaded)
    files = "one test file" if count == 1 else f"{count} test files"
    if record.given_up:
        files += " or more"
    if missing := _missing(record.unloaded):
        return f"{files} could not be loaded without {missing}, and {_NOTHING_INSTALLED}"
    return f"{files} could not be loaded: {plain(record.unloaded[0].reason)}"


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]


def _missing(complaints: Sequence[_Complaint]) -> str:
    names = {found[1] for one in complaints if (found := _MISSING.search(one.reason))}
    return ", ".join(sorted(names)[:5])
