"""The analysis itself: its steps in order, each kept by the engine once it is done."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Generic, TypeVar

from taskyard.runners.analysis import layout
from taskyard.runners.analysis.assembly import Parts, assemble
from taskyard.runners.analysis.finding import Value
from taskyard.runners.analysis.masking import Redactor
from taskyard.runners.analysis.report import AnalysisParameters, AnalysisReport, StepTime
from taskyard.runners.analysis.roles import Role
from taskyard.runners.analysis.survey import Survey, Surveyor, make_folder
from taskyard.runners.analysis.tools import (
    bandit,
    complexity,
    lizard,
    oxlint,
    ruff,
    secrets,
    syntax,
)
from taskyard.runners.analysis.tools.answer import Answer
from taskyard.runners.analysis.tools.bench import Bench
from taskyard.runners.analysis.tools.lizard import Lines
from taskyard.runners.analysis.tools.secrets import Secrets
from taskyard.runners.analysis.tools.syntax import Parsed
from taskyard.runners.analysis.tools.tests import Tested, TestRun
from taskyard.runners.analysis.tools.types import Checker
from taskyard.runners.context import RunContext

__all__ = ["AnalysisParameters", "analyse"]

Part = TypeVar("Part", bound=Value)

#: What people see, and about which part of the time it takes.
_STEPS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "read": ("Read the source", 3),
        "secrets": ("Secrets", 8),
        "syntax": ("Check syntax", 8),
        "quality": ("Quality", 6),
        "complexity": ("Complexity", 3),
        "security": ("Security", 25),
        "types": ("Types", 20),
        "scripts": ("JavaScript and TypeScript", 6),
        "tests": ("Tests and coverage", 30),
        "report": ("Write the report", 5),
    }
)
#: Of Python, by what is asked for.
_NEEDED_FOR: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "quality": ("quality", "complexity"),
        "security": ("security",),
        "types": ("types",),
        "coverage": ("tests",),
    }
)
#: In any case: what is shown of the code must hold no secret.
_ALWAYS = frozenset({"read", "secrets", "report"})
_TREES = ("python", "scripts", "texts")


async def analyse(parameters: AnalysisParameters, context: RunContext) -> AnalysisReport:
    """Analyse the context's source and return the report.

    Finished steps are not done again by a later attempt. Raises RunCancelled when the job is to
    stop, and what `Sandbox.run` raises; a hostile or broken file is no error, but named in the
    report.
    """
    return await _Analysis(parameters, context).run()


class Scripts(Value):
    """What is known of JavaScript and TypeScript."""

    lines: Lines
    answer: Answer


class _Kept(Value, Generic[Part]):
    """A step's result as the engine keeps it."""

    seconds: float
    part: Part


