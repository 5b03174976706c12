"""The same tests once more as an ordinary user, where the suite itself runs as root."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from taskyard.runners.sandbox import Sandbox

NOBODY = 65534
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="the whole suite already runs as an ordinary user")
async def test_everything_holds_without_root(sandbox: Sandbox, open_folder: Path) -> None:
    """Runs on the toolbox's interpreter: ours may lie in root's own home."""
    copied = open_folder / "repository"
    for part in ("src/taskyard/kit", "src/taskyard/runners/sandbox", "tests/runners/sandbox"):
        shutil.copytree(REPOSITORY / part, copied / part)
    for part in ("src/taskyard/__init__.py", "src/taskyard/runners/__init__.py"):
        shutil.copy(REPOSITORY / part, copied / part)
    for name in ("conftest.py", "processes.py"):
        shutil.copy(REPOSITORY / "tests/runners" / name, copied / "tests/runners" / name)
    metadata = copied / "src" / "taskyard-0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: taskyard\nVersion: 0\n")
    home = open_folder / "nobody"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    await sandbox.versions()
    assert sandbox._toolbox is not None
    python = sandbox._toolbox.root / "bin/python"
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--asyncio-mode=auto"]
    command += ["--import-mode=importlib", "-o", "asyncio_default_test_loop_scope=session"]
    command += ["-o", "asyncio_default_fixture_loop_scope=session", "--timeout=60"]
    command += ["tests/runners/sandbox/test_attacks.py", "tests/runners/sandbox/test_runs.py"]
    command += ["tests/runners/sandbox/test_reduced.py"]
    done = subprocess.run(  # noqa: ASYNC221 - nothing else goes on meanwhile
        command,
        cwd=copied,
        env={"PYTHONPATH": f"{copied / 'src'}:{copied}", "TMPDIR": str(home), "HOME": str(home)}
        | {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
