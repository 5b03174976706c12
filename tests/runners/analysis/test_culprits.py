"""A tool that dies of a file: the file is found by halving, and the others' answers are kept."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from taskyard.runners.analysis.tools import types
from taskyard.runners.analysis.tools.bench import Bench, Tally, batches, past_culprits
from taskyard.runners.sandbox import Argument, Limits, Sandbox
from tests.runners.analysis.conftest import lay_out

#: Does what a tool does: reads files, writes an answer, dies of one, hangs at another.
TOOL = """
for file in "$@"; do
    case $file in
        *crash*) kill -SEGV $$ ;;
        *hang*) sleep 60 ;;
        *refuse*) exit 2 ;;
    esac
done
printf '%s\\n' "$@" > /box/answer
"""


@pytest.fixture
def bench(sandbox: Sandbox, workspace: Path) -> Bench:
    code = workspace / "code"
    code.mkdir(mode=0o755)
    return Bench(sandbox, asyncio.Event(), code)


def command(files: Sequence[str]) -> list[Argument]:
    return ["sh", "-c", TOOL, "tool", *files]


async def run(bench: Bench, files: Sequence[str], budget: float = 60) -> tuple[set[str], Tally]:
    tally = Tally()
    answered: set[str] = set()
    parts = past_culprits(
        bench, "tool", files, command=command, result="answer", limits=Limits(wall_seconds=2),
        budget_seconds=budget, tally=tally,
    )  # fmt: skip
    async for part, answer in parts:
        assert answer.decode().split() == list(part)
        answered |= set(part)
    return answered, tally


async def test_each_culprit_is_found_and_the_rest_is_kept(bench: Bench) -> None:
    good = {f"good{number}.py" for number in range(37)}
    bad = {"a-crash.py", "z-refuse.py"}
    answered, tally = await run(bench, sorted(good | bad))
    assert answered == good
    assert tally.files == 37
    assert {one.file: one.reason for one in tally.skipped} == {
        "a-crash.py": "tool died of signal 11",
        "z-refuse.py": "tool failed: it said nothing",
    }


async def test_when_the_time_is_used_up_the_rest_is_named(bench: Bench) -> None:
    files = [f"hang{number}.py" for number in range(8)]
    answered, tally = await run(bench, files, budget=1)
    assert answered == set()
    assert {one.file for one in tally.skipped} == set(files)
    assert "the tool's time was used up" in {one.reason for one in tally.skipped}


async def test_a_cancelled_run_asks_no_further(bench: Bench) -> None:
    bench.stop.set()
    answered, tally = await run(bench, ["a.py", "b.py"])
    assert (answered, tally.skipped) == (set(), [])


def test_batches_fit_a_command_line() -> None:
    many = [f"folder/{'x' * 100}{number}.py" for number in range(5_000)]
    parts = batches(many)
    assert [file for part in parts for file in part] == many
    assert max(map(len, parts)) <= 1_000
    assert max(sum(map(len, part)) for part in parts) < 300_000
    assert batches([]) == []


async def test_mypy_goes_on_without_the_file_it_dies_of(
    bench: Bench, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is known to kill this version, so its command is given a weak spot."""
    real = types._command

    def fragile(files: Sequence[str], *more: str) -> list[Argument]:
        listed = " ".join(files) if more else "$(cat .modules)"
        script = f'case "{listed}" in *fatal*) kill -SEGV $$ ;; esac; exec "$@"'
        return ["sh", "-c", script, "mypy", *real(files, *more)]

    monkeypatch.setattr(types, "_command", fragile)
    tree = {"a.py": "x: int = ''\n", "fatal.py": "z = 1\n", "b.py": "import fatal\ny: int = ''\n"}
    lay_out(bench.code, tree)
    answer = await types.Checker(bench, workspace, [""]).check(sorted(tree))
    assert answer.tool.status == "partial"
    assert [(one.file, one.reason) for one in answer.skipped] == [
        ("fatal.py", "mypy: died of signal 11")
    ]
    assert {(one.file, one.line) for one in answer.issues} == {("a.py", 1), ("b.py", 2)}


async def test_mypy_that_always_dies_gives_no_answer(
    bench: Bench, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(types, "_command", lambda *_: ["sh", "-c", "kill -ABRT $$"])
    lay_out(bench.code, {"a.py": "x = 1\n"})
    answer = await types.Checker(bench, workspace, [""]).check(["a.py"])
    assert (answer.tool.status, answer.issues) == ("failed", ())
    assert answer.tool.detail == "mypy died of signal 6"
