"""From a path on this machine to one archive the server takes."""

import gzip
import os
import stat
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.listing import Listing, SourceFile, list_folder, unreadable
from taskyard.files.archive.limits import MIB, ArchiveLimits
from taskyard.files.archive.names import check_lengths, junk, safe_path, shown
from taskyard.files.errors import ArchiveUnsafe

#: What the server unpacks; it looks at the content, we at the name.
SUFFIXES = (".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar")
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive to send."""

    name: str
    content: BinaryIO
    size_bytes: int
    #: What it was made from; None for an archive that was there already.
    listing: Listing | None


@contextmanager
def packed(
    path: Path,
    exclude: Sequence[str] = (),
    *,
    limits: ArchiveLimits | None = None,
) -> Iterator[Packed]:
    """Open the archive that `path` is, or pack the folder that it is.

    A folder goes to a temporary file without a name, so that nothing is left whatever happens.
    Raises ClientError.
    """
    if path.is_dir():
        listing = list_folder(path, exclude)
        name = _top(path)
        check(path, name, listing.files, limits or ArchiveLimits())
        with tempfile.TemporaryFile(prefix="taskyard-") as spool:
            write_archive(path, name, listing.files, cast("BinaryIO", spool))
            size_bytes = spool.tell()
            spool.seek(0)
            yield Packed(f"{name}.tar.gz", cast("BinaryIO", spool), size_bytes, listing)
        return
    with _opened(path, exclude) as archive:
        yield Packed(path.name, archive, os.fstat(archive.fileno()).st_size, None)


def _opened(path: Path, exclude: Sequence[str]) -> BinaryIO:
    if not path.exists():
        raise ClientError(f"There is no {path}. Name a folder or an archive.", Exit.USAGE)
    if not path.is_file() or not path.name.lower().endswith(SUFFIXES):
        known = ", ".join(SUFFIXES)
        raise ClientError(f"{path} is no folder and no archive ({known}).", Exit.USAGE)
    if exclude:
        message = "--exclude is for folders; an archive is sent as it is."
        raise ClientError(message, Exit.USAGE)
    try:
        return path.open("rb")
    except OSError as error:
        raise unreadable(str(path), error) from None


def stem(path: Path) -> str:
    """Return what a folder or an archive is called, without an archive's suffix."""
    name = _own_name(path)
    suffix = next((end for end in SUFFIXES if name.lower().endswith(end)), "")
    return name if path.is_dir() or not suffix else name[: -len(suffix)]


def _own_name(path: Path) -> str:
    """Return the last part of a path: a link's own name, and for `.` the folder's."""
    name = path.absolute().name
    return path.resolve().name if name == ".." else name


def _top(folder: Path) -> str:
    """Return the name of the archive's one top folder.

    The server takes a single top folder off, unless it is a package that its own imports name. So
    paths in the report are those below the folder that was given.
    """
    name = _own_name(folder)
    try:
        return safe_path(name) if name and name.isprintable() and not junk(name) else "source"
    except ArchiveUnsafe:
        return "source"


def check(folder: Path, top: str, files: Sequence[SourceFile], limits: ArchiveLimits) -> None:
    """Refuse here, before anything is sent, what the server would refuse. Raises ClientError."""
    if not files:
        raise ClientError(f"{folder} holds no files that can be analysed.", Exit.USAGE)
    if len(files) > limits.files:
        raise _too_much(f"it has {len(files):,} files, and the limit is {limits.files:,}")
    taken: dict[str, str] = {}
    for file in files:
        _check_name(top, file.path, limits, taken)
        if file.size_bytes > limits.file_bytes:
            size, limit = in_units(file.size_bytes), in_units(limits.file_bytes)
            raise _too_much(f"{shown(file.path)} has {size}, and the limit for a file is {limit}")
    total = sum(file.size_bytes for file in files)
    if total > limits.total_bytes:
        largest = sorted(files, key=lambda file: -file.size_bytes)[:3]
        named = ", ".join(f"{shown(file.path)} ({in_units(file.size_bytes)})" for file in largest)
        raise _too_much(
            f"its files have {in_units(total)} together, "
            f"and the limit is {in_units(limits.total_bytes)}. "
            f"The largest: {named}"
        )


def _check_name(top: str, path: str, limits: ArchiveLimits, taken: dict[str, str]) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise _unsafe(path, "its name is not UTF-8") from None
    try:
        safe = safe_path(path)
        check_lengths(f"{top}/{safe}", limits)
    except ArchiveUnsafe as error:
        raise _unsafe(path, error.fields["reason"]) from None
    other = taken.setdefault(safe.casefold(), path)
    if other != path:
        reason = f"it differs from {shown(other)} by capital letters or accents alone"
        raise _unsafe(path, reason)


def _unsafe(path: str, reason: str) -> ClientError:
    name = shown(path.encode(errors="replace").decode())
    message = f"{name} cannot be sent: {reason}.\nRename it, or leave it out: --exclude"
    return ClientError(message, Exit.USAGE)


def _too_much(reason: str) -> ClientError:
    return ClientError(
        f"The folder is too large: {reason}.\nLeave out what is no source, as in: --exclude data",
        Exit.USAGE,
    )


def in_units(size_bytes: int) -> str:
    """Return a size as people read it."""
    for unit, size in (("MiB", MIB), ("KiB", 1024)):
        if size_bytes >= size:
            return f"{size_bytes / size:,.1f}".removesuffix(".0") + f" {unit}"
    return f"{size_bytes} bytes"


def write_archive(folder: Path, top: str, files: Sequence[SourceFile], out: BinaryIO) -> None:
    """Write a tar.gz that depends on nothing but the files' paths, contents and executable bits.

    Raises ClientError for a file that changed since it was listed, or cannot be read.
    """
    with (
        gzip.GzipFile("", "wb", _LEVEL, out, mtime=0) as packed_stream,
        tarfile.open(fileobj=packed_stream, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for file in files:
            _add(archive, folder, top, file)


def _add(archive: tarfile.TarFile, folder: Path, top: str, file: SourceFile) -> None:
    entry = tarfile.TarInfo(f"{top}/{file.path}")
    entry.size = file.size_bytes
    entry.mode = 0o755 if file.executable else 0o644
    # Since it was listed it may have become a link, never followed, or a pipe, never waited for.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(folder / file.path, flags), "rb") as content:
            found = os.fstat(content.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size != file.size_bytes:
                raise _changed(file.path)
            archive.addfile(entry, content)
    except tarfile.TarError:
        raise _changed(file.path) from None
    except OSError as error:
        if error.errno is None:
            # What tarfile raises for a file that ended before its size was reached.
            raise _changed(file.path) from None
        raise unreadable(file.path, error) from None


def _changed(path: str) -> ClientError:
    return ClientError(f"{shown(path)} changed while it was packed. Run it again.", Exit.USAGE)
