"""Archives for tests: honest ones by the standard library, hostile ones by hand."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx

from taskyard.files.archive.limits import ArchiveLimits, Deadline
from taskyard.files.archive.tree import Tree, unpack

LIMITS = ArchiveLimits()
PROGRAM = {
    "pyproject.toml": b"[project]\nname = 'thing'\n",
    "src/thing/__init__.py": b"",
    "src/thing/main.py": b"print('hello')\n",
    "tests/test_main.py": b"def test_it():\n    assert True\n",
}


@dataclass
class Read:
    """What came out of an archive: its tree, and each file's content."""

    tree: Tree
    contents: dict[str, bytes]


def read(data: bytes, limits: ArchiveLimits = LIMITS) -> Read:
    """Unpack an archive that is in memory."""
    spool = io.BytesIO()
    tree = unpack(io.BytesIO(data), spool, limits, Deadline(limits.seconds))
    raw = spool.getvalue()
    contents = {file.path: raw[file.offset : file.offset + file.size_bytes] for file in tree.files}
    return Read(tree, contents)


def zip_of(
    files: Mapping[str, bytes] | Iterable[tuple[str, bytes]],
    *,
    executable: frozenset[str] = frozenset(),
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Return a zip as an ordinary tool makes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            entry = zipfile.ZipInfo("placeholder")
            entry.filename = name
            entry.compress_type = method
            entry.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(entry, content)
    return out.getvalue()


def tar_of(
    files: Mapping[str, bytes] | Iterable[tuple[str, bytes]],
    *,
    executable: frozenset[str] = frozenset(),
    tar_format: int = tarfile.PAX_FORMAT,
    extra: Iterable[tarfile.TarInfo] = (),
) -> bytes:
    """Return a plain tar as an ordinary tool makes it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tar_format) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o755 if name in executable else 0o644
            archive.addfile(entry, io.BytesIO(content))
        for entry in extra:
            archive.addfile(entry)
    return out.getvalue()


def tar_entry(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    """Return an entry without content: a link, a device, a pipe."""
    entry = tarfile.TarInfo(name)
    entry.type = kind
    entry.linkname = link
    return entry


def every_packing(
    files: Mapping[str, bytes], executable: frozenset[str] = frozenset()
) -> dict[str, bytes]:
    """Return one tree in every form that is taken."""
    tar = tar_of(files, executable=executable)
    return {
        "zip": zip_of(files, executable=executable),
        "zip stored": zip_of(files, executable=executable, method=zipfile.ZIP_STORED),
        "tar": tar,
        "tar ustar": tar_of(files, executable=executable, tar_format=tarfile.USTAR_FORMAT),
        "tar gnu": tar_of(files, executable=executable, tar_format=tarfile.GNU_FORMAT),
        "tar.gz": gzip.compress(tar),
        "tar.gz in two streams": gzip.compress(tar[:700]) + gzip.compress(tar[700:]),
        "tar.bz2": bz2.compress(tar),
        "tar.xz": lzma.compress(tar),
    }


async def upload(
    client: httpx.AsyncClient, project_id: UUID, data: bytes, name: str = "thing.zip"
) -> httpx.Response:
    """Send an archive as a browser does."""
    return await client.post(
        f"/api/v1/projects/{project_id}/source", files={"file": (name, data, "application/zip")}
    )


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    """Return `data` with every `old` replaced by a `new` of the same length."""
    assert len(old) == len(new)
    assert old in data
    return data.replace(old, new)


def wide_zip(
    name: str, content: bytes, *, extra: bytes | None = None, record: bytes | None = None
) -> bytes:
    """Return a zip whose every size and offset stands in zip64 records, as APPNOTE 4.3.14 has it.

    `extra` and `record` replace the extra field and the end record, to break them.
    """
    raw, size = name.encode(), len(content)
    fixed = (20, 0, 0, 0, 0, zlib.crc32(content))
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", *fixed, size, size, len(raw), 0) + raw
    if extra is None:
        extra = struct.pack("<2HB2H3Q", 0x5455, 1, 0, 1, 24, size, size, 0)
    central = struct.pack(
        "<4s6H3L5H2L",
        b"PK\x01\x02",
        45,
        *fixed,
        0xFFFFFFFF,
        0xFFFFFFFF,
        len(raw),
        len(extra),
        *(0, 0, 0, 0),
        0xFFFFFFFF,
    )
    directory = central + raw + extra
    start = len(local) + size
    if record is None:
        record = struct.pack(
            "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(directory), start
        )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, start + len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, *(0xFFFFFFFF,) * 2, 0)
    return local + content + directory + record + locator + end
