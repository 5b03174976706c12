"""An instance in one file: its database, the key of its secrets, its content.

A tar archive, in this order:

    taskyard.json   who wrote it (`Manifest`)
    database.dump   by pg_dump, one consistent moment
    secret.key      without it nobody could sign in
    blobs/…         content, named by its hash

The dump comes first: content is added and never changed, and what nobody refers to stays for a
day (`files.cleaning`), so all that the dump names is there to be read after it.
"""

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from taskyard import __version__
from taskyard.core.settings import Settings
from taskyard.entry import migrations
from taskyard.entry.up.binaries import find
from taskyard.entry.up.datadir import KEY_FILE, DataDir
from taskyard.kit.clock import now

_FORMAT: Final = 1
_MANIFEST, _DUMP, _CONTENT = "taskyard.json", "database.dump", "blobs"
_HOLDS_TABLES: Final = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")


class BackupError(Exception):
    """A backup could not be written or read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    release: str
    #: Of the database's tables.
    revision: str
    #: RFC 3339, UTC.
    made_at: str
    #: Whether content is in the file; it is not where it lies in a store of its own (S3).
    holds_content: bool


def write(target: Path, settings: Settings) -> Manifest:
    """Write a backup of the database and content of the settings; others may go on working.

    The file appears when it is whole, readable by its owner alone. Raises BackupError.
    """
    if target.exists():
        raise BackupError(f"{target} exists already. Choose another name.")
    revision = _revision(settings)
    made = Manifest(_FORMAT, __version__, revision, now().isoformat(), not settings.storage_url)
    half = target.with_name(f"{target.name}.partial")
    try:
        with _private(half) as file, tarfile.open(fileobj=file, mode="w") as archive:
            _add(archive, _MANIFEST, json.dumps(asdict(made), indent=1).encode())
            with tempfile.TemporaryDirectory(dir=target.absolute().parent) as folder:
                dump = Path(folder, _DUMP)
                _dump(settings, dump)
                archive.add(dump, _DUMP)
            _add(archive, KEY_FILE, settings.secret_key.get_secret_value().encode())
            if made.holds_content:
                _add_content(archive, settings.data_dir.resolve())
        half.rename(target)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        half.unlink(missing_ok=True)
    return made


def read(source: Path) -> Manifest:
    """Return what a backup says of itself. Raises BackupError where this release cannot use it."""
    with _opened(source) as archive:
        first = archive.next()
        if first is None or first.name != _MANIFEST:
            raise BackupError(f"{source} is no backup: it does not begin with {_MANIFEST}.")
        try:
            made = Manifest(**json.load(_file(archive, first)))
        except (TypeError, ValueError) as error:
            raise BackupError(f"{source} is no backup that this release reads.") from error
    try:
        ScriptDirectory(str(migrations.SCRIPTS)).get_revision(made.revision)
    except CommandError as error:
        message = f"{source} was written by Taskyard {made.release}, which is newer. Install that."
        raise BackupError(message) from error
    return made


def keep_key(source: Path, data: DataDir) -> None:
    """Give a data directory the backup's key, before anything is made there. Raises BackupError."""
    with _opened(source) as archive:
        key = _member(source, archive, KEY_FILE).read().decode()
    kept = data.kept(KEY_FILE)
    if kept not in {None, key}:
        message = f"{data.root} holds another instance. Choose another --data-dir."
        raise BackupError(message)
    if kept is None:
        path = data.root / KEY_FILE
        with _private(path) as file:
            file.write(f"{key}\n".encode())


def restore(source: Path, made: Manifest, settings: Settings) -> None:
    """Bring a backup into the empty database and the data directory of the settings.

    The database is brought to this release's revision. Raises BackupError with the database as
    empty as before, and MigrationError.
    """
    if made.holds_content == bool(settings.storage_url):
        remedy = "unset" if made.holds_content else "set"
        where = "in this file" if made.holds_content else "in a store of its own"
        raise BackupError(f"The backup's content lies {where}: {remedy} TASKYARD_STORAGE_URL.")
    if _holds_tables(settings):
        message = "The database holds something already. Restore into an empty one."
        raise BackupError(message)
    with _opened(source) as archive:
        key = _member(source, archive, KEY_FILE).read().decode()
    if key != settings.secret_key.get_secret_value():
        message = (
            f"The backup's key is another one. Set TASKYARD_SECRET_KEY to what"
            f" `tar -xOf {source} {KEY_FILE}` prints: without it nobody can sign in."
        )
        raise BackupError(message)
    # Content first: of a restore that fails no database tells that it is whole.
    with _opened(source) as archive:
        held = (each for each in archive if each.name.split("/")[0] == _CONTENT)
        archive.extractall(settings.data_dir.resolve(), held, filter="data")
    with _opened(source) as archive:
        _load(settings, _member(source, archive, _DUMP))
    migrations.upgrade(settings)


def _revision(settings: Settings) -> str:
    try:
        at, _ = migrations.revisions(settings)
    except migrations.MigrationError as error:
        raise BackupError(str(error)) from error
    if at is None:
        raise BackupError("There is nothing to back up: the database is empty.")
    return at


def _holds_tables(settings: Settings) -> bool:
    url = settings.sync_dsn.replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return bool(connection.scalar(_HOLDS_TABLES))


def _dump(settings: Settings, into: Path) -> None:
    _run(settings, "pg_dump", "--format=custom", "--no-owner", f"--file={into}")


def _load(settings: Settings, dump: IO[bytes]) -> None:
    options = ("--exit-on-error", "--single-transaction", "--no-owner")
    _run(settings, "pg_restore", *options, given=dump)


def _run(settings: Settings, program: str, *options: str, given: IO[bytes] | None = None) -> None:
    """Run one of PostgreSQL's own programs. Raises BackupError with what it said."""
    address = conninfo_to_dict(settings.sync_dsn)
    # Everybody on the machine may read a program's arguments.
    password = str(address.pop("password", None) or "")
    argv = [
        str(find().postgres_bin / program),
        *options,
        f"--dbname={make_conninfo('', **address)}",
    ]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stderr=said,
            env=os.environ | {"PGPASSWORD": password},
        ) as process:
            assert process.stdin is not None
            try:
                if given is not None:
                    shutil.copyfileobj(given, process.stdin)
                process.stdin.close()
            except BrokenPipeError:
                pass  # It has ended, and says why.
        if process.returncode:
            said.seek(0)
            reason = said.read().decode(errors="replace").strip()
            raise BackupError(f"{program} failed: {reason[-2000:]}")


def _add_content(archive: tarfile.TarFile, root: Path) -> None:
    for path in sorted((root / _CONTENT).rglob("*")):
        # What is just being written is called `name#1`, and what nobody refers to may go.
        if path.is_file() and "#" not in path.name:
            with suppress(FileNotFoundError):
                archive.add(path, path.relative_to(root).as_posix())


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, BytesIO(content))


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, mode="r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise BackupError(f"{source} is no backup, or not a whole one: {error}.") from error
    except FileNotFoundError as error:
        raise BackupError(f"There is no file {source}.") from error


def _member(source: Path, archive: tarfile.TarFile, name: str) -> IO[bytes]:
    for member in archive:
        if member.name == name:
            return _file(archive, member)
    raise BackupError(f"{source} is not whole: {name} is missing.")


def _file(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(member)
    if file is None:
        raise BackupError(f"{member.name} in the backup is no file.")
    return file
