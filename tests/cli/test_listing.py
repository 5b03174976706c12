"""Which files of a folder are sent."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.listing import Listing, list_folder


def write(folder: Path, *paths: str) -> None:
    for path in paths:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("x = 1\n")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


def paths(listing: Listing) -> list[str]:
    return [file.path for file in listing.files]


def test_git_decides_what_belongs_to_a_work_tree(repository: Path) -> None:
    write(repository, "a.py", "new.py", "secret.env", "out/x.py", "gone.py", "sub dir/ü.py")
    (repository / ".gitignore").write_text("*.env\nout/\n")
    git(repository, "add", "a.py", "gone.py", ".gitignore")
    (repository / "gone.py").unlink()

    listing = list_folder(repository)

    assert listing.by_git
    assert paths(listing) == [".gitignore", "a.py", "new.py", "sub dir/ü.py"]


def test_a_folder_inside_a_work_tree_is_listed_by_itself(repository: Path) -> None:
    write(repository, "top.py", "pkg/a.py", "pkg/.cache/b.py")
    (repository / ".gitignore").write_text(".cache/\n")
    listing = list_folder(repository / "pkg")
    assert listing.by_git
    assert paths(listing) == ["a.py"]


def test_a_folder_that_git_ignores_is_walked(repository: Path) -> None:
    write(repository, "ignored/a.py")
    (repository / ".gitignore").write_text("ignored/\n")
    listing = list_folder(repository / "ignored")
    assert not listing.by_git
    assert paths(listing) == ["a.py"]


def test_repositories_inside_a_repository_are_listed_too(repository: Path) -> None:
    write(repository, "a.py", "vendored/b.py", "vendored/c.tmp")
    git(repository / "vendored", "init", "-q")
    (repository / "vendored/.gitignore").write_text("*.tmp\n")
    assert paths(list_folder(repository)) == ["a.py", "vendored/.gitignore", "vendored/b.py"]


def test_a_hook_of_git_does_not_mislead(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repository, "a.py")
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent/index")
    assert paths(list_folder(repository)) == ["a.py"]


def test_a_repository_cannot_name_a_program_to_run(repository: Path, tmp_path: Path) -> None:
    write(repository, "a.py")
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(trap))
    assert paths(list_folder(repository)) == ["a.py"]
    assert not (tmp_path / "sprung").exists()


def test_what_git_refuses_is_said_with_its_own_words(repository: Path) -> None:
    write(repository, "a.py")
    (repository / ".git/config").write_text("[broken\n")
    with pytest.raises(ClientError, match="bad config line 1") as caught:
        list_folder(repository)
    assert caught.value.exit_code == Exit.USAGE


def test_without_git_what_tools_make_is_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        "pyproject.toml",
        "a.py",
        "pkg/build/kept.py",
        "node_modules/m/x.py",
        ".venv/x.py",
        "__pycache__/a.pyc",
        "build/lib/a.py",
        "dist/x.py",
        "thing.egg-info/PKG-INFO",
        "cache/x.py",
        "env/x.py",
        "a.pyc",
        ".DS_Store",
    )
    (tmp_path / "cache/CACHEDIR.TAG").touch()
    (tmp_path / "env/pyvenv.cfg").touch()

    listing = list_folder(tmp_path)

    assert not listing.by_git
    assert paths(listing) == ["a.py", "pkg/build/kept.py", "pyproject.toml"]
    assert listing.left_out["build output"] == 3
    assert listing.left_out["installed packages"] == 1


def test_links_and_devices_are_never_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    write(outside, "secret.py")
    folder = tmp_path / "folder"
    write(folder, "a.py")
    (folder / "file_link.py").symlink_to(outside / "secret.py")
    (folder / "folder_link").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(folder)  # a socket's path may be 107 bytes long
        server.bind("socket")

    listing = list_folder(folder)

    assert paths(listing) == ["a.py"]
    assert listing.left_out == {"symbolic links": 3, "devices, pipes and sockets": 2}


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("data", ["a.py", "pkg/b.csv"]),
        ("*.csv", ["a.py", "data/x.py"]),
        ("data/*.csv", ["a.py", "data/x.py", "pkg/b.csv"]),
        ("/data/", ["a.py", "pkg/b.csv"]),
        ("pkg/*", ["a.py", "data/c.csv", "data/x.py"]),
    ],
)
def test_patterns_leave_out_names_and_paths(tmp_path: Path, pattern: str, left: list[str]) -> None:
    write(tmp_path, "a.py", "data/x.py", "data/c.csv", "pkg/b.csv")
    assert paths(list_folder(tmp_path, [pattern])) == left


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(ClientError, match="cannot be read: No such file"):
        list_folder(missing)
