"""The embedded PostgreSQL: making its cluster, running it, knowing that it answers.

The wheel's own `get_server()` is not used: it leaves servers behind and opens directories.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from taskyard.entry.up.account import Account
from taskyard.entry.up.binaries import Binaries, postgres_major
from taskyard.entry.up.datadir import DataDir
from taskyard.entry.up.errors import Exit, StartError
from taskyard.entry.up.process import Child, Stop

ROLE = "taskyard"
_OWNER = "postgres"
_SECRET = "postgres.password"  # noqa: S105 -- the name of a file
# As root the cluster is entered before the rights are dropped and named by this link, which the
# kernel follows without walking the path: no directory above has to let the account pass.
_HERE = "/proc/self/cwd"

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "cluster_name": "taskyard",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_EPHEMERAL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"}


@dataclass(frozen=True, slots=True)
class Postgres:
    """One cluster in one data directory, and how to run it."""

    data: DataDir
    binaries: Binaries
    account: Account
    sockets: Path
    lock: int
    durable: bool = True

    @property
    def url(self) -> str:
        """Return the address for the platform's own role, as psycopg reads it."""
        return f"postgresql://{ROLE}:{self._role_password()}@/{ROLE}?host={quote(str(self.sockets), safe='')}"

    def prepare(self) -> None:
        """Make the cluster if there is none, and clear what a crash left behind.

        Raises StartError when the cluster is of another major version or another server runs on it.
        """
        self.data.secret(_SECRET)
        major = postgres_major(self.binaries)
        version = self.data.cluster / "PG_VERSION"
        if version.exists():
            _refuse_other_major(self.data, version.read_text().strip(), major)
            self._clear_stale_pid()
        else:
            self._initdb()
        self.data.version.write_text(f"postgresql {major}\n")

    def child(self) -> Child:
        """Return how to run the server in the foreground."""
        settings = _SETTINGS | ({} if self.durable else _EPHEMERAL)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        argv = [str(self.binaries.postgres), "-D", self._address(self.data.cluster), "-k", str(self.sockets)]
        return Child(
            name="postgres",
            argv=[*argv, *options],
            env=_environment(),
            on_orphaned=signal.SIGINT,
            stops=(Stop(signal.SIGINT, 20), Stop(signal.SIGQUIT, 5)),
            cwd=self.data.cluster,
            fds=(self.lock,),
            drop=self.account.drop(),
        )

    def ready(self) -> bool:
        """Say whether the server answers; the platform's role and database exist afterwards."""
        try:
            with psycopg.connect(
                host=str(self.sockets),
                user=_OWNER,
                password=self.data.secret(_SECRET),
                dbname="postgres",
                connect_timeout=2,
                autocommit=True,
            ) as db:
                self._ensure_role(db)
        except psycopg.OperationalError:
            return False
        return True

    def _role_password(self) -> str:
        # Derived, so that who learns the platform's password does not hold the cluster owner's.
        return hashlib.sha256(f"{ROLE}:{self.data.secret(_SECRET)}".encode()).hexdigest()

    def _ensure_role(self, db: psycopg.Connection) -> None:
        role, password = sql.Identifier(ROLE), sql.Literal(self._role_password())
        if db.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
            statement = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
            db.execute(statement.format(role, password))
        if db.execute("SELECT FROM pg_database WHERE datname = %s", [ROLE]).fetchone() is None:
            db.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))

    def _address(self, directory: Path) -> str:
        return _HERE if self.account.dropped else str(directory)

    def _initdb(self) -> None:
        # Into a directory of another name first: a half-made cluster is never taken for one.
        new = self.data.root / "pg.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.account.own(new)
        password = self._password_file()
        argv = [str(self.binaries.initdb), "-D", self._address(new), "-U", _OWNER, f"--pwfile={password}"]
        argv += ["--auth-local=scram-sha-256", "--auth-host=reject", "--encoding=UTF8"]
        argv += ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
        argv += [] if self.durable else ["--no-sync"]
        log = self.data.logs / "initdb.log"
        try:
            with log.open("wb") as output:
                run = subprocess.run(
                    argv,
                    cwd=new,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    **self.account.drop(),
                )
        finally:
            password.unlink()
        if run.returncode != 0:
            raise StartError(f"PostgreSQL could not make its cluster ({_last_line(log)}); see {log}.")
        new.rename(self.data.cluster)

    def _password_file(self) -> Path:
        # In the sockets' directory, since that is the one place the account can surely read.
        path = self.sockets / "pw"
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.data.secret(_SECRET))
        self.account.own(path)
        return path

    def _clear_stale_pid(self) -> None:
        """Remove a postmaster.pid that names no postmaster of this cluster.

        After a reboot its number usually belongs to some other process. PostgreSQL refuses to start
        when that process is the same user's, so we look: a postmaster's working directory is its
        cluster. The process found is never touched.
        """
        path = self.data.cluster / "postmaster.pid"
        try:
            pid = int(path.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            pid = 0
        if pid:
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/cwd").samefile(self.data.cluster):
                    message = (
                        f"A PostgreSQL server not started by taskyard runs on {self.data.cluster} (pid {pid}). "
                        f"Stop it with: kill -INT {pid}"
                    )
                    raise StartError(message, Exit.IN_USE)
        path.unlink(missing_ok=True)


def _refuse_other_major(data: DataDir, found: str, major: int) -> None:
    if found == str(major):
        return
    message = (
        f"{data.cluster} was made by PostgreSQL {found}; this Taskyard brings PostgreSQL {major}. "
        f"Dump it with the Taskyard that made it, then start with a new --data-dir and restore (docs/operations.md)."
    )
    raise StartError(message, Exit.OTHER_VERSION)


def _environment() -> dict[str, str]:
    # Nothing inherited: PGDATA, PGPORT or LD_LIBRARY_PATH of the caller would change the server.
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no output"
