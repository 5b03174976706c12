"""Migrating: once, in turn, and giving way to those who use a table."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from taskyard.core.settings import Settings
from taskyard.entry import migrations
from taskyard.entry.up.embedded import EmbeddedServers


@pytest.fixture
def blank(services: EmbeddedServers, settings: Settings) -> Iterator[Settings]:
    """Settings that name an empty database of this test's own."""
    name = "blank_for_migrations"
    with psycopg.connect(services.database_url, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
        url = services.database_url.replace("/taskyard?", f"/{name}?")
        yield settings.model_copy(update={"database_url": url})
        db.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_an_empty_database_is_brought_to_the_newest_revision(blank: Settings) -> None:
    at, newest = migrations.revisions(blank)
    assert at is None
    migrations.upgrade(blank)
    assert migrations.revisions(blank) == (newest, newest)
    migrations.upgrade(blank)


def test_many_at_once_take_turns(blank: Settings) -> None:
    failures: list[BaseException] = []

    def migrate() -> None:
        try:
            migrations.upgrade(blank)
        except BaseException as error:  # noqa: BLE001 -- handed to the test's own thread
            failures.append(error)

    with psycopg.connect(blank.sync_dsn) as db:
        db.execute("SELECT pg_advisory_lock(%s)", [migrations.ADVISORY_LOCK])
        threads = [threading.Thread(target=migrate) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        assert migrations.revisions(blank)[0] is None
    for thread in threads:
        thread.join(30)
    assert failures == []
    at, newest = migrations.revisions(blank)
    assert at == newest


def test_a_busy_table_is_not_waited_for_longer_than_its_users_bear(
    blank: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrations, "TRIES", 2)
    with psycopg.connect(blank.sync_dsn) as db:
        db.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        db.commit()
        db.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(migrations.MigrationError, match="canceling statement due to lock time"):
            migrations.upgrade(blank)
    migrations.upgrade(blank)


def test_a_database_of_a_newer_release_is_left_alone(blank: Settings) -> None:
    migrations.upgrade(blank)
    with psycopg.connect(blank.sync_dsn) as db:
        db.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    with pytest.raises(migrations.MigrationError, match="did a newer one use it"):
        migrations.upgrade(blank)


def test_a_database_that_is_away_is_named_without_its_password(
    blank: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "CONNECT_PATIENCE", 0)
    url = "postgresql://me:hush@127.0.0.1:9/nothing"
    with pytest.raises(
        migrations.MigrationError, match=r"127\.0\.0\.1:9/nothing does not answer"
    ) as no:
        migrations.upgrade(blank.model_copy(update={"database_url": url}))
    assert "hush" not in str(no.value)
