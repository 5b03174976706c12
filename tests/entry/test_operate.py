"""The operator's commands, run as they are at a terminal."""

import asyncio
import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from taskyard.entry.up.embedded import EmbeddedServers
from taskyard.kit.ids import uuid7
from tests.entry.conftest import Command
from tests.world.post import open_post_office

Start = Callable[..., Command]
PASSWORD = "correct horse battery staple 9"
_PARK = """
WITH told AS (
  INSERT INTO events (id, name, subject_id, payload)
  VALUES (%(id)s, 'project.deleted.v1', %(id)s, '{}') RETURNING id
)
INSERT INTO parked_events (listener, event_id, error) SELECT %(listener)s, id, 'it broke' FROM told
"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that the tests of this module start on, one after the other."""
    return tmp_path_factory.mktemp("operate") / "data"


def findings(run: Command) -> dict[str, dict[str, str]]:
    report = json.loads(run.output)
    return {finding["what"]: finding for finding in report["findings"]}


def test_help_answers_at_once_and_names_every_command(taskyard: Start) -> None:
    began = time.monotonic()
    run = taskyard("--help")
    assert run.ended() == 0
    assert time.monotonic() - began < 3
    for command in ("up", "serve", "worker", "migrate", "backup", "restore", "doctor", "admin"):
        assert f" {command} " in run.output


def test_a_stopped_instance_is_migrated(taskyard: Start, data_dir: Path) -> None:
    run = taskyard("migrate", f"--data-dir={data_dir}")
    assert run.ended() == 0, run.output
    assert "at the newest revision" in run.output


def test_an_administrator_is_made_beside_a_running_instance(
    taskyard: Start, data_dir: Path
) -> None:
    words = ("admin", "create-admin", "--email=root@example.com", f"--data-dir={data_dir}")
    servers = EmbeddedServers.start(data_dir, durable=False)
    try:
        weak = taskyard(*words, "--password=password")
        link = taskyard("admin", "setup-link", f"--data-dir={data_dir}")
        assert weak.ended() == 1
        assert weak.output.startswith("taskyard: ")
        assert link.ended() == 0, link.output
        assert "/app/setup?token=" in link.output

        made = taskyard(*words, f"--password={PASSWORD}")
        assert made.ended() == 0, made.output
        assert "root@example.com is an administrator now." in made.output
        for account in ("Root@example.com", "root"):
            reset = taskyard("admin", "reset-link", account, f"--data-dir={data_dir}")
            assert reset.ended() == 0, reset.output
            assert "/app/reset-password#tyl_" in reset.output
        nobody = taskyard("admin", "reset-link", "nobody@example.com", f"--data-dir={data_dir}")
        assert nobody.ended() == 1
        assert "There is no active account nobody@example.com." in nobody.output
        nobody = taskyard("admin", "set-role", "nobody", "admin", f"--data-dir={data_dir}")
        assert nobody.ended() == 1
        assert "There is no such account." in nobody.output
        role = taskyard("admin", "set-role", "root", "viewer", f"--data-dir={data_dir}")
        assert role.ended() == 1
        assert "root is the only active administrator." in role.output
        no_more = taskyard("admin", "setup-link", f"--data-dir={data_dir}")
        assert no_more.ended() == 1
        assert "There is an administrator already." in no_more.output
    finally:
        servers.stop()


