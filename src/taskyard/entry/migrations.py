"""Bringing a database to the newest revision, safely beside processes that use it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

import taskyard
from taskyard.core.settings import Settings

SCRIPTS = Path(taskyard.__file__).parent / "migrations"
LOCK_TIMEOUT = "4s"
"""A statement that waits longer for a table gives way to those who use it."""
TRIES = 5
CONNECT_PATIENCE = 30.0
_TURN_PATIENCE = "10min"
_LOCK_NOT_AVAILABLE = "55P03"
# One number for every Taskyard, so that of many processes starting at once one migrates.
ADVISORY_LOCK = 1_952_543_595


class MigrationError(Exception):
    """The database could not be brought to the newest revision; the text says why."""


def upgrade(settings: Settings) -> None:
    """Migrate to the newest revision, or do nothing when it is there already.

    Waits for another process that migrates. A migration that cannot get its locks within
    LOCK_TIMEOUT is rolled back and tried again. Raises MigrationError.
    """
    with _connected(settings, patience=CONNECT_PATIENCE) as connection:
        _take_turn(connection)
        for attempt in range(1, TRIES + 1):
            if _tried(connection, last=attempt == TRIES):
                return
            time.sleep(attempt)


def revisions(settings: Settings) -> tuple[str | None, str | None]:
    """Return the revision the database is at and the newest one. Raises MigrationError."""
    with _connected(settings, patience=0) as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    return at, ScriptDirectory.from_config(_config()).get_current_head()


def _take_turn(connection: Connection) -> None:
    try:
        connection.execute(text(f"SET LOCAL statement_timeout = '{_TURN_PATIENCE}'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
    except OperationalError as error:
        message = f"Another process has been migrating the database for {_TURN_PATIENCE}."
        raise MigrationError(message) from error
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()


def _tried(connection: Connection, *, last: bool) -> bool:
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except OperationalError as error:
        connection.rollback()
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE and not last:
            return False
        raise MigrationError(f"The database cannot be migrated: {error.orig}") from error
    except DBAPIError as error:
        raise MigrationError(f"The database cannot be migrated: {error.orig}") from error
    except CommandError as error:
        message = f"This Taskyard cannot migrate the database; did a newer one use it? {error}."
        raise MigrationError(message) from error
    connection.commit()
    return True


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


@contextmanager
def _connected(settings: Settings, patience: float) -> Iterator[Connection]:
    url = make_url(settings.sync_dsn).set(drivername="postgresql+psycopg")
    # No pool: closing the connection is what gives the advisory lock back.
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    with _connect(engine, time.monotonic() + patience) as connection:
        yield connection


def _connect(engine: Engine, deadline: float) -> Connection:
    while True:
        try:
            return engine.connect()
        except OperationalError as error:
            if time.monotonic() > deadline:
                message = f"The database {engine.url!r} does not answer: {error.orig}"
                raise MigrationError(message.strip()) from error
        time.sleep(0.5)
