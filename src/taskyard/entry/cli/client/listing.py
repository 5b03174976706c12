"""Which files of a folder are its source.

In a git work tree: what git tracks and what it would let you add (`git ls-files -co
--exclude-standard`), so that ignored files, secrets among them, stay at home. Elsewhere: all files
but what tools make and make again. Symbolic links are never followed, and never sent.
"""

import os
import re
import stat
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.files.archive.names import junk, shown

#: Git's own variables, set while a hook runs, would point it at another repository or index.
_GIT_VARIABLES = re.compile("GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR|CEILING_DIRECTORIES)")
#: A repository of a stranger may name a program there, which `ls-files` would run.
_GIT = ("git", "-c", "core.fsmonitor=false")
_GIT_PATIENCE_S = 120.0
#: Where a project file stands beside them, these folders are what a build leaves.
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_BUILT_FOLDERS = ("build", "dist", "htmlcov")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to send."""

    #: Relative to the folder, components joined by `/`.
    path: str
    size_bytes: int
    executable: bool


@dataclass(slots=True)
class Listing:
    """What a folder holds, and what is left out of it, counted by reason."""

    files: list[SourceFile] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    by_git: bool = False


def list_folder(folder: Path, exclude: Sequence[str] = ()) -> Listing:
    """Return a folder's source files, sorted by path. Raises ClientError."""
    listing = Listing()
    paths = _git_paths(folder) if _in_work_tree(folder) else None
    listing.by_git = paths is not None
    for path in sorted(set(paths or _walk(folder, listing.left_out)), key=os.fsencode):
        left_out = junk(path)
        if left_out:
            listing.left_out[left_out[1]] += 1
        elif any(_matches(path, pattern) for pattern in exclude):
            listing.left_out["--exclude"] += 1
        else:
            _take(folder, path, listing)
    return listing


def _take(folder: Path, path: str, listing: Listing) -> None:
    try:
        found = (folder / path).lstat()
    except FileNotFoundError:
        # Git still tracks it, but it was deleted; or it went while we looked.
        return
    except OSError as error:
        raise unreadable(path, error) from None
    if stat.S_ISREG(found.st_mode):
        executable = bool(found.st_mode & stat.S_IXUSR)
        listing.files.append(SourceFile(path, found.st_size, executable))
    elif stat.S_ISLNK(found.st_mode):
        listing.left_out["symbolic links"] += 1
    elif not stat.S_ISDIR(found.st_mode):
        listing.left_out["devices, pipes and sockets"] += 1


def _matches(path: str, pattern: str) -> bool:
    """Say whether a path, or a folder it lies in, matches a pattern such as `data` or `*.csv`.

    A pattern without a `/` is compared with names, one with a `/` with paths from the top.
    """
    parts = path.split("/")
    wanted = pattern.strip("/")
    if "/" not in wanted:
        return any(fnmatchcase(part, wanted) for part in parts)
    return any(fnmatchcase("/".join(parts[:depth]), wanted) for depth in range(1, len(parts) + 1))


def _in_work_tree(folder: Path) -> bool:
    """Say whether git has to be asked: a `.git` lies in the folder or above it."""
    place = folder.resolve()
    return any((above / ".git").exists() for above in (place, *place.parents))


def _git_paths(folder: Path) -> list[str] | None:
    """Return what git counts to the folder; None where git is missing or counts nothing to it."""
    command = [*_GIT, "ls-files", "-co", "--exclude-standard", "-z"]
    env = {name: value for name, value in os.environ.items() if not _GIT_VARIABLES.fullmatch(name)}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_GIT_PATIENCE_S,
        )
    except FileNotFoundError:
        return None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ClientError(f"git cannot be run in {folder}: {error}", Exit.USAGE) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = shown(said[0]) if said else f"exit code {done.returncode}"
        message = f"git does not list {folder}: {reason}\nMend that, or pass an archive instead."
        raise ClientError(message, Exit.USAGE)
    paths: list[str] = []
    for name in filter(None, done.stdout.split(b"\0")):
        path = os.fsdecode(name).rstrip("/")
        place = folder / path
        if place.is_dir() and not place.is_symlink():
            # A submodule, or a repository of its own that lies in this one.
            inner = _git_paths(place) if (place / ".git").exists() else None
            paths.extend(f"{path}/{below}" for below in inner or ())
        else:
            paths.append(path)
    return paths or None


def _walk(folder: Path, left_out: Counter[str]) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise unreadable(os.path.relpath(error.filename, folder), error)

    for place, folders, names in os.walk(folder, onerror=refuse):
        below = os.path.relpath(place, folder)
        prefix = "" if below == "." else f"{below}/"
        kept = []
        for name in folders:
            path = Path(place, name)
            reason = "symbolic links" if path.is_symlink() else _made_by_tools(prefix + name, path)
            if reason:
                left_out[reason] += 1
            else:
                kept.append(name)
        folders[:] = kept
        for name in names:
            yield prefix + name


def _made_by_tools(path: str, place: Path) -> str | None:
    """Return why a folder is no source, None where it is."""
    left_out = junk(path)
    if left_out:
        return left_out[1]
    name = place.name
    if (place / "pyvenv.cfg").exists():
        return "virtual environments"
    if (place / "CACHEDIR.TAG").exists():
        return "tool caches"
    if name == ".eggs" or name.endswith(".egg-info"):
        return "build output"
    built = name in _BUILT_FOLDERS and any(
        (place.parent / file).exists() for file in _PROJECT_FILES
    )
    return "build output" if built else None


def unreadable(path: str, error: OSError) -> ClientError:
    """Return the error for a file that cannot be read: a report without it would mislead."""
    message = (
        f"{shown(path)} cannot be read: {error.strerror}. Mend that, or leave it out: --exclude"
    )
    return ClientError(message, Exit.USAGE)