@dataclass(slots=True)
class _Analysis:
    parameters: AnalysisParameters
    context: RunContext
    times: list[StepTime] = field(default_factory=list)
    done: float = 0.0
    #: The steps of this run, known once the source was looked at.
    steps: frozenset[str] = frozenset(_STEPS)
    surveyed: bool = False
    redactor: Redactor = field(default_factory=Redactor)

    async def run(self) -> AnalysisReport:
        copies = self.context.workspace.resolve() / "code"
        for tree in _TREES:
            make_folder(copies / tree)
        versions = await self.context.sandbox.versions()
        bench = Bench(self.context.sandbox, self.context.stop, copies, versions)
        survey = await self._step("read", lambda: self._read(bench), Survey)
        if not self.surveyed:
            await self._survey(bench)  # An earlier attempt kept the result, not the copies.
        self.steps = self._needed(survey)
        secrets = await self._step("secrets", lambda: self._search(bench, survey), Secrets)
        self.redactor = await asyncio.to_thread(Redactor.of, secrets, copies)
        parts = Parts(
            self.parameters,
            self.context.source.source_id,
            survey,
            secrets,
            *await self._look(bench, survey),
            await self.context.sandbox.probe(),
            tuple(self.times),
        )
        return await self._step("report", lambda: self._write(bench, parts), AnalysisReport)

    async def _look(
        self, bench: Bench, survey: Survey
    ) -> tuple[Parsed | None, Lines | None, tuple[Answer, ...], Tested | None]:
        """Ask the tools of each language there is."""
        python = replace(bench, code=bench.code / "python")
        parsed, tested = None, None
        answers: tuple[Answer, ...] = ()
        if "syntax" in self.steps:
            parsed = await self._step("syntax", lambda: self._parse(python, survey), Parsed)
            answers = await self._ask(python, survey, parsed)
        lines = None
        if "scripts" in self.steps:
            scripts = await self._step("scripts", lambda: self._examine(bench, survey), Scripts)
            lines, answers = scripts.lines, (*answers, scripts.answer)
        if "tests" in self.steps:
            tested = await self._step("tests", lambda: self._test(python, survey), Tested)
        return parsed, lines, answers, tested

    def _needed(self, survey: Survey) -> frozenset[str]:
        """Return the steps that have something to do."""
        steps = set(_ALWAYS)
        if survey.python or survey.undecodable:
            steps.add("syntax")
            steps.update(*(_NEEDED_FOR[name] for name in self.parameters.analysis_types))
        if any(self._judges(file.role) for file in survey.scripts):
            steps.add("scripts")
        return frozenset(steps)

    async def _step(
        self, name: str, work: Callable[[], Awaitable[Part]], model: type[Part]
    ) -> Part:
        title, _ = _STEPS[name]
        await self.context.checkpoint()
        await self.context.progress(self.done, step=title)

        async def timed() -> _Kept[Part]:
            began = time.monotonic()
            part = await work()
            # A tool that was killed for our sake has half an answer, which must not be kept.
            await self.context.checkpoint()
            return _Kept[model](seconds=round(time.monotonic() - began, 2), part=part)  # type: ignore[valid-type]

        kept = await self.context.step(name, title, timed, _Kept[model])  # type: ignore[valid-type]
        self.times.append(StepTime(name=name, title=title, seconds=kept.seconds))
        self.done = min(1.0, self.done + self._share(name))
        return kept.part

    def _share(self, name: str) -> float:
        return _STEPS[name][1] / sum(_STEPS[step][1] for step in self.steps)

    async def _survey(self, bench: Bench) -> Survey:
        self.surveyed = True
        surveyor = Surveyor(self.context.source.root, bench.code, tuple(self.parameters.paths))
        return await asyncio.to_thread(surveyor.survey)

    async def _read(self, bench: Bench) -> Survey:
        survey = await self._survey(bench)
        code = (*survey.python, *survey.scripts)
        tests = sum(file.role == "test" for file in code)
        parts = [
            f"{len(files):,} of {name}"
            for name, files in (
                ("Python", survey.python), ("JavaScript and TypeScript", survey.scripts),
            )
            if files
        ]  # fmt: skip
        await self.context.log(
            f"{survey.files:,} files, {' and '.join(parts) or 'no code'}"
            f"{f' ({tests:,} of them tests)' if tests else ''}, {len(survey.skipped):,} left out"
        )
        return survey

    async def _search(self, bench: Bench, survey: Survey) -> Secrets:
        tests = self.parameters.include_tests
        found = await secrets.search(bench, survey, self.context.workspace, tests=tests)
        await self._tell(found.answer)
        return found

    async def _examine(self, bench: Bench, survey: Survey) -> Scripts:
        """Ask about the scripts."""
        scripts = replace(bench, code=bench.code / "scripts")
        files = [file for file in survey.scripts if self._judges(file.role)]
        lines = await lizard.count(scripts, files, self.context.workspace)
        await self._tell(lines.answer)
        names = [file.path for file in files]
        asked = self.parameters.analysis_types
        answer = await oxlint.examine(scripts, names, asked, self.context.workspace)
        answer = self.redactor.answer(answer)
        await self._tell(answer)
        return Scripts(lines=lines, answer=answer)

    async def _parse(self, bench: Bench, survey: Survey) -> Parsed:
        # Tests are not judged: what is wrong with them shows when they are run.
        broken = [one for one in survey.undecodable if self._judges(one.role)]
        files = [file.path for file in survey.python if self._judges(file.role)]
        parsed = await syntax.parse(bench, files, broken, self.context.workspace)
        answer = self.redactor.answer(parsed.answer)
        await self._tell(answer, f"{answer.tool.findings:,} broken")
        return parsed.model_copy(update={"answer": answer})

    async def _ask(self, bench: Bench, survey: Survey, parsed: Parsed) -> tuple[Answer, ...]:
        """Ask each tool that is wanted."""
        files = [*parsed.facts, *parsed.newer]
        old_enough = list(parsed.facts)
        checker = Checker(bench, self.context.workspace, layout.import_roots(survey))
        tools: dict[str, Callable[[], Awaitable[Answer]]] = {
            "quality": lambda: ruff.quality(bench, files),
            "complexity": lambda: complexity.complexity(bench, files),
            "security": lambda: bandit.security(bench, old_enough),
            "types": lambda: checker.check(old_enough),
        }
        answers = []
        for name, ask in tools.items():
            if name in self.steps:
                answers.append(await self._step(name, self._telling(ask), Answer))
        return tuple(answers)

    def _judges(self, role: Role) -> bool:
        return role == "code" or self.parameters.include_tests

    def _telling(self, ask: Callable[[], Awaitable[Answer]]) -> Callable[[], Awaitable[Answer]]:
        async def asked() -> Answer:
            answer = self.redactor.answer(await ask())
            await self._tell(answer)
            return answer

        return asked

    async def _tell(self, answer: Answer, found: str | None = None) -> None:
        tool = answer.tool
        found = found or _many(tool.findings, "finding")
        line = (
            f"{tool.name} {tool.version}: {_many(tool.files, 'file')}, {found}, "
            f"{tool.seconds:.1f} s, {tool.peak_bytes >> 20} MB"
        )
        await self.context.log(line)
        for one in answer.skipped[:20]:
            await self.context.log(f"left out: {one.file} ({one.reason})", level="warning")
        if len(answer.skipped) > 20:
            await self.context.log(f"and {len(answer.skipped) - 20:,} more", level="warning")

    async def _test(self, bench: Bench, survey: Survey) -> Tested:
        title, start = _STEPS["tests"][0], self.done

        async def progress(part: float) -> None:
            await self.context.progress(start + part * self._share("tests"), step=title)

        async def log(line: str) -> None:
            await self.context.log(self.redactor.text(line))

        run = TestRun(bench, self.context.source, survey, self.context.workspace)
        tested = self.redactor.tested(await run.run(log, progress))
        coverage = tested.coverage
        if coverage.percent is None:
            await self.context.log(f"no coverage: {coverage.reason}", level="warning")
        else:
            least = f" at least ({coverage.reason})" if coverage.at_least else ""
            await self.context.log(f"coverage {coverage.percent} % of lines and branches{least}")
        return tested

    async def _write(self, bench: Bench, parts: Parts) -> AnalysisReport:
        report = await asyncio.to_thread(assemble, parts, bench.code)
        score = "none" if report.quality_score is None else f"{report.quality_score:.2f}"
        await self.context.log(
            f"score {score}, {_many(len(report.findings), 'finding')} in"
            f" {_many(report.ncloc, 'line')} of code"
        )
        return report


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
