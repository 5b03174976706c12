"""How a run goes: told as it goes, kept step by step, stopped at once, careful where it must."""

import asyncio
import time
from pathlib import Path

import pytest

from taskyard.runners.analysis.report import AnalysisParameters
from taskyard.runners.analysis.runner import analyse
from taskyard.runners.context import RunCancelled
from taskyard.runners.folder import FolderRun, folder_run
from taskyard.runners.sandbox import Sandbox
from tests.runners.analysis.conftest import lay_out

TREE = {
    "shop/__init__.py": "",
    "shop/cart.py": "import os\n\n\ndef f(x: int) -> str:\n    return eval(x)\n",
    "tests/test_cart.py": "import time\nfrom shop.cart import f\n\n"
    "def test_f():\n    time.sleep(0.1)\n    assert f('1') == 1\n",
}
EVERYTHING = AnalysisParameters()


async def test_people_can_follow_it(sandbox: Sandbox, tmp_path: Path) -> None:
    lines: list[str] = []
    with folder_run(lay_out(tmp_path, TREE), sandbox, on_log=lines.append) as context:
        report = await analyse(EVERYTHING, context)
    titles = [line.removeprefix("— ") for line in lines if line.startswith("— ")]
    assert titles == [
        "Read the source", "Secrets", "Check syntax", "Quality", "Complexity", "Security", "Types",
        "Tests and coverage", "Write the report",
    ]  # fmt: skip
    fractions = [fraction for fraction, _ in context.told]
    assert fractions == sorted(fractions)
    assert 0 == fractions[0] < fractions[-1] < 1
    text = "\n".join(lines)
    for tool in ("ruff", "complexipy", "bandit", "mypy"):
        assert f"{tool} {report.ruleset and (await sandbox.versions())[tool]}" in text
    assert "1 passed in" in text
    assert "coverage 100.0 %" in text
    assert report.complex_functions == []
    assert {tool.status for tool in report.tools} == {"ok"}
    assert not report.partial


async def test_a_later_attempt_does_only_what_is_left(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = lay_out(tmp_path, TREE)
    with folder_run(folder, sandbox) as context:
        first = await analyse(AnalysisParameters(analysis_types=["quality"]), context)
        kept = {name: context.kept[name] for name in ("read", "secrets", "syntax", "quality")}
    lines: list[str] = []
    with folder_run(folder, sandbox, on_log=lines.append) as context:
        context.kept.update(kept)
        second = await analyse(AnalysisParameters(analysis_types=["quality"]), context)
    assert [line for line in lines if line.startswith("—")] == [
        "— Complexity",
        "— Write the report",
    ]
    assert second.findings == first.findings
    assert second.findings[0].excerpt, "the copies are made again"


async def test_cancelling_stops_within_two_seconds(sandbox: Sandbox, tmp_path: Path) -> None:
    slow = TREE | {"tests/test_slow.py": "import time\ndef test_slow(): time.sleep(50)\n"}

    def stop_at_tests(context: FolderRun, line: str) -> None:
        if "Tests and coverage" in line:
            asyncio.get_running_loop().call_later(1.5, context.stop.set)

    with folder_run(lay_out(tmp_path, slow), sandbox) as context:
        context._on_log = lambda line: stop_at_tests(context, line)
        stopped: list[float] = []
        waiting = asyncio.create_task(context.stop.wait())
        waiting.add_done_callback(lambda _: stopped.append(time.monotonic()))
        with pytest.raises(RunCancelled):
            await analyse(AnalysisParameters(analysis_types=["coverage"]), context)
        assert time.monotonic() - stopped[0] < 2
        assert "tests" not in context.kept, "half a step is no step"


async def test_without_namespaces_analysers_run_and_tests_do_not(
    open_folder: Path, tmp_path: Path
) -> None:
    broken = open_folder / "no-namespaces"
    broken.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n"
    )
    broken.chmod(0o755)
    reduced = Sandbox(open_folder, bubblewrap=(broken,))
    with folder_run(lay_out(tmp_path, TREE), reduced) as context:
        report = await analyse(EVERYTHING, context)
    assert report.sandbox.mode == "reduced"
    assert report.sandbox.remedy
    assert {one.rule for one in report.findings} == {"F401", "B307", "arg-type"}
    assert {one.file for one in report.findings} == {"shop/cart.py"}
    assert report.coverage_percent is None
    assert "cannot be isolated: bwrap: No permissions" in (report.coverage.reason or "")


async def test_switched_off_by_hand_everything_runs(open_folder: Path, tmp_path: Path) -> None:
    off = Sandbox(open_folder, switch="off")
    with folder_run(lay_out(tmp_path, TREE), off) as context:
        report = await analyse(AnalysisParameters(analysis_types=["coverage"]), context)
    assert report.sandbox.mode == "none"
    assert report.coverage_percent == 100.0
