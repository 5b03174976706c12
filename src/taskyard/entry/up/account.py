"""Which account the servers run under.

PostgreSQL refuses to run as root, and it is right. Started as root, the servers drop to an
unprivileged account; started by an ordinary user, they run as that user.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from taskyard.entry.up.errors import Exit, StartError

# `taskyard` is for the operator who wants an account of its own. `nobody` comes last because the
# sandbox runs foreign code under that uid, and would then share it with the database.
CANDIDATES = ("taskyard", "postgres", "daemon", "nobody")


class Drop(TypedDict, total=False):
    """The part of subprocess.Popen's arguments that changes who the child is."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """An account of this machine, and whether we must drop to it."""

    name: str
    uid: int
    gid: int
    dropped: bool

    def drop(self) -> Drop:
        """Return the Popen arguments under which a child runs as this account."""
        if not self.dropped:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give one file or directory to this account; its parents are never touched."""
        if self.dropped:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def refuse_nameless(self) -> None:
        """Raise StartError where the account has no entry in passwd, as in some containers."""
        try:
            pwd.getpwuid(self.uid)
        except KeyError:
            message = (
                f"uid {self.uid} has no name on this machine, and PostgreSQL makes no database "
                "without one. Add a line for it to /etc/passwd, run taskyard as a user that has a "
                "name, or set TASKYARD_DATABASE_URL to a PostgreSQL of your own."
            )
            raise StartError(message, Exit.NO_ACCOUNT) from None

    def reaches(self, path: Path) -> bool:
        """Say whether this account can enter the directory, by asking the kernel."""
        if not self.dropped:
            return os.access(path, os.X_OK)
        # A shell because initdb needs one anyway, and mode bits alone miss ACLs and mounts.
        command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(path)]
        run = subprocess.run(command, check=False, cwd="/", capture_output=True, **self.drop())
        return run.returncode == 0


def servers_account(cluster: Path) -> Account:
    """Choose the account for PostgreSQL and Valkey.

    An existing cluster keeps its owner, so that a `taskyard` account made later changes nothing.
    Raises StartError when the cluster is somebody else's or root finds no account to drop to.
    """
    owner = cluster.stat().st_uid if cluster.exists() else None
    uid = os.geteuid()
    if uid != 0:
        if owner not in (None, uid):
            message = (
                f"The database in {cluster} belongs to {_name(owner)}. "
                "Run taskyard as that user, or choose another --data-dir."
            )
            raise StartError(message, Exit.NOT_WRITABLE)
        return Account(_name(uid), uid, os.getegid(), dropped=False)
    names = (_name(owner), *CANDIDATES) if owner else CANDIDATES
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            account = Account(name, entry.pw_uid, entry.pw_gid, dropped=True)
            _refuse_if_stuck(account)
            return account
    message = (
        "PostgreSQL does not run as root, and this machine has no account to run it under. "
        "Create one (useradd --system taskyard), or run taskyard as an ordinary user."
    )
    raise StartError(message, Exit.NO_ACCOUNT)


def _refuse_if_stuck(account: Account) -> None:
    """Raise StartError where root may not become somebody else, as in some containers."""
    try:
        subprocess.run(["/bin/sh", "-c", ":"], check=True, cwd="/", **account.drop())
    except (OSError, subprocess.SubprocessError) as error:
        message = (
            f"PostgreSQL does not run as root, and root may not become {account.name} here "
            f"({error}). Run taskyard as an ordinary user, or give the container the capabilities "
            "SETUID and SETGID."
        )
        raise StartError(message, Exit.NO_ACCOUNT) from error


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return f"uid {uid}"
