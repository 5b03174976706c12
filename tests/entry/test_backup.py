"""A backup carries everything, and a restore brings it back or changes nothing."""

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from taskyard.entry.up.embedded import EmbeddedServers
from tests.entry.conftest import Command

Start = Callable[..., Command]
PASSWORD = "correct horse battery staple 9"
CONTENT = "blobs/blobs/ab/abcdef"
EMAIL = "keeper@example.com"


@pytest.fixture
def home(file: Path) -> Path:
    """Where the tests of this module have their data directories and files."""
    return file.parent


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup, written beside a running instance."""
    home = tmp_path_factory.mktemp("backup")
    old, file = home / "old", home / "taskyard.tar"
    create = ("admin", "create-admin", f"--email={EMAIL}", f"--password={PASSWORD}")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "taskyard.entry.cli", *words, f"--data-dir={old}"]
        return subprocess.run(argv, capture_output=True, text=True, check=False)

    early = run(*create)
    assert early.returncode == 1
    assert "Run `taskyard migrate` first." in early.stderr
    empty = run("backup", str(file))
    assert empty.returncode == 1
    assert "There is nothing to back up" in empty.stderr
    for words in (("migrate",), create):
        assert run(*words).returncode == 0
    (old / CONTENT).parent.mkdir(parents=True)
    (old / CONTENT).write_bytes(b"content")
    (old / f"{CONTENT}#1").write_bytes(b"half of so")
    servers = EmbeddedServers.start(old, durable=False)
    try:
        written = run("backup", str(file))
    finally:
        servers.stop()
    assert f"Wrote {file}" in written.stdout, written.stderr
    return file


@pytest.mark.slow
def test_what_was_there_is_there_again(taskyard: Start, home: Path, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in home.iterdir()} == {"old", "taskyard.tar"}
    old, new = home / "old", home / "new"
    restored = taskyard("restore", str(file), f"--data-dir={new}")
    assert restored.ended() == 0, restored.output
    assert (new / CONTENT).read_bytes() == b"content"
    assert not (new / f"{CONTENT}#1").exists()
    assert (new / "secret.key").read_text() == (old / "secret.key").read_text()
    servers = EmbeddedServers.start(new, durable=False)
    try:
        with psycopg.connect(servers.database_url) as db:
            assert db.execute("SELECT email, role FROM users").fetchall() == [(EMAIL, "admin")]
    finally:
        servers.stop()


@pytest.mark.slow
def test_nothing_is_written_over(taskyard: Start, home: Path, file: Path) -> None:
    before = file.read_bytes()
    again = taskyard("backup", str(file), f"--data-dir={home / 'old'}")
    assert again.ended() == 1
    assert "exists already" in again.output
    assert file.read_bytes() == before
    onto = taskyard("restore", str(file), f"--data-dir={home / 'old'}")
    assert onto.ended() == 1
    assert "The database holds something already." in onto.output


def _with(home: Path, name: str, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Return a copy of the backup whose members are changed; None leaves one out."""
    made = home / f"{name}.tar"
    with tarfile.open(home / "taskyard.tar") as source, tarfile.open(made, "w") as target:
        for member in source:
            file = source.extractfile(member)
            content = change(member.name, file.read()) if file else b""
            if content is not None:
                member.size = len(content)
                target.addfile(member, io.BytesIO(content))
    return made


def _newer(name: str, content: bytes) -> bytes:
    if name != "taskyard.json":
        return content
    return json.dumps(json.loads(content) | {"release": "9.0", "revision": "of_9_0"}).encode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("newer", _newer, "was written by Taskyard 9.0, which is newer."),
        (
            "headless",
            lambda name, content: None if name == "taskyard.json" else content,
            "is no backup: it does not begin with taskyard.json.",
        ),
        (
            "keyless",
            lambda name, content: None if name == "secret.key" else content,
            "is not whole: secret.key is missing.",
        ),
        (
            "damaged",
            lambda name, content: content[:4000] if name == "database.dump" else content,
            "pg_restore failed: ",
        ),
    ],
    ids=["newer", "headless", "keyless", "damaged"],
)
def test_what_cannot_be_restored_is_refused(
    taskyard: Start,
    home: Path,
    file: Path,
    name: str,
    change: Callable[[str, bytes], bytes | None],
    reason: str,
) -> None:
    changed, into = _with(home, name, change), home / f"into-{name}"
    run = taskyard("restore", str(changed), f"--data-dir={into}")
    assert run.ended() == 1
    assert reason in run.output, run.output
    # Nothing stands in the way of a better backup.
    if name == "damaged":
        better = taskyard("restore", str(file), f"--data-dir={into}")
        assert better.ended() == 0, better.output


@pytest.mark.slow
def test_what_is_no_backup_is_refused(taskyard: Start, home: Path, file: Path) -> None:
    (home / "text").write_text("hello")
    cut = home / "cut.tar"
    cut.write_bytes(file.read_bytes()[:100_000])
    for each, reason in (
        (home / "text", "is no backup, or not a whole one"),
        (home / "none", "There is no file"),
        (cut, "not a whole one"),
    ):
        run = taskyard("restore", str(each), f"--data-dir={home / 'nowhere'}")
        assert run.ended() == 1
        assert reason in run.output, run.output


@pytest.mark.slow
def test_the_key_in_force_has_to_be_the_backups(taskyard: Start, home: Path, file: Path) -> None:
    into = home / "keyed"
    env = os.environ | {"TASKYARD_SECRET_KEY": "f" * 64}
    run = taskyard("restore", str(file), f"--data-dir={into}", env=env)
    assert run.ended() == 1
    assert "Set TASKYARD_SECRET_KEY to what" in run.output
