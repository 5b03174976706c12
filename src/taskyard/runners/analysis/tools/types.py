"""mypy: calls and names that do not fit their types."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ValidationError

from taskyard.runners.analysis import recommendations, rules
from taskyard.runners.analysis.finding import Issue
from taskyard.runners.analysis.survey import Skipped, share_copy, write_copy
from taskyard.runners.analysis.tools.answer import Answer, answer, failed, not_run, plain
from taskyard.runners.analysis.tools.bench import MIB, Bench, Tally, cause, past_culprits
from taskyard.runners.sandbox import TOOLBOX, Argument, Completed, Limits

NAME = "mypy"
_LIMITS = Limits(
    wall_seconds=180,
    cpu_seconds=180,
    memory_bytes=1536 * MIB,
    address_bytes=4096 * MIB,
    disk_bytes=128 * MIB,
    results_bytes=96 * MIB,
)
_BISECT_SECONDS = 180
#: A file that stops the whole run is left out and the rest tried again, this often.
_ROUNDS = 12
_REPORT = "mypy.jsonl"
_LIST = ".modules"
_OPTIONS = (
    # Empty: a configuration of the project's could name plug-ins, which are code.
    "--config-file=",
    "--cache-dir=/dev/null",
    "--ignore-missing-imports",
    "--explicit-package-bases",
    "--no-error-summary",
    "--output",
    "json",
)


class _Message(BaseModel):
    file: str
    line: int
    column: int
    end_line: int | None = None
    message: str
    code: str | None
    severity: str


class Checker:
    """Runs mypy over a project as a whole, since its modules import each other.

    `roots` are the folders that imports start from, "" for the top; `workspace` gets a tree of
    its own, because a file that stands in mypy's way must not be there to be imported.
    """

    def __init__(self, bench: Bench, workspace: Path, roots: Sequence[str]) -> None:
        self._roots, self._tree = tuple(roots), workspace / "typed"
        self._copies = bench.code
        self._bench = replace(
            bench,
            code=self._tree,
            environment={"MYPYPATH": ":".join(root.rstrip("/") for root in roots if root)},
        )
        self._tally = Tally()
        self._modules: list[str] = []

    async def check(self, files: Sequence[str]) -> Answer:
        """Check `files`; what stops mypy is left out and named."""
        self._tally = Tally()
        self._plant(files)
        if not self._modules:
            return not_run(self._bench, NAME, "there is no file that can be imported")
        searched = False
        rounds = 0
        while True:
            rounds += 1
            ended = await self._run(self._modules)
            messages = _read(ended)
            if ended.killed_for is None and ended.exit_code in {0, 1}:
                return self._finished(messages)
            blockers = {one.file: plain(one.message) for one in messages}
            if ended.exit_code == 2 and blockers.keys() & set(self._modules):
                self._leave_out(blockers)
            elif ended.killed_for is None and not searched:
                searched = True
                await self._search()
            else:
                rounds = _ROUNDS
            if rounds >= _ROUNDS or not self._modules:
                return failed(self._bench, NAME, self._tally, cause(NAME, ended))

    def _plant(self, files: Sequence[str]) -> None:
        """Link the files that have a module name of their own into the tree."""
        taken: set[str] = set()
        # A stub stands for its module.
        for file in sorted(files, key=lambda name: (not name.endswith(".pyi"), name)):
            module = module_name(file, self._roots)
            if module is None or module in taken:
                why = "another file has its module name" if module else "it is no module"
                skipped = Skipped(file=file, reason=f"mypy: {why}", by=NAME, expected=True)
                self._tally.skipped.append(skipped)
                continue
            taken.add(module)
            self._modules.append(file)
            share_copy(self._copies / file, self._tree / file)

    def _leave_out(self, reasons: dict[str, str]) -> None:
        for file in self._modules:
            if file in reasons:
                (self._tree / file).unlink()
                reason = f"mypy: {reasons[file]}"
                self._tally.skipped.append(Skipped(file=file, reason=reason, by=NAME))
        self._modules = [file for file in self._modules if file not in reasons]

    async def _search(self) -> None:
        """Find the files mypy dies of, each part of the list by itself, and leave them out."""
        tally = Tally()
        parts = past_culprits(
            self._bench,
            NAME,
            self._modules,
            command=lambda part: _command(part, "--follow-imports=skip"),
            result=_REPORT,
            limits=_LIMITS,
            budget_seconds=_BISECT_SECONDS,
            tally=tally,
            stdout=True,
        )
        async for _ in parts:
            pass
        self._leave_out({one.file: one.reason.removeprefix("mypy ") for one in tally.skipped})

    async def _run(self, modules: Sequence[str]) -> Completed:
        # A list in a file, for thousands of names; mypy reads it twice, so no pipe would do.
        write_copy(self._tree / _LIST, "\n".join(modules))
        ended = await self._bench.run(
            _command([f"@{_LIST}"]),
            limits=_LIMITS,
            results=[_REPORT],
            stdout_to=_REPORT,
        )
        self._tally.peak_bytes = max(self._tally.peak_bytes, ended.peak_bytes)
        return ended

    def _finished(self, messages: Sequence[_Message]) -> Answer:
        self._tally.files = len(self._modules)
        issues = [_issue(one) for one in messages if one.severity == "error"]
        return answer(self._bench, NAME, self._tally, issues)


def _command(files: Sequence[str], *more: str) -> list[Argument]:
    python: list[Argument] = [TOOLBOX / "bin/python", "-I", "-m", "mypy"]
    return [*python, *_OPTIONS, *more, "--", *files]


def module_name(file: str, roots: Sequence[str]) -> str | None:
    """Return the name `file` is imported by, as mypy finds it; None where it has none.

    Upwards from the file to the nearest root; a folder whose name is no identifier ends the name.
    """
    path = PurePosixPath(file)
    names = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while f"{folder}/" not in roots and folder != PurePosixPath():
        if not folder.name.isidentifier():
            # As a package it would stop mypy; a plain folder only ends the name.
            return None if path.stem == "__init__" else ".".join(names)
        names.insert(0, folder.name)
        folder = folder.parent
    return ".".join(names) or None


def _read(ended: Completed) -> list[_Message]:
    messages = []
    for line in ended.results.get(_REPORT, b"").splitlines():
        try:
            messages.append(_Message.model_validate_json(line))
        except ValidationError:
            continue
    return messages


def _issue(one: _Message) -> Issue:
    return Issue(
        tool=NAME,
        rule=one.code or "misc",
        kind="types",
        severity=rules.type_severity(one.code),
        title=plain(one.message),
        file=one.file,
        line=one.line if one.line > 0 else None,
        end_line=one.end_line if one.end_line and one.end_line > 0 else None,
        column=one.column + 1 if one.column >= 0 else None,
        recommendation=recommendations.for_type_error(one.code),
        debt_minutes=rules.TYPE_ERROR_MINUTES,
    )
