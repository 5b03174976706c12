"""What is kept of a sign-in, and how."""

import json
import os
import threading
from pathlib import Path

import pytest

from taskyard.entry.cli.client.credentials import Credentials, SignedIn
from taskyard.entry.cli.client.exits import ClientError, Exit

ONE = SignedIn("maya@example.com", "access", "refresh", 1.5)
TWO = SignedIn("jo@example.com", "access 2", "refresh 2", 2.5)


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    return Credentials(tmp_path / "config/taskyard")


def keep(credentials: Credentials, server: str, kept: SignedIn, *, as_default: bool = True) -> None:
    with credentials.locked():
        credentials.keep(server, kept, as_default=as_default)


def test_only_its_owner_can_read_it(credentials: Credentials) -> None:
    previous = os.umask(0)
    try:
        keep(credentials, "http://a", ONE)
    finally:
        os.umask(previous)
    assert credentials.file.stat().st_mode & 0o777 == 0o600
    assert credentials.file.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in credentials.file.parent.iterdir()) == [
        "credentials.json",
        "credentials.lock",
    ]


def test_several_servers_are_kept_and_the_last_is_the_default(credentials: Credentials) -> None:
    keep(credentials, "http://a", ONE)
    keep(credentials, "http://b", TWO)
    assert (credentials.of("http://a"), credentials.of("http://b")) == (ONE, TWO)
    assert credentials.default() == "http://b"
    keep(credentials, "http://a", TWO, as_default=False)
    assert credentials.default() == "http://b"
    with credentials.locked():
        credentials.forget("http://b")
    assert credentials.of("http://b") is None
    assert credentials.of("http://a") == TWO
    assert credentials.default() == "http://b"


def test_a_broken_file_asks_for_a_new_sign_in_and_is_healed_by_it(
    credentials: Credentials,
) -> None:
    credentials.file.parent.mkdir(parents=True)
    credentials.file.write_text("{half")
    with pytest.raises(ClientError, match="taskyard login") as caught:
        credentials.of("http://a")
    assert caught.value.exit_code == Exit.NO_RIGHTS
    keep(credentials, "http://a", ONE)
    assert credentials.of("http://a") == ONE


@pytest.mark.parametrize(
    "content", ["[]", '{"servers": []}', '{"servers": {"http://a": {"email": "x"}}}', '"x"']
)
def test_a_file_of_another_shape_holds_nobody(credentials: Credentials, content: str) -> None:
    credentials.file.parent.mkdir(parents=True)
    credentials.file.write_text(content)
    assert credentials.of("http://a") is None
    keep(credentials, "http://a", ONE)
    assert credentials.of("http://a") == ONE


def test_a_link_to_the_file_stays_a_link(credentials: Credentials, tmp_path: Path) -> None:
    credentials.file.parent.mkdir(parents=True)
    real = tmp_path / "real.json"
    real.write_text("{}")
    credentials.file.symlink_to(real)
    keep(credentials, "http://a", ONE)
    assert credentials.file.is_symlink()
    assert json.loads(real.read_text())["servers"]["http://a"]["email"] == "maya@example.com"
    assert real.stat().st_mode & 0o777 == 0o600


def test_a_reader_never_sees_half_of_it(credentials: Credentials) -> None:
    keep(credentials, "http://a", ONE)
    stop = threading.Event()
    broken: list[Exception] = []

    def read() -> None:
        while not stop.is_set():
            try:
                assert credentials.of("http://a") in {ONE, TWO}
            except Exception as error:  # noqa: BLE001
                broken.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(100):
        keep(credentials, "http://a", TWO if number % 2 else ONE)
    stop.set()
    reader.join()
    assert not broken


def test_the_place_follows_the_xdg_specification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/maya")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert Credentials.of_this_user().file == tmp_path / "taskyard/credentials.json"
    for ignored in ("", "relative/path"):
        monkeypatch.setenv("XDG_CONFIG_HOME", ignored)
        home = Path("/home/maya/.config/taskyard/credentials.json")
        assert Credentials.of_this_user().file == home


def test_a_place_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "taskyard").write_text("a file, where a folder is wanted")
    with pytest.raises(ClientError, match="set TASKYARD_TOKEN"):
        keep(Credentials(tmp_path / "taskyard"), "http://a", ONE)
