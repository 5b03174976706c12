"""`taskyard doctor`: what is wrong on this machine, and what to do about it."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

import taskyard
from taskyard.core.settings import Settings
from taskyard.entry.configured import ConfigurationError, read_settings
from taskyard.entry.up import binaries, listener
from taskyard.entry.up.account import servers_account
from taskyard.entry.up.attach import attach, holder
from taskyard.entry.up.errors import StartError
from taskyard.entry.up.run import DATABASE, VALKEY, given

T = TypeVar("T")
State = Literal["ok", "note", "wrong"]
_MAIL_PATIENCE_S = 8.0
_FEW_BYTES, _TOO_FEW_BYTES = 5 * 10**9, 10**9


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `note` is worth knowing, `wrong` has to be mended."""

    what: str
    state: State
    found: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """The instance to look at."""

    data_dir: Path
    host: str
    port: int

    @property
    def pid(self) -> str | None:
        """The pid of the taskyard that runs on the data directory."""
        return holder(self.data_dir)


def examine(patient: Patient) -> Iterator[Finding]:
    """Look at everything in turn; no server is started, and nothing of note stays written."""
    for look in (_python, _programs, _data_dir, _disk, _port, _web_app):
        yield _safely(look, patient)
    os.environ["TASKYARD_DATA_DIR"] = str(patient.data_dir.absolute())
    try:
        if patient.pid is not None:
            attach(patient.data_dir)
        settings = read_settings()
    except (ConfigurationError, StartError) as error:
        yield Finding("settings", "wrong", str(error), "Correct these variables.")
        return
    yield Finding("settings", "ok", f"environment {settings.environment}")
    for inspect in (_database, _listeners, _valkey, _storage, _mail, _sandbox):
        yield _safely(inspect, settings)


def _safely(look: Callable[[T], Finding], at: T) -> Finding:
    what = look.__name__.strip("_").replace("_", " ")
    try:
        return look(at)
    except StartError as error:
        return Finding(what, "wrong", error.message)
    except Exception as error:  # noqa: BLE001 -- whatever is broken, the rest is still looked at
        return Finding(what, "wrong", f"{type(error).__name__}: {error}")


def _python(_: Patient) -> Finding:
    found = f"{sys.version.split()[0]} in {sys.prefix}; taskyard {taskyard.__version__}"
    return Finding("python", "ok", found)


def _programs(patient: Patient) -> Finding:
    account = servers_account(patient.data_dir / "pg")
    programs = binaries.reachable(account, patient.data_dir)
    found = f"PostgreSQL {binaries.postgres_major(programs)} and Valkey run as {account.name}"
    if account.dropped and account.name == "nobody":
        remedy = "Give it an account of its own: useradd --system taskyard"
        return Finding("programs", "note", f"{found}, an account other services share", remedy)
    return Finding("programs", "ok", found)


def _data_dir(patient: Patient) -> Finding:
    path = patient.data_dir.absolute()
    if patient.pid is not None:
        return Finding("data dir", "ok", f"{path}, in use by the taskyard with pid {patient.pid}")
    if not path.exists():
        above = next(parent for parent in path.parents if parent.exists())
        if os.access(above, os.W_OK):
            return Finding("data dir", "note", f"{path} is made by the first `taskyard up`")
        remedy = f"Make {path} as a directory of this user, or choose another --data-dir."
        return Finding("data dir", "wrong", f"{above} is not writable", remedy)
    if not os.access(path, os.W_OK | os.X_OK):
        remedy = "Run as its owner, or choose another --data-dir."
        return Finding("data dir", "wrong", f"{path} is not writable for this user", remedy)
    return Finding("data dir", "ok", f"{path}, not in use")


def _disk(patient: Patient) -> Finding:
    path = patient.data_dir.absolute()
    there = next(place for place in (path, *path.parents) if place.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 10**9:.1f} GB free at {there}"
    remedy = "Make room, or move the data directory to a larger disk."
    if free < _TOO_FEW_BYTES:
        return Finding("disk", "wrong", found, remedy)
    return (
        Finding("disk", "note", found, remedy)
        if free < _FEW_BYTES
        else Finding("disk", "ok", found)
    )


def _port(patient: Patient) -> Finding:
    if patient.pid is not None:
        return Finding("port", "ok", "not looked at while taskyard runs")
    with listener.bind(patient.host, patient.port):
        return Finding("port", "ok", f"{patient.port} on {patient.host} is free")


