"""The toolbox: put together without a network, shared between processes, replaced on upgrade."""

import asyncio
import compileall
import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from taskyard.runners.sandbox import (
    Sandbox,
    SandboxBusy,
    ToolboxIncomplete,
    ground,
    identity,
    toolbox,
)
from taskyard.runners.sandbox.interpreter import VERSION

VERSIONS = """
ruff --version
oxlint --version
python -c "from complexipy.cli import main; main()" --version
for tool in bandit mypy lizard detect_secrets coverage pytest; do python -m $tool --version; done
"""
FEW = ("pytest-timeout", "six")
IMPORTS = (
    "import bandit, coverage, fastapi, flask, mypy, pydantic, pytest, redis, requests, sqlalchemy,"
    "trio, sys; print(sys.prefix)"
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few distributions, so that making a toolbox takes no time."""
    monkeypatch.setattr(toolbox, "TOOLS", FEW)
    monkeypatch.setattr(toolbox, "LIBRARIES", ())


async def test_every_tool_runs(sandbox: Sandbox) -> None:
    versions = await sandbox.versions()
    ended = await sandbox.run(["sh", "-c", VERSIONS], purpose="inspect")
    for name in set(toolbox.TOOLS) - {"pytest-timeout"}:
        assert versions[name] in ended.output
    assert (await sandbox.run(["python", "-c", IMPORTS])).output == "/toolbox\n"


async def test_only_what_is_declared_is_there(sandbox: Sandbox) -> None:
    await sandbox.versions()
    ended = await sandbox.run(["python", "-c", "import taskyard"])
    assert "ModuleNotFoundError" in ended.output


@pytest.mark.slow
async def test_two_processes_make_one(open_folder: Path) -> None:
    root = open_folder / "shared"
    root.mkdir(mode=0o755)
    code = (
        "import sys\nfrom pathlib import Path\nfrom taskyard.runners.sandbox import toolbox\n"
        f"toolbox.TOOLS, toolbox.LIBRARIES = {FEW!r}, ()\n"
        "print(toolbox.assemble(Path(sys.argv[1])).root)"
    )
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, str(root), stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    told = [(await process.communicate())[0] for process in started]
    assert told[0] == told[1] != b""
    assert len([path for path in (root / "toolbox").iterdir() if path.is_dir()]) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("small")
async def test_an_upgrade_makes_another_and_removes_what_nobody_holds(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = open_folder / "upgraded"
    root.mkdir(mode=0o755)
    first = toolbox.assemble(root)
    monkeypatch.setattr(toolbox, "_FORMAT", "next")
    second = toolbox.assemble(root)
    assert first.root != second.root
    assert first.root.is_dir(), "a process still holds it"
    os.close(first.lock)
    monkeypatch.setattr(toolbox, "_FORMAT", "last")
    third = toolbox.assemble(root)
    assert not first.root.exists()
    os.close(second.lock)
    os.close(third.lock)


@pytest.mark.usefixtures("small")
def test_what_is_compiled_already_is_taken_as_it_is(open_folder: Path) -> None:
    root = open_folder / "compiled"
    root.mkdir(mode=0o755)
    source = Path(str(distribution("six").locate_file("six.py")))
    compiled = Path(cache_from_source(source))
    assert compileall.compile_file(source, quiet=2)
    made = toolbox.assemble(root)
    (taken,) = made.root.rglob(compiled.name)
    assert taken.stat().st_mtime_ns == compiled.stat().st_mtime_ns
    os.close(made.lock)


@pytest.mark.slow
@pytest.mark.usefixtures("small")
async def test_a_half_made_one_is_made_again(open_folder: Path) -> None:
    root = open_folder / "broken"
    root.mkdir(mode=0o755)
    made = toolbox.assemble(root)
    os.close(made.lock)
    (made.root / "toolbox.json").unlink()
    again = toolbox.assemble(root)
    assert (again.root / "toolbox.json").is_file()
    os.close(again.lock)


@pytest.mark.slow
async def test_a_copied_interpreter_runs_too(open_folder: Path) -> None:
    """As where only root can read any Python of our version."""
    root = open_folder / "copied"
    root.mkdir(mode=0o755)
    original = ground.reachable
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            ground, "reachable", lambda path: False if "python3" in path.name else original(path)
        )
        made = toolbox.assemble(root, system=())
    assert (made.root / "python/bin" / VERSION).is_file()
    box = Sandbox(root)
    box._toolbox = made
    assert (await box.probe()).mode == "full"
    ended = await box.run(["python", "-c", IMPORTS])
    assert ended.output == "/toolbox/python\n"
    os.close(made.lock)


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolbox, "TOOLS", ("ruff", "no-such-tool"))
    with pytest.raises(ToolboxIncomplete, match="no-such-tool is not installed"):
        toolbox.closure()


class TestGround:
    def test_a_closed_data_folder_is_left_as_it_is(
        self, tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = open_folder / "var-lib-taskyard"
        monkeypatch.setattr(ground, "_ELSEWHERE", (Path("/proc/nowhere"), elsewhere))
        if os.geteuid() != 0:
            pytest.skip("an ordinary user reaches its own folders")
        closed = tmp_path / "home"
        closed.mkdir(mode=0o700)
        found = ground.find(closed / "data")
        assert found == elsewhere
        assert found.stat().st_mode & 0o777 == 0o711
        assert closed.stat().st_mode & 0o777 == 0o700

    def test_workspaces_are_unlisted_and_removed(self, sandbox: Sandbox) -> None:
        with sandbox.workspace() as folder:
            (folder / "deep").mkdir()
            assert folder.stat().st_mode & 0o777 == 0o711
            assert folder.parent.stat().st_mode & 0o777 == 0o711
            assert len(folder.name) == 32
        assert not folder.exists()

    def test_only_workspaces_of_the_dead_are_swept(self, sandbox: Sandbox) -> None:
        dead = sandbox.root / "work" / "dead"
        dead.mkdir(parents=True, exist_ok=True)
        young = sandbox.root / "work" / "young"
        young.mkdir()
        os.utime(dead, (0, 0))
        with sandbox.workspace() as alive:
            os.utime(alive, (0, 0))
            assert sandbox.sweep() == 1
            assert alive.exists()
        assert not dead.exists()
        young.rmdir()


class TestIdentity:
    def test_a_user_id_is_held_once(self) -> None:
        with identity.borrow() as one, identity.borrow() as two:
            assert (one.uid is None) == (os.geteuid() != 0)
            assert one.uid is None or one.uid != two.uid

    @pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user borrows none")
    def test_when_all_are_taken_it_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(identity, "SLOTS", 1)
        monkeypatch.setattr(identity, "FIRST_UID", 61_900)
        monkeypatch.setattr(identity, "_LOCK_FOLDERS", (Path("/run/taskyard-sandbox-test"),))
        with identity.borrow() as one, pytest.raises(SandboxBusy), identity.borrow():
            pass
        assert one.uid == 61_900
        shutil.rmtree("/run/taskyard-sandbox-test")

    @pytest.mark.parametrize(
        ("uid_map", "uid", "outside"),
        [
            ("0 0 4294967295", 61184, 61184),
            ("0 1000 1", 61184, None),
            ("0 1000 1", 0, 1000),
            ("0 1000 1\n1 100000 65536", 61184, 161183),
        ],
    )
    def test_maps_of_user_namespaces_are_read(
        self, uid_map: str, uid: int, outside: int | None
    ) -> None:
        assert identity.mapped(uid, uid_map) == outside
