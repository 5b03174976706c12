"""Further instances of the platform, and a look at the SQL one sends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, LiteralString

import httpx
import psycopg
from fastapi import FastAPI
from psycopg import sql
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.db import Database
from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.entry import migrations
from taskyard.entry.asgi import create_app
from taskyard.kit.ids import uuid7
from tests.world.world import World


@dataclass(frozen=True)
class Instance:
    """A started application."""

    app: FastAPI
    settings: Settings

    @property
    def platform(self) -> Platform:
        """Its wired parts."""
        found: Platform = self.app.state.platform
        return found

    @property
    def world(self) -> World:
        """Makers of what lives in it."""
        return World(self.platform)

    def client(
        self, *, base_url: str = "http://taskyard.test", **headers: str
    ) -> httpx.AsyncClient:
        """Return a client; one that is not closed holds nothing open."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.AsyncClient(transport=transport, base_url=base_url, headers=names)


@asynccontextmanager
async def open_instance(
    settings: Settings, changes: Mapping[str, object], *, empty: bool
) -> AsyncIterator[Instance]:
    """Start an instance with `changes` to the settings, on a database of its own if `empty`."""
    name = f"empty_{uuid7().hex}"
    if empty:
        changes = {**changes, "database_url": _address_of(settings, name)}
        _on_server(settings, "CREATE DATABASE {} TEMPLATE {}", name, _migrated(settings))
    made = settings.model_copy(update=dict(changes))
    try:
        app = create_app(made)
        async with app.router.lifespan_context(app):
            yield Instance(app, made)
    finally:
        if empty:
            _drop(settings, name)


_templates: dict[str, str] = {}


def _migrated(settings: Settings) -> str:
    """Return the name of a database that is migrated and empty, made once per server."""
    if settings.database_url not in _templates:
        name = f"template_{uuid7().hex}"
        _on_server(settings, "CREATE DATABASE {}", name)
        address = _address_of(settings, name)
        migrations.upgrade(settings.model_copy(update={"database_url": address}))
        _templates[settings.database_url] = name
    return _templates[settings.database_url]


def _address_of(settings: Settings, name: str) -> str:
    before, _, query = settings.database_url.partition("?")
    base = before.rpartition("/")[0]
    return f"{base}/{name}" + (f"?{query}" if query else "")


def _on_server(settings: Settings, statement: LiteralString, *names: str) -> None:
    with psycopg.connect(settings.sync_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _drop(settings: Settings, name: str) -> None:
    """Drop a database, with whoever is still connected to it.

    FORCE is refused while autovacuum, which is the superuser's, is at it; a drop without FORCE
    asks autovacuum to leave.
    """
    try:
        _on_server(settings, "DROP DATABASE {} WITH (FORCE)", name)
    except psycopg.errors.InsufficientPrivilege:
        _on_server(settings, "DROP DATABASE {}", name)


async def until_blocking(db: AsyncSession) -> None:
    """Return once somebody waits for this transaction."""
    waits = text(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
        " AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    )
    while not await db.scalar(waits):  # noqa: ASYNC110 — only the database can tell
        await asyncio.sleep(0.01)


_counting: ContextVar[list[str] | None] = ContextVar("counting", default=None)


@contextmanager
def sent_statements(database: Database) -> Iterator[list[str]]:
    """List the SQL that is sent for the block's own work; transaction control is not among it.

    What goes on beside it, such as the relay's, is not listed: only what the block awaits is.
    """
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: Any) -> None:
        if _counting.get() is seen:
            seen.append(statement)

    @asynccontextmanager
    async def noting_driver() -> AsyncIterator[Any]:
        async with driver() as connection:
            yield _Noting(connection, note)

    engine, driver = database.engine.sync_engine, database.driver
    event.listen(engine, "before_cursor_execute", note)
    database.driver = noting_driver  # type: ignore[method-assign]
    token = _counting.set(seen)
    try:
        yield seen
    finally:
        _counting.reset(token)
        database.driver = driver  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", note)


@dataclass(frozen=True)
class _Noting:
    """A driver's connection that notes what it is asked. (Its own loggers hear of it later.)"""

    connection: Any
    note: Callable[[object, object, str], None]

    def __getattr__(self, name: str) -> Any:
        """Return the connection's own, noting the statement it is called with."""
        method = getattr(self.connection, name)

        def noting(sql: str, *args: Any) -> Any:
            self.note(None, None, sql)
            return method(sql, *args)

        return noting
