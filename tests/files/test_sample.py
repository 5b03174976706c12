"""The sample is a real program: its tests pass, and an analysis finds something in it."""

import subprocess
import sys
from pathlib import Path

import pytest

from taskyard.core.platform import Platform
from taskyard.files import service
from taskyard.files.sample import NAME, sample_files
from taskyard.files.types import Origin
from taskyard.projects.access import ProjectAccess
from tests.conftest import Api
from tests.world import World


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in sample_files().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_own_tests_pass(folder: Path) -> None:
    done = run(folder, "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert "34 passed" in done.stdout


def test_it_runs(folder: Path) -> None:
    added = run(folder, "bookshop", "s.db", "add", "9780141439518", "Pride and Prejudice", "7.99")
    assert added.stdout == "Pride and Prejudice: 1 copies at 7.99\n"
    found = run(folder, "bookshop", "s.db", "find", "prejudice")
    assert "9780141439518" in found.stdout


def test_it_has_faults_to_find(folder: Path) -> None:
    security = run(folder, "bandit", "-q", "-r", "bookshop", "-f", "txt")
    assert security.stdout.count("Severity: High") == 1
    assert security.stdout.count("Severity: Medium") == 3
    types = run(folder, "mypy", "--config-file=", "--cache-dir=/dev/null", "bookshop")
    assert "Found 1 error in 1 file" in types.stdout


async def test_it_becomes_a_snapshot(api: Api, platform: Platform, world: World) -> None:
    account = await world.account()
    project = await world.project(owner=account)
    access = ProjectAccess(project.id, await world.actor(account), "owner")
    taken = await service.take_files(
        platform.database, platform.storage, access, sample_files(), origin=Origin("sample", NAME)
    )
    assert taken.created
    path = f"/api/v1/projects/{project.id}/source/{taken.snapshot[0].id}"
    page = (await api(as_=account).get(f"{path}/files")).json()
    assert [item["name"] for item in page["items"]] == [
        "bookshop",
        "tests",
        "README.md",
        "pyproject.toml",
    ]
