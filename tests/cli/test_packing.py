"""From a folder to an archive that the server takes."""

import hashlib
import io
import os
import tarfile
import time
from pathlib import Path

import pytest

from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.listing import list_folder
from taskyard.entry.cli.client.packing import packed, stem, write_archive
from taskyard.files.archive.limits import ArchiveLimits, Deadline
from taskyard.files.archive.tree import Tree, unpack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "thing"
    (place / "pkg").mkdir(parents=True)
    (place / "pkg/__init__.py").write_text("")
    (place / "pkg/ä.py").write_text("x = 1\n")
    (place / "run.sh").write_text("#!/bin/sh\n")
    (place / "run.sh").chmod(0o755)
    return place


def digest(folder: Path) -> str:
    with packed(folder) as archive:
        return hashlib.sha256(archive.content.read()).hexdigest()


def as_the_server_sees(folder: Path) -> Tree:
    with packed(folder) as archive:
        return unpack(archive.content, io.BytesIO(), ArchiveLimits(), Deadline(10))


def refused(path: Path, limits: ArchiveLimits | None = None, *exclude: str) -> str:
    with pytest.raises(ClientError) as caught, packed(path, exclude, limits=limits):
        pass
    assert caught.value.exit_code == Exit.USAGE
    return caught.value.message


def test_the_server_sees_the_folder_as_it_is(folder: Path) -> None:
    tree = as_the_server_sees(folder)
    assert [(file.path, file.executable) for file in tree.files] == [
        ("pkg/__init__.py", False),
        ("pkg/ä.py", False),
        ("run.sh", True),
    ]
    assert tree.stripped == "thing"
    assert not tree.skipped


def test_paths_stay_those_below_the_folder_when_all_lies_in_one_folder(tmp_path: Path) -> None:
    (tmp_path / "thing/src").mkdir(parents=True)
    (tmp_path / "thing/src/a.py").write_text("x = 1\n")
    assert [file.path for file in as_the_server_sees(tmp_path / "thing").files] == ["src/a.py"]


def test_a_package_keeps_its_name_which_its_imports_use(folder: Path) -> None:
    tree = as_the_server_sees(folder / "pkg")
    assert [file.path for file in tree.files] == ["pkg/__init__.py", "pkg/ä.py"]


def test_a_folder_with_an_impossible_name_can_be_sent(tmp_path: Path) -> None:
    for name in ("node_modules", "back\\slash", "bell\a"):
        place = tmp_path / name
        place.mkdir()
        (place / "a.py").write_text("x = 1\n")
        assert [file.path for file in as_the_server_sees(place).files] == ["a.py"]


def test_equal_folders_give_equal_bytes(folder: Path, tmp_path: Path) -> None:
    first = digest(folder)
    os.utime(folder / "run.sh", (1, time.time()))
    (folder / "pkg/ä.py").chmod(0o600)
    again = tmp_path / "elsewhere/thing"
    again.parent.mkdir()
    folder.rename(again)
    assert digest(again) == first
    (again / "pkg/ä.py").write_text("x = 2\n")
    assert digest(again) != first


def test_long_names_and_many_files_survive(tmp_path: Path) -> None:
    deep = tmp_path / "thing" / ("d" * 120) / ("e" * 120)
    deep.mkdir(parents=True)
    for number in range(300):
        (deep / f"{number:03}_{'ü' * 60}.py").write_text(f"x = {number}\n")
    assert len(as_the_server_sees(tmp_path / "thing").files) == 300


def test_nothing_is_left_on_the_disk(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    with packed(folder) as archive:
        assert archive.size_bytes > 100
        assert not list(spool.iterdir())


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (ArchiveLimits(files=2), "it has 3 files, and the limit is 2"),
        (ArchiveLimits(file_bytes=8), "run.sh has 10 bytes, and the limit for a file is"),
        (ArchiveLimits(total_bytes=8), "its files have .* together.*largest: run.sh"),
        (ArchiveLimits(depth=2), "pkg/__init__.py cannot be sent: it lies more than 2 folders"),
        (ArchiveLimits(path_bytes=12), "its path is longer than 12 bytes"),
    ],
)
def test_limits_are_named_before_anything_is_sent(
    folder: Path, limits: ArchiveLimits, message: str
) -> None:
    import re

    assert re.search(message, refused(folder, limits))


def test_excluding_makes_it_fit(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data/model.bin").write_bytes(b"x" * 100)
    limits = ArchiveLimits(file_bytes=50)
    assert "--exclude data" in refused(folder, limits)
    with packed(folder, ["data"], limits=limits) as archive:
        assert archive.listing is not None
        assert archive.listing.left_out == {"--exclude": 1}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a.py", "A.py"], "differs from A.py by capital letters"),
        (["evil\u202etxt.py"], "control characters"),
        (["back\\slash.py"], "backslash"),
    ],
)
def test_names_that_the_server_refuses_are_refused_here(
    tmp_path: Path, names: list[str], message: str
) -> None:
    for name in names:
        (tmp_path / name).write_text("x = 1\n")
    said = refused(tmp_path)
    assert message in said
    assert said.splitlines()[0].isprintable()


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"latin-\xe9.py")).write_text("x = 1\n")
    assert "its name is not UTF-8" in refused(tmp_path)


def test_a_file_that_changes_meanwhile_is_named(folder: Path) -> None:
    listing = list_folder(folder)
    (folder / "run.sh").write_text("#!/bin/sh\necho more\n")
    with pytest.raises(ClientError, match=r"run\.sh changed while it was packed"):
        write_archive(folder, "thing", listing.files, io.BytesIO())
    (folder / "run.sh").unlink()
    (folder / "run.sh").symlink_to("/etc/passwd")
    with pytest.raises(ClientError, match=r"run\.sh cannot be read"):
        write_archive(folder, "thing", listing.files, io.BytesIO())
    (folder / "run.sh").unlink()
    os.mkfifo(folder / "run.sh")
    with pytest.raises(ClientError, match=r"run\.sh changed"):
        write_archive(folder, "thing", listing.files, io.BytesIO())


def test_an_archive_is_sent_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "thing-1.0.TAR.GZ"
    with tarfile.open(place, "w:gz"):
        pass
    with packed(place) as archive:
        assert archive.name == "thing-1.0.TAR.GZ"
        assert archive.content.read() == place.read_bytes()
    assert "an archive is sent as it is" in refused(place, None, "*.csv")


@pytest.mark.parametrize(
    ("name", "message"), [("missing", "There is no"), ("notes.txt", "is no folder and no archive")]
)
def test_a_path_that_is_nothing_to_analyse_is_refused(
    tmp_path: Path, name: str, message: str
) -> None:
    (tmp_path / "notes.txt").touch()
    assert message in refused(tmp_path / name)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert "holds no files" in refused(tmp_path)


def test_what_a_project_is_called_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thing.zip").mkdir()
    monkeypatch.chdir(tmp_path / "thing.zip")
    assert stem(Path()) == "thing.zip"
    assert stem(Path("/x/flask-3.1.tar.gz")) == "flask-3.1"
    assert stem(Path("/")) == ""
    (tmp_path / "link").symlink_to(tmp_path / "thing.zip")
    assert stem(tmp_path / "link") == "link"
    assert stem(tmp_path / "thing.zip/..") == tmp_path.name
