"""Archives that mean harm, or are broken: each is refused by name and reason."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from taskyard.files.archive.limits import ArchiveLimits, Deadline
from taskyard.files.archive.tree import lay_out, unpack
from taskyard.files.errors import ArchiveUnreadable, ArchiveUnsafe
from tests.files.archives import LIMITS, PROGRAM, patched, read, tar_of, wide_zip, zip_of

MIB = 1024 * 1024


def refusal(data: bytes, limits: ArchiveLimits = LIMITS) -> tuple[str, str]:
    """Return (rule, entry) of the refusal."""
    with pytest.raises(ArchiveUnsafe) as caught:
        read(data, limits)
    assert caught.value.message.startswith("The archive was refused, nothing of it was kept.")
    assert caught.value.message.isprintable()
    return caught.value.fields["rule"], caught.value.fields["entry"]


def reason_unreadable(data: bytes) -> str:
    with pytest.raises(ArchiveUnreadable) as caught:
        read(data)
    return str(caught.value.fields["reason"])


@pytest.mark.parametrize(
    ("name", "rule", "entry"),
    [
        ("../evil.py", "parent", "../evil.py"),
        ("a/../../evil.py", "parent", "a/../../evil.py"),
        ("a/..", "parent", "a/.."),
        ("/etc/cron.d/evil", "absolute", "/etc/cron.d/evil"),
        ("//host/share", "absolute", "//host/share"),
        ("a\\..\\evil.py", "backslash", "a\\..\\evil.py"),
        ("C:evil.py", "drive", "C:evil.py"),
        ("c:/evil.py", "drive", "c:/evil.py"),
        ("evil\n.py", "control_character", "evil\\x0a.py"),
        ("evil\x1b[2J.py", "control_character", "evil\\x1b[2J.py"),
        ("evil\x7f.py", "control_character", "evil\\x7f.py"),
        ("exe\u202eyp.evil", "control_character", "exe\\x202eyp.evil"),
        ("a/" * 41 + "x.py", "depth", None),
        ("/".join(["d" * 200] * 6), "path_length", None),
        ("n" * 256, "path_length", None),
        ("é" * 128, "path_length", None),
    ],
)
def test_a_name_that_leads_astray(name: str, rule: str, entry: str | None) -> None:
    files = [*PROGRAM.items(), (name, b"1")]
    for data in (zip_of(files), tar_of(files), gzip.compress(tar_of(files))):
        found, shown = refusal(data)
        assert found == rule
        assert shown == entry or entry is None


def test_a_name_that_takes_minutes_to_normalise_is_not_normalised() -> None:
    """Accents in the wrong order are sorted one by one, and nothing stops that."""
    name = "a" + "\u0301" * 30_000 + "\u0316" * 30_000
    for files in ([(name, b"1")], [(f"node_modules/{name}", b"1"), ("a.py", b"1")]):
        data = gzip.compress(tar_of(files))
        assert len(data) < 4096
        began = time.perf_counter()
        assert refusal(data)[0] == "path_length"
        assert time.perf_counter() - began < 1


def test_a_nul_in_a_name() -> None:
    assert refusal(patched(zip_of({"good.py_.txt": b"1"}), b"good.py_", b"good.py\0")) == (
        "nul",
        "good.py\\x00.txt",
    )
    pax = tar_of({"é.py_.txt": b"1"})
    assert refusal(patched(pax, b"\xc3\xa9.py_", b"\xc3\xa9.py\0"))[0] == "nul"


def test_a_file_without_a_name() -> None:
    assert refusal(tar_of({"./.": b"1"})) == ("name", "./.")


@pytest.mark.parametrize(
    "files",
    [
        [("a.py", b"1"), ("a.py", b"2")],
        [("a.py", b"1"), ("A.py", b"2")],
        [("straße.py", b"1"), ("STRASSE.py", b"2")],
        [("caf\u00e9.py", b"1"), ("cafe\u0301.py", b"2")],
        [("./a.py", b"1"), ("a.py", b"2")],
        [("a", b"1"), ("a/b.py", b"2")],
        [("a/b.py", b"1"), ("a", b"2")],
        [("x/A/b.py", b"1"), ("x/a", b"2")],
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_in_one_place(files: list[tuple[str, bytes]]) -> None:
    assert refusal(zip_of(files))[0] == "duplicate"
    assert refusal(tar_of(files))[0] == "duplicate"


def test_links_are_never_followed_or_written_through() -> None:
    """A link to a folder, then a file "in" it: the file is only a file of the tree."""
    link = tarfile.TarInfo("lib")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(link)
        entry = tarfile.TarInfo("lib/passwd")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"root"))
        archive.addfile(tarfile.TarInfo("a.py"))
    got = read(out.getvalue())
    assert got.contents == {"lib/passwd": b"root", "a.py": b""}
    assert [item.reason for item in got.tree.skipped] == ["symbolic link"]


@pytest.mark.parametrize(
    "compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"]
)
def test_a_bomb_in_a_tar_is_stopped_early(compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(tar_of({"zeros.py": bytes(64 * MIB)}))
    began = time.perf_counter()
    tracemalloc.start()
    assert refusal(bomb)[0] == "ratio"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The spool is in memory here: 64 KiB of intake times the ratio, of the 64 MiB that wait.
    assert peak < 24 * MIB
    assert time.perf_counter() - began < 5


def test_a_bomb_in_a_zip_is_stopped_early() -> None:
    assert refusal(zip_of({"zeros.py": bytes(64 * MIB)})) == ("ratio", "zeros.py")


@pytest.mark.slow
def test_a_gigabyte_of_zeros_is_stopped_at_its_first_megabytes() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros.py", "w") as file,
    ):
        for _ in range(1024):
            file.write(bytes(MIB))
    began = time.perf_counter()
    assert refusal(out.getvalue())[0] == "ratio"
    assert time.perf_counter() - began < 2


def test_a_bomb_that_hides_under_the_ratio_meets_the_size_limits() -> None:
    limits = replace(LIMITS, file_bytes=MIB, total_bytes=3 * MIB, ratio=10_000)
    assert refusal(zip_of({"a.py": bytes(2 * MIB)}), limits) == ("file_bytes", "a.py")
    many = {f"{number}.py": bytes([number]) * MIB for number in range(5)}
    assert refusal(zip_of(many), limits)[0] == "total_bytes"
    assert refusal(gzip.compress(tar_of(many)), limits)[0] == "total_bytes"


def test_what_a_tar_hides_in_skipped_entries_is_counted_too() -> None:
    limits = replace(LIMITS, passed_bytes=2 * MIB, ratio=10_000)
    hidden = {".git/pack": bytes(8 * MIB)} | PROGRAM
    assert refusal(gzip.compress(tar_of(hidden)), limits)[0] == "passed_bytes"


def test_a_header_that_lies_about_the_size() -> None:
    data = bytearray(zip_of({"a.py": b"x" * 5000}))
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 10)
    assert "checksum or size" in reason_unreadable(bytes(data))


def test_a_wrong_checksum() -> None:
    data = bytearray(zip_of({"a.py": b"x" * 5000}))
    struct.pack_into("<L", data, data.rindex(b"PK\x01\x02") + 16, 1)
    assert "checksum or size" in reason_unreadable(bytes(data))


def test_entries_that_share_their_bytes() -> None:
    """Two directory entries on one local header: the seed of the 281 TB zip of 10 MB."""
    data = bytearray(zip_of({"a.py": b"x" * 5000, "b.py": b"y"}))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 1)
    struct.pack_into("<L", data, second + 42, 0)
    data[second + 46 : second + 50] = b"a.py"
    assert refusal(bytes(data)) == ("overlap", "a.py")


def test_a_directory_that_names_another_file_than_the_data() -> None:
    data = bytearray(zip_of({"good.py": b"1"}))
    at = data.rindex(b"good.py")
    data[at : at + 7] = b"evil.py"
    assert "directory is damaged" in reason_unreadable(bytes(data))


def test_too_many_entries_are_refused_before_they_are_read() -> None:
    many = zip_of(((f"node_modules/{n}", b"") for n in range(100_001)), method=zipfile.ZIP_STORED)
    began = time.perf_counter()
    assert refusal(many) == ("entries", "the archive")
    assert time.perf_counter() - began < 0.5


def test_a_count_that_lies_is_found() -> None:
    data = bytearray(zip_of(PROGRAM))
    struct.pack_into("<2H", data, len(data) - 14, 2, 2)
    assert "directory is damaged" in reason_unreadable(bytes(data))


def test_too_many_files() -> None:
    limits = replace(LIMITS, files=10, entries=50)
    files = {f"{number}.py": b"" for number in range(11)}
    assert refusal(zip_of(files), limits)[0] == "files"
    assert refusal(tar_of(files), limits)[0] == "files"
    assert refusal(tar_of({f".git/{n}": b"" for n in range(60)}), limits)[0] == "entries"


@pytest.mark.parametrize(
    "broken",
    [
        {"extra": b""},
        {"extra": struct.pack("<2HQ", 1, 8, 6)},
        {"extra": struct.pack("<2HQ", 1, 999, 6)},
        {"extra": struct.pack("<2HQ", 1, 999, 6) + b"cut"},
        {"extra": struct.pack("<2H", 0x5455, 999)},
        {"extra": struct.pack("<2H3Q", 1, 24, 6, 6, 2**64 - 1)},
        {"extra": struct.pack("<2H3Q", 1, 24, 6, 2**64 - 1, 0)},
        {"extra": struct.pack("<2H3Q", 1, 24, 2**64 - 1, 6, 0)},
        {"record": b"PK\x06\x06"},
        {"record": bytes(56)},
        {"record": struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 9, 9)},
    ],
)
def test_damaged_zip64_records(broken: dict[str, bytes]) -> None:
    assert "damaged" in reason_unreadable(wide_zip("a.py", b"x = 1\n", **broken))


def test_zip64_records_may_be_missing_where_they_are_announced() -> None:
    data = wide_zip("a.py", b"x = 1\n").replace(b"PK\x06\x07", b"PK__")
    assert "damaged" in reason_unreadable(data)


@pytest.mark.parametrize(
    ("magic", "offset", "value"),
    [
        (b"PK\x01\x02", 0, b"XX"),  # no entry where the directory says there is one
        (b"PK\x01\x02", 28, b"\xff\xff"),  # a name longer than what is left
        (b"PK\x01\x02", 32, b"\xff\xff"),  # a comment longer than what is left
        (b"PK\x01\x02", 20, b"\xff\xff\xff\x00"),  # data reaching into the directory
        (b"PK\x01\x02", 42, b"\x01"),  # no local header there
        (b"PK\x01\x02", 42, b"\xff\xff\xff\x7f"),  # beyond the file
        (b"PK\x05\x06", 10, b"\x09"),  # more entries than there are
        (b"PK\x05\x06", 12, b"\x01"),  # a directory of another size
    ],
)
def test_a_damaged_zip_directory(magic: bytes, offset: int, value: bytes) -> None:
    data = bytearray(zip_of({"a.py": b"x = 1\n" * 50}))
    at = data.rindex(magic) + offset
    data[at : at + len(value)] = value
    assert "damaged" in reason_unreadable(bytes(data))


def test_damaged_data_in_a_zip() -> None:
    data = bytearray(zip_of({"a.py": bytes(range(256)) * 50}))
    at = data.index(b"a.py") + 4
    data[at : at + 8] = b"\xff" * 8
    assert "a.py in it is damaged" in reason_unreadable(bytes(data))
    short = bytearray(zip_of({"a.py": bytes(range(256)) * 50}))
    struct.pack_into("<L", short, short.rindex(b"PK\x01\x02") + 20, 10)
    assert "a.py in it is damaged" in reason_unreadable(bytes(short))


def test_a_name_that_says_it_is_utf8_and_is_not() -> None:
    data = zip_of({"caf\u00e9.py": b"1"}).replace("caf\u00e9".encode(), b"caf\xff\xfe")
    assert refusal(data)[0] == "encoding"


def test_an_encrypted_entry() -> None:
    data = bytearray(zip_of({"secret.py": b"1"}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data)) == ("encrypted", "secret.py")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_zip_method_is_named(method: int) -> None:
    assert f"packed by method {method}" in reason_unreadable(zip_of({"a.py": b"1"}, method=method))


def test_time_runs_out() -> None:
    with pytest.raises(ArchiveUnsafe) as caught:
        unpack(io.BytesIO(zip_of(PROGRAM)), io.BytesIO(), LIMITS, Deadline(-1))
    assert caught.value.fields["rule"] == "time"


def test_nobody_waits_any_more() -> None:
    deadline = Deadline(60)
    deadline.cancel()
    with pytest.raises(ArchiveUnsafe):
        unpack(io.BytesIO(gzip.compress(tar_of(PROGRAM))), io.BytesIO(), LIMITS, deadline)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty (0 bytes)"),
        (b"hello, this is no archive", "no archive we know"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(600), "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(600), "a 7-Zip archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(600), "Zstandard"),
        (b"%PDF-1.7" + bytes(600), "a PDF"),
        (bytes(2048), "no archive we know"),
        (gzip.compress(b"just a text file"), "holds no tar"),
        (gzip.compress(b""), "cut short"),
        (gzip.compress(gzip.compress(b"x" * 9000)), "holds no tar"),
        (b"\x1f\x8b" + b"\xff" * 600, "damaged"),
        (b"BZh9" + b"\xff" * 600, "damaged"),
        (b"\xfd7zXZ\x00" + b"\xff" * 600, "damaged"),
        (b"PK\x03\x04" + b"\xff" * 600, "end of the zip file is missing"),
        (zip_of({}), "no source files"),
        (zip_of({"empty/": b""}), "no source files"),
        (zip_of({".git/config": b"1"}), "no source files"),
        (tar_of({}), "no archive we know"),
        (gzip.compress(tar_of({})), "no source files"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_what_is_no_archive_is_said_to_be_none(data: bytes, words: str) -> None:
    assert words in reason_unreadable(data)


@pytest.mark.parametrize("packing", ["zip", "tar", "gz", "bz2", "xz"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_an_archive_that_is_cut_short(packing: str, part: float) -> None:
    files = PROGRAM | {"noise.bin": bytes(zlib.crc32(bytes([n])) % 256 for n in range(256)) * 64}
    tar = tar_of(files)
    data = {
        "zip": zip_of(files),
        "tar": tar,
        "gz": gzip.compress(tar),
        "bz2": bz2.compress(tar),
        "xz": lzma.compress(tar),
    }[packing]
    # The tail of a tar is padding, which nobody misses: cut within the files.
    end = tar.rindex(b"def test_it") if packing == "tar" else len(data)
    assert reason_unreadable(data[: int(end * part)])


def test_an_extension_header_of_unbounded_length() -> None:
    """`tarfile` reads such a header into memory whole."""
    header = tarfile.TarInfo("././@PaxHeader")
    header.type, header.size = b"x", 900 * MIB
    assert refusal(header.tobuf(tarfile.USTAR_FORMAT) + bytes(4096))[0] == "header"


@pytest.mark.slow
def test_extension_headers_that_never_end_cost_no_memory() -> None:
    """Ten of them, each of 70,000 keywords nobody else has."""
    headers = b""
    for number in range(10):
        records = b"".join(b"12 %d%06d=\n" % (number, key) for key in range(70_000))
        header = tarfile.TarInfo("././@PaxHeader")
        header.type, header.size = b"x", len(records)
        headers += header.tobuf(tarfile.USTAR_FORMAT) + records + bytes(-len(records) % 512)
    data = headers + tar_of(PROGRAM)
    # Following every piece of memory takes several times as long as reading.
    limits = replace(LIMITS, seconds=250)
    tracemalloc.start()
    assert set(read(data, limits).contents) == set(PROGRAM)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MIB


def test_a_zip_directory_that_is_mostly_names() -> None:
    limits = replace(LIMITS, entries=2_000)
    data = zip_of(((f"{n:05}{'n' * 65_000}", b"") for n in range(1_100)), method=0)
    tracemalloc.start()
    assert refusal(data, limits) == ("header", "the archive")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MIB


def test_folders_beyond_counting() -> None:
    """A file in each of many deep folders: what they are called would fill the memory."""
    limits = replace(LIMITS, entries=1_000)
    files = {f"{n}/" + "d/" * 30 + "x.py": b"" for n in range(40)}
    with pytest.raises(ArchiveUnsafe) as caught:
        lay_out(files, io.BytesIO(), limits)
    assert caught.value.fields["rule"] == "folders"
    lay_out(files, io.BytesIO(), LIMITS)


@pytest.mark.parametrize(
    "records",
    [
        b"9999 path=x\n",
        b"-5 path=x\n",
        b"0 path=x\n",
        b"12path=x\n",
        b"99999999999999999999999999999 path=x\n",
        b"12 path_only\n",
        b"11 path=xyzzy",
        b"12 size=1e9\n ",
        b"13 size=-512\n",
    ],
)
def test_damaged_pax_records(records: bytes) -> None:
    """A negative size sent `tarfile` round for ever (CVE-2025-8194)."""
    header = tarfile.TarInfo("././@PaxHeader")
    header.type, header.size = b"x", len(records)
    data = header.tobuf(tarfile.USTAR_FORMAT) + records.ljust(512, b"\0") + tar_of(PROGRAM)
    assert "tar headers are damaged" in reason_unreadable(data)


def test_a_damaged_tar_header() -> None:
    data = bytearray(tar_of(PROGRAM, tar_format=tarfile.USTAR_FORMAT))
    data[data.index(b"src/thing/main.py")] ^= 1
    assert "tar headers are damaged" in reason_unreadable(bytes(data))


def test_a_sparse_file_is_named() -> None:
    sparse = tarfile.TarInfo("holes.bin")
    sparse.type = tarfile.GNUTYPE_SPARSE
    assert "holes.bin in it is a sparse file" in reason_unreadable(tar_of(PROGRAM, extra=[sparse]))
    pax = tarfile.TarInfo("holes.bin")
    pax.pax_headers = {"GNU.sparse.realsize": "99999999999"}
    assert "sparse file" in reason_unreadable(tar_of(PROGRAM, extra=[pax]))


def test_an_xz_that_asks_for_gigabytes_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 512 * MIB}]
    data = lzma.compress(tar_of(PROGRAM), filters=filters)
    assert "damaged" in reason_unreadable(data)


def test_a_part_of_several_is_named() -> None:
    data = bytearray(zip_of(PROGRAM))
    struct.pack_into("<H", data, len(data) - 18, 1)
    assert "one part of several" in reason_unreadable(bytes(data))
