"""Reading honest archives."""

import gzip
import io
import tarfile
import zipfile
from typing import Any

import pytest

from taskyard.files.archive.tree import SKIPPED_SHOWN_MAX
from tests.files.archives import (
    PROGRAM,
    every_packing,
    read,
    tar_entry,
    tar_of,
    wide_zip,
    zip_of,
)

RUNS = frozenset({"src/thing/main.py"})


@pytest.mark.parametrize("packing", every_packing(PROGRAM))
def test_every_packing_gives_the_same_files(packing: str) -> None:
    out = read(every_packing(PROGRAM, RUNS)[packing])
    assert out.contents == PROGRAM
    assert {file.path for file in out.tree.files if file.executable} == RUNS
    assert out.tree.source_id == read(zip_of(PROGRAM, executable=RUNS)).tree.source_id


def test_the_source_id_depends_on_path_content_and_executable_bit_only() -> None:
    base = read(zip_of(PROGRAM)).tree.source_id
    assert read(zip_of(dict(reversed(PROGRAM.items())))).tree.source_id == base
    assert read(zip_of(PROGRAM, executable=RUNS)).tree.source_id != base
    assert read(zip_of(PROGRAM | {"pyproject.toml": b"other"})).tree.source_id != base
    assert read(zip_of(PROGRAM | {"more.txt": b""})).tree.source_id != base


def test_the_source_id_never_changes_between_releases() -> None:
    """Stored results are found again by it: a new rule needs a new manifest version."""
    assert read(zip_of({"a.py": b"x = 1\n"})).tree.source_id == (
        "d39df20ed233b0b3f676e59f072be923864a0caedfe62d1e430d357a55a02442"
    )


@pytest.mark.parametrize("packing", every_packing(PROGRAM))
def test_a_single_top_folder_is_taken_off(packing: str) -> None:
    inside = {f"thing-1.0/{path}": content for path, content in PROGRAM.items()}
    out = read(every_packing(inside)[packing])
    assert out.tree.stripped == "thing-1.0"
    assert out.tree.source_id == read(zip_of(PROGRAM)).tree.source_id


def test_a_top_folder_beside_junk_and_links_is_still_single() -> None:
    link = tar_entry("current", tarfile.SYMTYPE, "thing-1.0")
    files = {"thing-1.0/a.py": b"1", "__MACOSX/thing-1.0/._a.py": b"2", ".DS_Store": b"3"}
    assert read(tar_of(files, extra=[link])).tree.stripped == "thing-1.0"


def test_a_top_folder_that_is_a_package_stays() -> None:
    out = read(zip_of({"thing/__init__.py": b"", "thing/main.py": b""}))
    assert out.tree.stripped is None
    assert [file.path for file in out.tree.files] == ["thing/__init__.py", "thing/main.py"]


def test_leading_dots_and_doubled_slashes_do_not_change_the_tree() -> None:
    dotted = tar_of([(f"./{path}".replace("/", "//"), data) for path, data in PROGRAM.items()])
    assert read(dotted).contents == PROGRAM


def test_what_tools_make_is_left_out_and_told_of_once() -> None:
    files = PROGRAM | {
        ".git/config": b"[core]",
        ".git/objects/ab/cd": b"1",
        "web/node_modules/left-pad/index.js": b"2",
        "src/thing/__pycache__/main.cpython-311.pyc": b"3",
        "stray.pyc": b"4",
        "._main.py": b"5",
        "docs/.DS_Store": b"6",
    }
    out = read(zip_of(files))
    assert out.contents == PROGRAM
    told = {item.path: (item.reason, item.entries) for item in out.tree.skipped}
    assert told == {
        ".git": ("version control", 2),
        "web/node_modules": ("installed packages", 1),
        "src/thing/__pycache__": ("compiled files", 1),
        "stray.pyc": ("compiled files", 1),
        "._main.py": ("macOS metadata", 1),
        "docs/.DS_Store": ("macOS metadata", 1),
    }


def test_links_devices_and_pipes_are_left_out_and_listed() -> None:
    kinds = {
        "link": (tarfile.SYMTYPE, "symbolic link"),
        "hard": (tarfile.LNKTYPE, "hard link"),
        "char": (tarfile.CHRTYPE, "device"),
        "block": (tarfile.BLKTYPE, "device"),
        "pipe": (tarfile.FIFOTYPE, "named pipe"),
        "odd": (b"Z", "not a regular file"),
    }
    extra = [tar_entry(name, kind, "/etc/passwd") for name, (kind, _) in kinds.items()]
    out = read(tar_of(PROGRAM, extra=extra))
    assert out.contents == PROGRAM
    assert {item.path: item.reason for item in out.tree.skipped} == {
        name: words for name, (_, words) in kinds.items()
    }


def test_a_symbolic_link_in_a_zip_is_left_out() -> None:
    data = io.BytesIO(zip_of(PROGRAM))
    with zipfile.ZipFile(data, "a") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    out = read(data.getvalue())
    assert out.contents == PROGRAM
    assert [(item.path, item.reason) for item in out.tree.skipped] == [("link", "symbolic link")]


