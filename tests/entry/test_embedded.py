"""The embedded servers: who may connect, and what a damaged data directory leads to."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from taskyard.entry.up.account import servers_account
from taskyard.entry.up.datadir import KEY_FILE, DataDir
from taskyard.entry.up.embedded import EmbeddedServers
from taskyard.entry.up.errors import Exit, StartError
from taskyard.entry.up.postgres import PASSWORD_FILE
from taskyard.entry.up.process import spawn
from taskyard.entry.up.servers import Servers
from tests.entry.conftest import Command, eventually

Start = Callable[..., Command]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that the tests of this module start on, one after the other."""
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture
def servers(data_dir: Path) -> Iterator[EmbeddedServers]:
    started = EmbeddedServers.start(data_dir, durable=False)
    yield started
    started.stop()


def test_only_the_platforms_role_connects_and_only_with_its_password(
    servers: EmbeddedServers,
) -> None:
    with psycopg.connect(servers.database_url) as db:
        assert db.execute("SHOW max_connections").fetchone() == ("200",)
        assert db.execute("SHOW listen_addresses").fetchone() == ("",)
        row = db.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False,)
    password = servers.database_url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(servers.database_url.replace(password, "guessed"))
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(servers.database_url.replace("taskyard:", "postgres:"))


def test_valkey_keeps_nothing_and_forgets_nothing(servers: EmbeddedServers) -> None:
    with redis.Redis.from_url(servers.redis_url) as client:
        settings = client.config_get("*")
    assert settings["save"] == ""
    assert settings["appendonly"] == "no"
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["port"] == "0"


def test_secrets_are_for_their_owner_only(servers: EmbeddedServers, data_dir: Path) -> None:
    assert servers.database_url
    assert (data_dir / PASSWORD_FILE).stat().st_mode & 0o777 == 0o600


def test_a_directory_serves_one_at_a_time(servers: EmbeddedServers, data_dir: Path) -> None:
    assert servers.database_url
    with pytest.raises(
        StartError, match=rf"in use by another taskyard \(pid {os.getpid()}\)"
    ) as no:
        EmbeddedServers.start(data_dir)
    assert no.value.exit_code == Exit.IN_USE


def test_a_lost_password_is_replaced(data_dir: Path) -> None:
    EmbeddedServers.start(data_dir, durable=False).stop()
    (data_dir / PASSWORD_FILE).write_text("\n")
    servers = EmbeddedServers.start(data_dir, durable=False)
    try:
        with psycopg.connect(servers.database_url) as db:
            assert db.execute("SELECT 1").fetchone() == (1,)
    finally:
        servers.stop()


def test_a_lost_key_is_not_replaced_beside_its_database(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path)
    key = data.key()
    assert ((tmp_path / KEY_FILE).stat().st_mode & 0o777, data.key()) == (0o600, key)
    data.cluster.mkdir()
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(StartError, match="Put it back from your backup"):
        data.key()


def test_a_server_somebody_started_by_hand_is_neither_used_nor_ended(data_dir: Path) -> None:
    EmbeddedServers.start(data_dir, durable=False).stop()
    data = DataDir(data_dir)
    hold = data.lock()
    by_hand = Servers.of(data, hold, durable=False).postgres
    log = data.log("by-hand")
    process = spawn(by_hand.child(), log)
    os.close(log)
    hold.release()
    try:
        assert eventually(by_hand.ready)
        # The servers' own lock goes with the server, whoever started it.
        assert (data_dir / "servers.lock").exists()
        with pytest.raises(StartError, match="Stop it with: kill -INT"):
            by_hand.prepare()
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def test_a_foreign_directory_for_the_sockets_is_refused(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a directory for somebody else")
    data, account = DataDir.open(tmp_path / "data"), servers_account(tmp_path)
    path = data.sockets(account)
    os.chown(path, 60_001, 60_001)
    with pytest.raises(StartError, match="Taskyard keeps its sockets there"):
        data.sockets(account)
    path.rmdir()


def test_a_long_log_is_put_aside_before_it_is_written_to(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path)
    (data.logs / "api.log").write_bytes(b"x" * 10_000_001)
    os.close(data.log("api"))
    assert (data.logs / "api.log").stat().st_size == 0
    assert (data.logs / "api.log.1").stat().st_size == 10_000_001


def test_a_process_that_starts_while_its_log_is_put_aside_loses_nothing(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path / "data")
    log, aside = data.logs / "api.log", data.logs / "api.log.1"
    for _ in range(20):
        log.write_bytes(b"x" * 10_000_001)
        turning = threading.Thread(target=data.turn_logs)
        turning.start()
        descriptor = data.log("api")
        os.write(descriptor, b"started\n")
        os.close(descriptor)
        turning.join()
        assert log.read_bytes() == b"started\n"
        assert aside.stat().st_size == 10_000_001


def test_the_end_of_a_log(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path)
    (data.logs / "api.log").write_text("".join(f"line {n}\n" for n in range(10_000)))
    assert data.log_tail("api", 2) == "line 9998\nline 9999"
