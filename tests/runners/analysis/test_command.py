"""The analysis by hand: no server, no account."""

import asyncio
import json
import sys
from pathlib import Path

from tests.runners.analysis.conftest import lay_out


async def run(where: Path, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "taskyard.runners.analysis", *arguments,
        cwd=where, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_it_prints_the_log_and_writes_what_is_named(
    open_folder: Path, tmp_path: Path
) -> None:
    here = open_folder / "by-hand"
    here.mkdir(mode=0o755)
    (here / ".data").symlink_to(open_folder)  # The toolbox of this test session.
    source = lay_out(tmp_path, {"app.py": "import os\nx = eval(input())\n"})
    code, out, _ = await run(here, str(source), "r.json", "r.sarif", "r.html")
    assert code == 0
    assert "— Security" in out
    assert "2 lines of code" in out
    assert json.loads((here / "r.json").read_text())["code_smells"] == 1
    assert json.loads((here / "r.sarif").read_text())["version"] == "2.1.0"
    assert (here / "r.html").read_text().startswith("<!doctype html>")


async def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    code, _, err = await run(tmp_path, "nothing-here")
    assert code == 2
    assert err.startswith("usage: ")