def test_the_list_of_what_is_left_out_has_an_end() -> None:
    out = read(zip_of(PROGRAM | {f"file{number}.pyc": b"" for number in range(500)}))
    assert len(out.tree.skipped) == SKIPPED_SHOWN_MAX + 1
    assert sum(item.entries for item in out.tree.skipped) == 500


def test_equal_contents_are_spooled_once() -> None:
    out = read(zip_of({"a/x.py": b"same", "a/y.py": b"same", "b.py": b"other", "c.py": b"same"}))
    assert len({file.offset for file in out.tree.files}) == 2
    assert out.contents["c.py"] == b"same"
    assert out.contents["b.py"] == b"other"


def test_names_beyond_ascii() -> None:
    names = {"café.py": b"1", "日本/語.py": b"2"}
    assert read(zip_of(names)).contents == names
    assert read(tar_of(names)).contents == names
    assert read(tar_of(names, tar_format=tarfile.GNU_FORMAT)).contents == names


def test_names_of_macos_are_brought_to_one_form() -> None:
    decomposed = read(tar_of({"cafe\u0301.py": b"1", "b.py": b""}))
    assert "caf\u00e9.py" in decomposed.contents


def test_names_that_are_not_utf8_are_read_as_their_tools_wrote_them() -> None:
    zipped = zip_of({"caf_.py": b"1", "b.py": b""}).replace(b"caf_.py", b"caf\x82.py")
    assert "café.py" in read(zipped).contents
    tarred = io.BytesIO()
    with tarfile.open(
        fileobj=tarred, mode="w", format=tarfile.USTAR_FORMAT, encoding="latin-1"
    ) as archive:
        archive.addfile(tarfile.TarInfo("café.py"))
        archive.addfile(tarfile.TarInfo("b.py"))
    assert "café.py" in read(tarred.getvalue()).contents


def test_utf8_names_that_do_not_say_so() -> None:
    """Info-ZIP and macOS write UTF-8 without setting the flag for it."""
    data = zip_of({"caf__.py": b"1", "b.py": b""}).replace(b"caf__.py", "café.py".encode())
    assert "café.py" in read(data).contents


def test_long_names_in_every_tar_format() -> None:
    deep = "/".join(["directory-with-a-name"] * 8) + "/" + "n" * 120 + ".py"
    for tar_format in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        out = read(tar_of({deep: b"1", "top.py": b""}, tar_format=tar_format))
        assert deep in out.contents
    medium = "/".join(["directory"] * 15) + "/file.py"
    out = read(tar_of({medium: b"1", "top.py": b""}, tar_format=tarfile.USTAR_FORMAT))
    assert medium in out.contents


def test_a_pax_header_with_other_records_is_read() -> None:
    out = io.BytesIO()
    with tarfile.open(
        fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "a" * 40}
    ) as archive:
        entry = tarfile.TarInfo("a.py")
        entry.pax_headers = {"SCHILY.xattr.user.note": "x=y\nz", "mtime": "12.5"}
        archive.addfile(entry)
    assert list(read(out.getvalue()).contents) == ["a.py"]


def test_a_zip_with_zip64_records_is_read() -> None:
    data = io.BytesIO()
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.py", "w", force_zip64=True) as file,
    ):
        file.write(b"x = 1\n" * 1000)
    assert read(data.getvalue()).contents == {"a.py": b"x = 1\n" * 1000}


def test_a_zip_of_70000_entries_uses_zip64_and_is_read() -> None:
    junk = [(f"node_modules/{number}", b"") for number in range(70_000)]
    out = read(zip_of([*junk, ("a.py", b"1")], method=zipfile.ZIP_STORED))
    assert out.contents == {"a.py": b"1"}


def test_a_zip_with_all_sizes_in_zip64_records_is_read() -> None:
    data = wide_zip("a.py", b"x = 1\n")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("a.py") == b"x = 1\n"
    assert read(data).contents == {"a.py": b"x = 1\n"}


def test_a_zip_written_to_a_pipe_is_read() -> None:
    """Sizes then follow the data, and only the directory knows them."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.data += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in PROGRAM.items():
            archive.writestr(path, content)
    assert read(bytes(pipe.data)).contents == PROGRAM


def test_a_zip_with_a_comment_is_read() -> None:
    data = io.BytesIO(zip_of(PROGRAM))
    with zipfile.ZipFile(data, "a") as archive:
        archive.comment = b"PK of the day " * 1000
    assert read(data.getvalue()).contents == PROGRAM


def test_an_archive_in_the_archive_is_a_file_and_stays_packed() -> None:
    """So a bomb inside costs no more than its packed bytes."""
    bomb = gzip.compress(bytes(40 * 1024 * 1024))
    inner = zip_of({"inner.gz": bomb})
    out = read(zip_of(PROGRAM | {"fixtures/bomb.zip": inner}))
    assert out.contents["fixtures/bomb.zip"] == inner


def test_empty_files_and_folders() -> None:
    folder = tar_entry("empty/", tarfile.DIRTYPE)
    assert read(tar_of({"a.py": b""}, extra=[folder])).contents == {"a.py": b""}
    assert read(zip_of([("empty/", b""), ("a.py", b"")])).contents == {"a.py": b""}
