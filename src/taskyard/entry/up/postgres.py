"""The embedded PostgreSQL: making its cluster, running it, knowing that it answers.

The wheel's own `get_server()` is not used: it leaves servers behind and opens directories.

Only the platform's role can connect. The cluster's owner has no password, and no connection is
trusted: what needs a superuser is done by a single-user server before the real one starts.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from taskyard import __version__
from taskyard.entry.up.account import Account
from taskyard.entry.up.binaries import Binaries, find, postgres_major
from taskyard.entry.up.datadir import DataDir
from taskyard.entry.up.errors import Exit, StartError
from taskyard.entry.up.process import Child, Stop, bound_to_us

ROLE = "taskyard"
PASSWORD_FILE = "postgres.password"  # noqa: S105 -- the name of a file
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
_EPHEMERAL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


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
        """Return the address for the platform's role, as psycopg reads it."""
        return url_at(self.sockets, self.data.secret(PASSWORD_FILE))

    def prepare(self) -> None:
        """Make the cluster if there is none, and clear what a crash left behind.

        Raises StartError when the cluster is of another major version or another server runs on it.
        """
        major = postgres_major(self.binaries)
        version = self.data.cluster / "PG_VERSION"
        known = self.data.kept(PASSWORD_FILE)
        password = self.data.secret(PASSWORD_FILE)
        if not version.exists():
            # First, so that no moment has a database without the key its hashes are made with.
            self.data.key()
            self._make(password)
        else:
            self._refuse_other_major(version.read_text().strip(), major)
            self._clear_stale_locks()
            if not known:
                statement = f"ALTER ROLE {ROLE} PASSWORD '{password}'"
                self._single_user(self.data.cluster, [statement])
        self.data.version.write_text(f"taskyard {__version__}\npostgresql {major}\n")

    def child(self) -> Child:
        """Return how to run the server in the foreground."""
        settings = _SETTINGS | ({} if self.durable else _EPHEMERAL)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        where = ["-D", self._address(self.data.cluster), "-k", str(self.sockets)]
        return Child(
            name="postgres",
            argv=[str(self.binaries.postgres), *where, *options],
            env=_environment(),
            on_orphaned=signal.SIGINT,
            stops=(Stop(signal.SIGINT, 20),),
            # Recovers like a crash, but unlike a kill leaves no shared memory behind.
            abort=Stop(signal.SIGQUIT, 5),
            cwd=self.data.cluster,
            fds=(self.lock,),
            drop=self.account.drop(),
        )

    def ready(self) -> bool:
        """Say whether the server accepts connections."""
        asker = str(find().postgres_bin / "pg_isready")
        argv = [asker, "-q", "-t", "2", "-h", str(self.sockets), "-U", ROLE, "-d", ROLE]
        return subprocess.run(argv, check=False, env=_environment()).returncode == 0

    def _address(self, directory: Path) -> str:
        return _HERE if self.account.dropped else str(directory)

    def _make(self, password: str) -> None:
        self.account.refuse_nameless()
        # Under another name first: a half-made cluster is never taken for one.
        new = self.data.root / "pg.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.account.own(new)
        argv = [str(self.binaries.initdb), "-D", self._address(new), "--username=postgres"]
        argv += ["--auth-local=peer", "--auth-host=reject", "--no-instructions"]
        argv += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        argv += [] if self.durable else ["--no-sync"]
        self._tool(argv, new)
        rules = new / "pg_hba.conf"
        rules.write_text(f"local all {ROLE} scram-sha-256\n")
        create = (
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'",
            f"CREATE DATABASE {ROLE} OWNER {ROLE}",
        )
        self._single_user(new, create)
        new.rename(self.data.cluster)

    def _single_user(self, cluster: Path, statements: tuple[str, ...] | list[str]) -> None:
        argv = [str(self.binaries.postgres), "--single", "-D", self._address(cluster), "-j"]
        argv += ["-c", "exit_on_error=on", "-c", "log_min_error_statement=panic"]
        argv += [] if self.durable else ["-c", "fsync=off"]
        self._tool([*argv, "postgres"], cluster, "".join(f"{line};\n\n" for line in statements))

    def _tool(self, argv: list[str], cluster: Path, text: str = "") -> None:
        """Run a program on the cluster to its end. Raises StartError when it fails."""
        log = self.data.log("initdb")
        try:
            run = subprocess.run(
                argv,
                check=False,
                cwd=cluster,
                env=_environment(),
                input=text.encode(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                # The lock goes along, so that nobody starts over while this one still writes.
                pass_fds=(self.lock,),
                preexec_fn=bound_to_us(signal.SIGTERM),
                **self.account.drop(),
            )
        finally:
            os.close(log)
        if run.returncode != 0:
            end = self.data.log_tail("initdb", 5)
            where = self.data.logs / "initdb.log"
            raise StartError(f"PostgreSQL's database could not be made; see {where}.\n{end}")

    def _clear_stale_locks(self) -> None:
        """Remove lock files that name no postmaster of this cluster.

        After a reboot their number usually belongs to some other process. PostgreSQL refuses to
        start when that process is the same user's, so we look: a postmaster's working directory is
        its cluster. The process found is never touched. Raises StartError when it is a postmaster.
        """
        path = self.data.cluster / "postmaster.pid"
        try:
            pid = int(path.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            pid = 0
        with contextlib.suppress(OSError):
            if pid > 0 and Path(f"/proc/{pid}/cwd").samefile(self.data.cluster):
                message = (
                    f"A PostgreSQL that taskyard did not start runs on {self.data.cluster} "
                    f"(pid {pid}). Stop it with: kill -INT {pid}"
                )
                raise StartError(message, Exit.IN_USE)
        path.unlink(missing_ok=True)
        (self.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _refuse_other_major(self, found: str, major: int) -> None:
        if found == str(major):
            return
        message = (
            f"{self.data.cluster} was made by PostgreSQL {found}; this Taskyard brings PostgreSQL "
            f"{major}. Dump it with the Taskyard that made it and restore it into a new --data-dir "
            "(docs/operations.md, Backup)."
        )
        raise StartError(message, Exit.OTHER_VERSION)


def url_at(sockets: Path, password: str) -> str:
    """Return the address of the server that listens in `sockets`, for the platform's role."""
    return f"postgresql://{ROLE}:{password}@/{ROLE}?host={quote(str(sockets), safe='')}"


def _environment() -> dict[str, str]:
    # Nothing inherited: PGDATA, PGPORT or LD_LIBRARY_PATH of the caller would change the server.
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
