"""Tests that really run, and the reason where they do not."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from taskyard.runners.analysis.report import AnalysisReport
from taskyard.runners.analysis.tools import bench
from tests.runners.analysis.conftest import Analyse

CODE = "def sign(n: int) -> str:\n    if n < 0:\n        return '-'\n    return '+'\n"


@pytest.fixture(scope="module")
async def half(analyse_tree: Analyse) -> AnalysisReport:
    return await analyse_tree(
        {
            "pyproject.toml": '[project]\nname = "signs"\nversion = "2.5"\n'
            "[tool.pytest.ini_options]\naddopts = '--cov --no-such-option'\n",
            "src/signs/__init__.py": "from importlib.metadata import version\n"
            "__version__ = version('signs')\n",
            "src/signs/core.py": CODE,
            "src/signs/unused.py": CODE,
            "setup.py": "raise SystemExit\n",
            "tests/test_signs.py": "import pytest\nfrom signs import __version__\n"
            "from signs.core import sign\n\n"
            "def test_plus(): assert sign(1) == '+'\n"
            "def test_version(): assert __version__ == '2.5'\n"
            "def test_wrong(): assert sign(1) == '-'\n"
            "@pytest.fixture\ndef broken(): raise RuntimeError\n"
            "def test_error(broken): pass\n"
            "@pytest.mark.skip\ndef test_skipped(): pass\n",
        },
        "coverage",
    )


async def test_lines_and_branches_are_counted(half: AnalysisReport) -> None:
    coverage = half.coverage
    assert coverage.tests is not None
    counts = coverage.tests
    assert (counts.passed, counts.failed, counts.errors, counts.skipped) == (2, 1, 1, 1)
    files = {one.file: one.percent for one in coverage.files}
    # core: 3 of 4 lines and 1 of 2 branches; unused: nothing.
    assert files == {
        "src/signs/__init__.py": 100.0, "src/signs/core.py": 66.7, "src/signs/unused.py": 0.0,
    }  # fmt: skip
    assert half.coverage_percent == coverage.percent == 42.9
    assert coverage.reason is None


async def test_coverage_alone_gives_no_score(half: AnalysisReport) -> None:
    assert half.quality_score is None
    assert half.score_basis is None


KILLER = "import os, signal\ndef test_a(): os.kill(os.getpid(), signal.SIGKILL)\n"
SKIPPED = "import pytest\npytestmark = pytest.mark.skip\ndef test_a(): pass\n"
WITHOUT = "One test file could not be loaded without absent_one"


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        ({"test_a.py": "import absent_one\n"}, WITHOUT),
        (
            {"conftest.py": "import absent_two\n", "test_a.py": "def test_a(): pass\n"},
            "The tests need absent_two, and nothing is installed for an analysis",
        ),
        ({"test_a.py": "x = 1\n"}, "Pytest found no test"),
        ({"test_a.py": SKIPPED}, "No test got as far as to run"),
        ({"test_a.py": KILLER}, "Pytest could not start"),
    ],
    ids=["missing module", "missing in conftest", "no test", "all skipped", "killed"],
)
async def test_the_reason_is_told(
    analyse_tree: Analyse, tests: dict[str, str], reason: str
) -> None:
    report = await analyse_tree({"app.py": CODE, **tests}, "coverage")
    assert report.coverage_percent is None
    assert (report.coverage.reason or "").startswith(reason)


async def test_a_few_tests_that_cannot_run_make_it_a_least_figure(analyse_tree: Analyse) -> None:
    tests = {f"tests/test_{n}.py": "import app\ndef test_a(): app.sign(1)\n" for n in range(5)}
    tests["tests/test_more.py"] = "import absent_three\n"
    report = await analyse_tree({"app.py": CODE, **tests}, "coverage")
    assert report.coverage_percent == 66.7
    assert report.coverage.at_least
    assert "without absent_three" in (report.coverage.reason or "")
    assert report.coverage.tests is not None
    assert report.coverage.tests.passed == 5


async def test_many_tests_that_cannot_be_loaded_end_it_soon(analyse_tree: Analyse) -> None:
    tests = {f"tests/test_{n}.py": "import absent_four\n" for n in range(60)}
    report = await analyse_tree({"app.py": CODE, **tests}, "coverage")
    assert report.coverage_percent is None
    reason = report.coverage.reason or ""
    assert reason.startswith("20 test files or more could not be loaded without absent_four")


#: Goes on when the tests have ended, and writes what is handed out again and again.
FORGER = """
import json, os, time
import app

