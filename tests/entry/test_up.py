"""`taskyard up` as a whole: real servers, real API, real signals."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

from taskyard.entry.up.embedded import EmbeddedServers
from tests.entry.conftest import Command, alive, eventually, modes_above

Start = Callable[..., Command]
READY = "Taskyard is ready at "


def address_of(run: Command) -> str:
    assert run.says(READY), run.output
    found = re.search(rf"{READY}http://(\S+)", run.output)
    assert found
    return found[1]


def healthy(address: str) -> bool:
    try:
        return httpx.get(f"http://{address}/api/v1/health", timeout=3).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that the tests of this module start on, one after the other."""
    return tmp_path_factory.mktemp("house") / "data"


@pytest.fixture
def up(taskyard: Start, house: Path) -> Start:
    def start(*arguments: str, data_dir: Path = house, **popen: object) -> Command:
        words = ["up", "--port=0", f"--data-dir={data_dir}", *arguments]
        return taskyard(*words, **popen)

    return start


@pytest.mark.slow
def test_one_command_serves_survives_its_children_and_stops_whole(up: Start, house: Path) -> None:
    before = modes_above(house.parent)
    run = up()
    address = address_of(run)
    assert healthy(address)
    assert re.search(r"first admin, once: http://127\.0\.0\.1:\d+/app/setup\?token=", run.output)

    second = up()
    assert second.ended() == 75
    assert f"in use by another taskyard (pid {run.process.pid})" in second.output

    port = address.rpartition(":")[2]
    third = up(f"--port={port}", data_dir=house.with_name("other"))
    assert third.ended() == 76
    assert f"Port {port} on 127.0.0.1 is already in use. Choose another" in third.output

    assert not listening_on_tcp(run, "postgres", "valkey-server")
    sockets = (house / "sockets").readlink()
    assert sockets.stat().st_mode & 0o777 == 0o700

    assert eventually(lambda: has_child(run, "worker"))
    for word in ("worker", "serve", "valkey-server", "postgres"):
        victim = run.child(word)
        victim.kill()
        assert eventually(lambda v=victim: not alive(v))  # type: ignore[misc]
        assert eventually(lambda w=word: has_child(run, w), within=10), run.output  # type: ignore[misc]
        assert eventually(lambda: healthy(address), within=20), run.output

    left = run.tree()
    run.signal_group(signal.SIGINT)
    assert run.ended(40) == 0
    assert not any(alive(process) for process in left)
    assert not sockets.exists()
    assert modes_above(house.parent) == before


@pytest.mark.slow
def test_nothing_is_left_two_seconds_after_kill_9_and_the_next_start_works(
    up: Start, house: Path
) -> None:
    run = up()
    address_of(run)
    # The worker's two processes and its pool of two.
    assert eventually(lambda: len([p for p in run.tree() if "worker" in p.cmdline()]) >= 4)
    left = run.tree()
    run.process.kill()
    assert eventually(lambda: not any(alive(process) for process in left), within=2)
    EmbeddedServers.start(house, durable=False).stop()


def test_the_servers_of_the_operator_are_used_where_named(up: Start, tmp_path: Path) -> None:
    theirs = EmbeddedServers.start(tmp_path / "theirs", durable=False)
    env = os.environ | {"DATABASE_URL": theirs.database_url, "REDIS_URL": theirs.redis_url}
    try:
        data_dir = tmp_path / "ours"
        run = up("--no-worker", data_dir=data_dir, env=env)
        assert healthy(address_of(run))
        assert "Using the PostgreSQL that DATABASE_URL names." in run.output
        assert not has_child(run, "postgres")
        assert not has_child(run, "worker")
        assert not (data_dir / "pg").exists()
        run.process.terminate()
        assert run.ended(20) == 0
    finally:
        theirs.stop()


def test_a_setting_that_cannot_be_used_is_named(up: Start) -> None:
    run = up(env=os.environ | {"TASKYARD_REGISTRATION": "sometimes", "TASKYARD_PORT": "0"})
    assert run.ended() == 1
    assert "TASKYARD_REGISTRATION: Input should be 'open', 'invite' or 'closed'." in run.output


def test_another_major_version_is_refused(up: Start, tmp_path: Path) -> None:
    cluster = tmp_path / "data" / "pg"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("12\n")
    run = up(data_dir=tmp_path / "data")
    assert run.ended() == 78
    assert "was made by PostgreSQL 12; this Taskyard brings PostgreSQL 1" in run.output


@pytest.mark.slow
def test_kill_9_while_the_database_is_made_leaves_nothing_half_made(
    up: Start, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    run = up(data_dir=data_dir)
    assert eventually((data_dir / "pg.new/base").exists)
    left = run.tree()
    run.process.kill()
    assert eventually(lambda: not any(alive(process) for process in left), within=2)
    assert not (data_dir / "pg").exists()
    EmbeddedServers.start(data_dir, durable=False).stop()
    assert not (data_dir / "pg.new").exists()


def listening_on_tcp(run: Command, *words: str) -> list[object]:
    return [
        connection
        for word in words
        for process in (run.child(word), *run.child(word).children(recursive=True))
        for connection in process.net_connections("inet")
    ]


def has_child(run: Command, word: str) -> bool:
    try:
        return alive(run.child(word))
    except (LookupError, psutil.NoSuchProcess):
        return False
