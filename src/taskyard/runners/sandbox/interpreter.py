"""Which Python the payload runs on.

Ours, if the sandbox's user can read it. Where everything is root's and the interpreter lies in a
closed home, another of the same version that everybody can read; else a copy of ours.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from taskyard.runners.sandbox import ground, identity

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_SYSTEM_FOLDERS = (Path("/usr/bin"), Path("/usr/local/bin"))
#: Left out of a copy: 140 of 280 MB, nothing that tools or tests of projects import.
_NOT_COPIED = ("test", "idlelib", "tkinter", "turtledemo", "ensurepip", "site-packages", "config-*")
#: A distribution's minimal Python lacks some of these; extension modules must fit the same ABI.
_CHECK = """
import json, sys, sysconfig
import asyncio, ctypes, multiprocessing, sqlite3, ssl, unittest, zlib
print(json.dumps([sysconfig.get_config_var("SOABI"), ".".join(map(str, sys.version_info[:3]))]))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python for the payload; `copied` means the toolbox holds its own copy of `prefix`."""

    executable: Path
    prefix: Path
    version: str
    copied: bool

    @property
    def mount(self) -> Path | None:
        """The folder to show inside at its own path, where /usr does not hold it."""
        return None if self.copied or self.prefix.is_relative_to("/usr") else self.prefix

    @property
    def label(self) -> str:
        """What distinguishes it, for the name of the toolbox."""
        return f"{self.executable} {self.version} {self.copied}"


def choose(system: tuple[Path, ...] = _SYSTEM_FOLDERS) -> Interpreter:
    """Return the interpreter for the sandbox; `system` are the folders searched for another."""
    version = platform.python_version()
    own = Interpreter(_own_executable(), Path(sys.base_prefix).resolve(), version, copied=False)
    if ground.reachable(own.executable) and ground.reachable(_library(own.prefix) / "os.py"):
        return own
    for folder in system:
        other = (folder / VERSION).resolve()
        if other.is_file() and ground.reachable(other) and (found := _version_if_fit(other)):
            return Interpreter(other, other.parent.parent, found, copied=False)
    return Interpreter(own.executable, own.prefix, version, copied=True)


def copy(source: Interpreter, target: Path) -> Path:
    """Copy what runs of `source.prefix` to `target`; return the executable's path there."""
    (target / "bin").mkdir(parents=True)
    executable = target / "bin" / VERSION
    shutil.copy2(source.executable, executable)
    shutil.copytree(
        _library(source.prefix),
        _library(target),
        symlinks=True,
        ignore=shutil.ignore_patterns(*_NOT_COPIED),
    )
    for shared in (source.prefix / "lib").glob("libpython3*.so*"):
        shutil.copy2(shared, target / "lib" / shared.name, follow_symlinks=False)
    return executable


def _own_executable() -> Path:
    # In a virtual environment sys.executable is a link; this is what it links to.
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def _library(prefix: Path) -> Path:
    return prefix / "lib" / VERSION


def _version_if_fit(executable: Path) -> str | None:
    """Ask another interpreter, as the user who is to run it; None where it will not do."""
    with identity.borrow() as who:
        user = {} if who.uid is None else {"user": who.uid, "group": who.uid, "extra_groups": []}
        try:
            answer = subprocess.run(
                [str(executable), "-I", "-S", "-c", _CHECK],
                check=True,
                capture_output=True,
                timeout=20,
                cwd="/",
                env={"PATH": os.defpath},
                **user,  # type: ignore[call-overload]
            )
        except (OSError, subprocess.SubprocessError):
            return None
    abi, version = json.loads(answer.stdout)
    return str(version) if abi == sysconfig.get_config_var("SOABI") else None
