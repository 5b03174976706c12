"""Whatever comes, the reader answers with a tree that is safe or with one of its two refusals."""

import gzip
import io
import tarfile
import zipfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taskyard.files.archive.limits import ArchiveLimits
from taskyard.files.errors import ArchiveUnreadable, ArchiveUnsafe
from tests.files.archives import PROGRAM, Read, every_packing, read, tar_of, wide_zip, zip_of

#: Small, so that every limit is met by some example.
LIMITS = ArchiveLimits(
    entries=60, files=40, file_bytes=20_000, total_bytes=60_000, passed_bytes=200_000, seconds=5
)
PACKED = [*every_packing(PROGRAM).values(), wide_zip("a.py", b"x = 1\n" * 20)]
quick = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
names = st.one_of(
    st.text(min_size=1, max_size=40),
    st.lists(st.sampled_from(["a", "b", "..", ".", "", "A", "\\", "C:", ".git"]), max_size=6).map(
        "/".join
    ),
)
trees = st.dictionaries(names, st.binary(max_size=300), max_size=8)


def outcome(data: bytes) -> Read | None:
    """Read, and check what no archive may bring about."""
    try:
        out = read(data, LIMITS)
    except (ArchiveUnsafe, ArchiveUnreadable):
        return None
    folded = [path.casefold() for path in out.contents]
    assert len(set(folded)) == len(folded)
    for path, content in out.contents.items():
        assert not path.startswith("/")
        assert not {"..", ".", ""} & set(path.split("/"))
        assert "\\" not in path
        assert path.isprintable() or not any(ord(char) < 32 for char in path)
        assert len(content) <= LIMITS.file_bytes
    assert sum(map(len, out.contents.values())) <= LIMITS.total_bytes
    return out


@quick
@given(st.binary(max_size=2000))
def test_noise(data: bytes) -> None:
    for magic in (b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"BZh9", b"\xfd7zXZ\x00"):
        outcome(magic + data)
    outcome(gzip.compress(data))


@quick
@given(
    st.sampled_from(PACKED),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=12),
    st.floats(0.3, 1),
)
def test_damage(data: bytes, changes: list[tuple[float, int]], part: float) -> None:
    broken = bytearray(data)
    for place, value in changes:
        broken[int(place * len(broken))] = value
    outcome(bytes(broken))
    outcome(bytes(broken[: int(part * len(broken))]))


@quick
@given(
    st.lists(st.tuples(st.integers(0, 511), st.integers(0, 255)), min_size=1, max_size=8),
    st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
)
def test_a_tar_header_with_a_right_checksum_and_wrong_fields(
    changes: list[tuple[int, int]], tar_format: int
) -> None:
    data = bytearray(tar_of({"é" * 40: b"x" * 700, "b.py": b"1"}, tar_format=tar_format))
    for place, value in changes:
        data[place] = value
    data[148:156] = b" " * 8
    data[148:156] = f"{sum(data[:512]):06o}\0 ".encode()
    outcome(bytes(data))


@quick
@given(trees)
def test_the_same_files_as_the_standard_library_reads(files: dict[str, bytes]) -> None:
    """Where we accept a tree of ordinary tools, its contents are what those tools see."""
    try:
        packed = zip_of(files)
        tarred = tar_of(files)
    except (ValueError, UnicodeEncodeError):
        return
    out = outcome(packed)
    if out is not None:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            seen = sorted(archive.read(entry) for entry in archive.infolist())
        assert all(content in seen for content in out.contents.values())
    again = outcome(tarred)
    if out is not None and again is not None:
        assert again.tree.source_id == out.tree.source_id