def test_commands_find_the_instance_that_runs(taskyard: Start, data_dir: Path) -> None:
    servers = EmbeddedServers.start(data_dir, durable=False)
    try:
        at = f"--data-dir={data_dir}"
        # Trying the sandbox out takes seconds; its own tests do that.
        env = os.environ | {"TASKYARD_SANDBOX": "off"}
        run = taskyard("doctor", "--json", at, env=env)
        run.ended()
        found = findings(run)
        assert found["data dir"]["found"].endswith(f"in use by the taskyard with pid {os.getpid()}")
        for what in ("database", "valkey", "storage", "settings"):
            assert found[what]["state"] == "ok", found[what]
        assert found["listeners"]["state"] == "ok", found["listeners"]
        nothing = taskyard("parked", at)
        assert nothing.ended() == 0, nothing.output
        assert "Nothing is parked." in nothing.output
        with psycopg.connect(servers.database_url) as db:
            db.execute(_PARK, {"id": uuid7(), "listener": "jobs.deleted_projects"})
            db.execute(_PARK, {"id": uuid7(), "listener": "of.an.older.release"})
            db.execute("UPDATE alembic_version SET version_num = 'long ago'")
        behind = taskyard("doctor", "--json", at, env=env)
        assert behind.ended() == 1
        assert findings(behind)["database"]["remedy"] == "Run: taskyard migrate"
        assert findings(behind)["listeners"]["found"].startswith("2 failed for good and parked")
        again = taskyard("parked", "--retry", at)
        assert again.ended() == 1
        assert "of.an.older.release: it broke" in again.output
        assert "jobs.deleted_projects" not in again.output, "what works again is done"
    finally:
        servers.stop()


def test_doctor_says_what_is_wrong_and_what_to_do(taskyard: Start, tmp_path: Path) -> None:
    env = os.environ | {
        "DATABASE_URL": "postgresql://me:hush@127.0.0.1:9/nothing",
        "REDIS_URL": "redis://127.0.0.1:9",
        "TASKYARD_SANDBOX": "off",
    }
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = ("doctor", "--json", f"--port={port}", f"--data-dir={tmp_path / 'data'}")
        run = taskyard(*words, env=env)
        assert run.ended() == 1
    found = findings(run)
    assert found["python"]["state"] == found["programs"]["state"] == "ok"
    assert found["data dir"]["state"] == "note"
    assert f"Port {port} on 127.0.0.1 is already in use" in found["port"]["found"]
    assert "does not answer" in found["database"]["found"]
    assert found["sandbox"]["state"] == "note"
    assert found["valkey"]["remedy"] == "Check TASKYARD_REDIS_URL."
    assert "hush" not in run.output
    assert not (tmp_path / "data").exists()


async def test_doctor_tries_the_mail_server(taskyard: Start, tmp_path: Path) -> None:
    async def finding(url: str, **more: str) -> dict[str, str]:
        mail = {"TASKYARD_SMTP_URL": url, "TASKYARD_MAIL_FROM": "Yard <yard@example.com>"}
        env = os.environ | {"TASKYARD_SANDBOX": "off"} | (mail if url else {}) | more
        run = taskyard("doctor", "--json", f"--data-dir={tmp_path / 'data'}", env=env)
        await asyncio.to_thread(run.ended)
        assert "hush" not in run.output
        return findings(run)["mail"]

    public = {"TASKYARD_PUBLIC_URL": "https://yard.example.com"}
    assert (await finding(""))["state"] == "note"
    async with open_post_office() as post:
        local = await finding(post.url)
        assert (local["state"], local["remedy"]) == (
            "note",
            "Set TASKYARD_PUBLIC_URL to the address people use.",
        )
        well = await finding(post.url, **public)
        assert (well["state"], well["found"]) == (
            "ok",
            f"127.0.0.1:{post.port} takes it from yard@example.com",
        )
        told = await finding(f"smtp://me:hush@127.0.0.1:{post.port}", **public)
        assert told["state"] == "wrong"
        assert "takes no password" in told["found"]
    gone = await finding(post.url, **public)
    assert (gone["state"], gone["remedy"]) == ("wrong", "Check TASKYARD_SMTP_URL.")


def test_doctor_names_settings_that_cannot_be_used(taskyard: Start, tmp_path: Path) -> None:
    env = os.environ | {"TASKYARD_WORKER_SLOTS": "many", "ENVIRONMENT": "production"}
    run = taskyard("doctor", f"--data-dir={tmp_path}", env=env)
    assert run.ended() == 1
    assert "TASKYARD_WORKER_SLOTS: Input should be a valid integer" in run.output


def test_a_process_refuses_settings_that_cannot_be_used(taskyard: Start) -> None:
    run = taskyard("worker", env=os.environ | {"ENVIRONMENT": "production"})
    assert run.ended() == 1
    assert "TASKYARD_SECRET_KEY is missing or weak." in run.output