def test_a():
    app.sign(1)
    if os.fork():
        return
    text = json.dumps({"files": {"app.py": {"summary": SUMMARY}}})
    while True:
        with open("/box/new.json", "w") as file:
            file.write(text)
        os.replace("/box/new.json", "/box/coverage.json")
        time.sleep(0.001)
"""


@pytest.mark.parametrize(
    "figures",
    [
        {"covered_lines": 4_000_000, "num_statements": 4},
        {"covered_lines": -4, "num_statements": -4},
        {"covered_lines": 4, "num_statements": 10**30},
    ],
    ids=["more than there is", "less than nothing", "more than fits"],
)
async def test_figures_that_the_tests_wrote_themselves_are_not_believed(
    analyse_tree: Analyse, figures: dict[str, int]
) -> None:
    """Coverage is 0 to 100 per cent, whatever hostile tests leave in its place."""
    forger = FORGER.replace("SUMMARY", repr(figures))
    report = await analyse_tree({"app.py": CODE, "test_app.py": forger}, "coverage")
    assert report.coverage_percent is None
    assert report.coverage.reason == "The coverage report is missing or false"


async def test_unittest_classes_are_found(analyse_tree: Analyse) -> None:
    test = (
        "import unittest\nimport app\n\nclass Test(unittest.TestCase):\n"
        "    def test_it(self):\n        self.assertEqual(app.sign(-1), '-')\n"
        "        self.assertEqual(app.sign(1), '+')\n"
    )
    report = await analyse_tree({"app.py": CODE, "tests/test_app.py": test}, "coverage")
    assert report.coverage_percent == 100.0


async def test_tests_reach_no_network_and_no_time_without_end(analyse_tree: Analyse) -> None:
    test = (
        "import socket, pytest\n"
        "def test_network():\n"
        "    with pytest.raises(OSError):\n"
        "        socket.create_connection(('198.51.100.1', 80), 2)\n"
        "def test_localhost():\n"
        "    server = socket.create_server(('localhost', 0))\n"
        "    socket.create_connection(server.getsockname()).close()\n"
        "    server.close()\n"
    )
    report = await analyse_tree({"app.py": CODE, "test_app.py": test}, "coverage")
    assert report.coverage.tests is not None
    assert report.coverage.tests.passed == 2


@pytest.mark.slow
async def test_a_long_output_keeps_its_beginning_and_its_end(analyse_tree: Analyse) -> None:
    test = (
        "import pytest\n\n"
        "@pytest.mark.parametrize('n', range(600))\ndef test_n(n):\n    assert n < 0\n"
    )
    lines: list[str] = []
    report = await analyse_tree({"app.py": CODE, "test_app.py": test}, "coverage", lines=lines)
    assert report.coverage.tests is not None
    assert report.coverage.tests.failed == 600
    told = next(n for n, line in enumerate(lines) if "of the rest, the last 100 lines" in line)
    left_out = next(n for n, line in enumerate(lines) if "left out here" in line)
    assert left_out == told + 1
    assert int(lines[left_out].split()[1].replace(",", "")) > 600
    assert "600 failed" in lines[left_out + 100], "the end sums it up"


async def test_scripts_fit_the_code_that_was_loaded(tmp_path: Path) -> None:
    """An upgrade under a running worker changes files, and not what it has in memory."""
    package = tmp_path / "analysis"
    shutil.copytree(Path(bench.__file__).parent.parent, package)
    spec = importlib.util.spec_from_file_location("loaded", package / "tools" / "bench.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules["loaded"] = loaded  # A dataclass looks its module up.
    spec.loader.exec_module(loaded)
    del sys.modules["loaded"]
    script = package / "inside" / "run_tests.py"
    before = script.read_text()
    script.write_text("raise SystemExit('of another version')\n")
    mount = loaded.scripts(tmp_path)
    assert (mount.source / "run_tests.py").read_text() == before