def _web_app(_: Patient) -> Finding:
    index = Path(taskyard.__file__).parent / "web_dist" / "index.html"
    if index.is_file():
        return Finding("web app", "ok", "built")
    return Finding("web app", "wrong", f"{index} is missing", "Run: make web")


def _database(settings: Settings) -> Finding:
    if not given(DATABASE):
        return Finding("database", "note", "embedded, runs while `taskyard up` does")
    from taskyard.entry import migrations

    try:
        at, newest = migrations.revisions(settings)
    except migrations.MigrationError as error:
        remedy = "Check TASKYARD_DATABASE_URL, and that PostgreSQL 15 or newer runs there."
        return Finding("database", "wrong", str(error), remedy)
    if at != newest:
        found = f"at revision {at}, the newest is {newest}"
        return Finding("database", "wrong", found, "Run: taskyard migrate")
    return Finding("database", "ok", f"answers, at the newest revision {newest}")


def _listeners(settings: Settings) -> Finding:
    if not given(DATABASE):
        return Finding("listeners", "note", "looked at while `taskyard up` runs")
    from taskyard.core.db import Database
    from taskyard.core.parking import parked

    async def look() -> list[str]:
        database = Database(settings)
        try:
            async with database.session() as db:
                return [f"{one.listener} on {one.event.name}" for one in await parked(db)]
        finally:
            await database.dispose()

    failed = asyncio.run(look())
    if not failed:
        return Finding("listeners", "ok", "all have handled what they were told")
    found = f"{len(failed)} failed for good and parked, the first: {failed[0]}"
    remedy = "See `taskyard parked`; mend what broke, then run: taskyard parked --retry"
    return Finding("listeners", "wrong", found, remedy)


def _valkey(settings: Settings) -> Finding:
    if not given(VALKEY):
        return Finding("valkey", "note", "embedded, runs while `taskyard up` does")
    import redis

    assert settings.redis_url is not None
    try:
        with redis.Redis.from_url(settings.redis_url, socket_connect_timeout=3) as client:
            version = client.info("server")["redis_version"]
    except (redis.RedisError, ValueError) as error:
        return Finding("valkey", "wrong", str(error), "Check TASKYARD_REDIS_URL.")
    return Finding("valkey", "ok", f"answers, speaks the protocol of Redis {version}")


def _storage(settings: Settings) -> Finding:
    from taskyard.core.storage import Blob, Storage

    if settings.storage_url is None and not settings.data_dir.exists():
        return Finding("storage", "note", "in the data directory, once that is made")
    content = b"taskyard doctor was here"
    blob = Blob.of(content)
    storage = Storage.from_settings(settings)
    storage.store(blob, content)
    asyncio.run(storage.delete(blob.sha256))
    return Finding("storage", "ok", f"{settings.blobs_url} is writable")


def _mail(settings: Settings) -> Finding:
    from taskyard.core.mail import MailDeferred

    server = settings.mail_server
    if server is None:
        remedy = "To reset passwords and send notices by e-mail, set TASKYARD_SMTP_URL."
        return Finding("mail", "note", "not configured, so none is sent", remedy)
    try:
        asyncio.run(replace(server, patience_s=_MAIL_PATIENCE_S).check())
    except MailDeferred as error:
        return Finding("mail", "wrong", str(error.fields["reason"]), "Check TASKYARD_SMTP_URL.")
    found = f"{server.host}:{server.port} takes it from {server.sender.addr_spec}"
    if settings.public_url is None:
        remedy = "Set TASKYARD_PUBLIC_URL to the address people use."
        return Finding("mail", "note", f"{found}; links lead to {settings.web_address}", remedy)
    return Finding("mail", "ok", found)


def _sandbox(settings: Settings) -> Finding:
    from taskyard.runners.sandbox import Sandbox

    with tempfile.TemporaryDirectory(prefix="taskyard-doctor-") as elsewhere:
        Path(elsewhere).chmod(0o711)
        place = settings.data_dir if settings.data_dir.exists() else Path(elsewhere)
        report = asyncio.run(Sandbox(place.absolute(), switch=settings.sandbox).probe())
    if report.mode == "full":
        return Finding("sandbox", "ok", "usable")
    return Finding("sandbox", "note", f"{report.mode}: {report.reason}", report.remedy)
