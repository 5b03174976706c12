"""A real sandbox for every test of the runners."""

import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from taskyard.runners.sandbox import SRC, Argument, Completed, Limits, Mount, Sandbox

#: A Python script run inside, and how it ended.
Payload = Callable[..., Coroutine[None, None, Completed]]

MIB = 1 << 20
SMALL = Limits(
    wall_seconds=60,
    cpu_seconds=20,
    memory_bytes=300 * MIB,
    address_bytes=1024 * MIB,
    disk_bytes=16 * MIB,
    file_bytes=64 * MIB,
    processes=64,
)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder every user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="ty-runners-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sandbox(open_folder: Path) -> Sandbox:
    """The sandbox of this machine; the suite means nothing without namespaces."""
    return Sandbox(open_folder)


@pytest.fixture
def workspace(sandbox: Sandbox) -> Iterator[Path]:
    with sandbox.workspace() as folder:
        yield folder


@pytest.fixture
def payload(sandbox: Sandbox, workspace: Path) -> Payload:
    """Run a Python script in the sandbox."""

    async def run(script: str, **how: Any) -> Completed:
        source = workspace / "payload"
        source.mkdir(mode=0o755, exist_ok=True)
        (source / "payload.py").write_text(script, encoding="utf-8")
        mounts = (Mount(source, SRC), *how.pop("mounts", ()))
        limits = how.pop("limits", SMALL)
        command: list[Argument] = ["python", SRC / "payload.py"]
        return await sandbox.run(command, mounts=mounts, limits=limits, **how)

    return run
