"""Running `taskyard up` for real, and looking at what it leaves behind."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

import taskyard as package

PATIENCE = 60.0
SOURCES = Path(package.__file__).parent.parent


def eventually(truth: Callable[[], object], within: float = PATIENCE) -> bool:
    """Return whether `truth` came true within so many seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if truth():
            return True
        time.sleep(0.03)
    return bool(truth())


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Command:
    """One command of ours in a session of its own, as a terminal would start it."""

    def __init__(self, *argv: str, out: Path, **popen: object) -> None:
        self._out = out
        with out.open("wb") as stream:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                argv,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                **popen,
            )

    @property
    def output(self) -> str:
        return self._out.read_text()

    def says(self, text: str, within: float = PATIENCE) -> bool:
        """Return whether the text was printed before the command ended or the time was over."""
        return eventually(
            lambda: text in self.output or self.process.poll() is not None, within
        ) and (text in self.output)

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        """Return the direct child that has the word in its command line."""
        for child in psutil.Process(self.process.pid).children():
            # A server rewrites its command line into one string.
            words = " ".join(child.cmdline()).split()
            if any(Path(part).name == word for part in words):
                return child
        raise LookupError(f"no child runs {word}:\n{self.output}")

    def signal_group(self, number: signal.Signals) -> None:
        os.killpg(self.process.pid, number)

    def ended(self, within: float = PATIENCE) -> int:
        code: int = self.process.wait(within)
        return code


@pytest.fixture(scope="session", autouse=True)
def _sockets_go_with_the_session() -> Iterator[None]:
    """Keep what killed servers leave in the temporary directory to a place of our own."""
    place = Path(tempfile.mkdtemp(prefix="ty-tmp-"))
    place.chmod(0o1777)
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(place)
    yield
    os.environ.pop("TMPDIR")
    if before is not None:
        os.environ["TMPDIR"] = before
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[Callable[..., Command]]:
    """Start commands; whatever still runs at the end of the test is ended."""
    started: list[Command] = []

    def start(*argv: str, **popen: object) -> Command:
        command = Command(*argv, out=tmp_path / f"out{len(started)}", **popen)
        started.append(command)
        return command

    yield start
    for command in started:
        if command.process.poll() is None:
            command.process.terminate()
            command.process.wait(PATIENCE)


@pytest.fixture
def taskyard(commands: Callable[..., Command]) -> Callable[..., Command]:
    """Start `taskyard` with these arguments."""

    def start(*arguments: str, **popen: object) -> Command:
        return commands(sys.executable, "-m", "taskyard.entry.cli", *arguments, **popen)

    return start


def modes_above(path: Path) -> dict[Path, int]:
    """Return the permissions of a directory and of all above it."""
    return {place: place.stat().st_mode for place in (path, *path.parents)}


@dataclass(frozen=True)
class Unprivileged:
    """An ordinary user: how to start a Python of theirs that knows Taskyard."""

    python: str
    popen: dict[str, object]
    uid: int

    def home(self, path: Path) -> Path:
        """Make a directory that is theirs alone."""
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.uid)
        return path


@pytest.fixture(scope="session")
def unprivileged() -> Unprivileged:
    """The user who runs the tests, or where that is root, somebody else."""
    if os.geteuid() != 0:
        return Unprivileged(sys.executable, {}, os.geteuid())
    uid = pwd.getpwnam("daemon").pw_uid
    drop = {"user": uid, "group": uid, "extra_groups": [], "cwd": "/"}
    # Root's interpreter often lies in a home directory that is closed to everybody else.
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(SOURCES), sysconfig.get_path("purelib")]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/nonexistent",
    }
    for python in (sys.executable, shutil.which(version, path=os.defpath)):
        try:
            subprocess.run([python or "", "-c", "import psycopg"], check=True, env=env, **drop)  # type: ignore[call-overload]
        except (OSError, subprocess.SubprocessError):
            continue
        return Unprivileged(str(python), {**drop, "env": env}, uid)
    pytest.skip(f"no {version} that an ordinary user may run")


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A directory that every account may pass through; pytest's own are closed."""
    path = Path(tempfile.mkdtemp(prefix="ty-entry-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)
