"""Is it up, and what does it stand on?"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Request
from sqlalchemy import text

from taskyard import __version__, migrations
from taskyard.core.access import public
from taskyard.core.platform import Platform
from taskyard.core.queue import reach_broker
from taskyard.core.routing import Router
from taskyard.core.schemas import Out

router = Router(prefix="/api/v1/health", tags=["health"])
Anyone = Annotated[None, public()]

_PATIENCE_S = 2.0
State = Literal["ok", "error", "disabled"]


class Health(Out):
    """The process answers."""

    status: Literal["healthy"]
    version: str
    environment: str


class DetailedHealth(Out):
    """Each dependency, really asked."""

    status: Literal["healthy", "degraded"]
    version: str
    checks: dict[str, State]


@router.get("", bucket="none")
async def get_health(_: Anyone, request: Request) -> Health:
    """Say that the process answers."""
    platform: Platform = request.app.state.platform
    return Health(status="healthy", version=__version__, environment=platform.settings.environment)


@router.get("/detailed", bucket="none")
async def get_detailed_health(_: Anyone, request: Request) -> DetailedHealth:
    """Ask every dependency, each for at most two seconds."""
    platform: Platform = request.app.state.platform
    database, valkey = await asyncio.gather(database_state(platform), valkey_state(platform))
    healthy = database == "ok" and valkey != "error"
    return DetailedHealth(
        status="healthy" if healthy else "degraded",
        version=__version__,
        checks={"database": database, "redis": valkey},
    )


async def database_state(platform: Platform) -> State:
    """Ask PostgreSQL."""

    async def ask() -> None:
        async with platform.database.session() as db:
            await db.execute(text("SELECT 1"))

    return await _ask(ask)


async def valkey_state(platform: Platform) -> State:
    """Ask Valkey; `disabled` where none is configured."""
    valkey = platform.valkey
    if valkey is None:
        return "disabled"

    async def ask() -> None:
        await valkey.ping()

    return await _ask(ask)


async def broker_state(platform: Platform) -> State:
    """Ask what carries hints to workers; `disabled` where nothing does, so that no job is run."""
    settings = platform.settings
    if settings.broker_url is None:
        return await valkey_state(platform)
    return await _ask(lambda: reach_broker(settings, within_s=_PATIENCE_S))


async def migrations_state(platform: Platform) -> State:
    """Look whether the database is at the newest revision this release knows."""

    async def ask() -> None:
        async with platform.database.session() as db:
            at = await db.scalar(text("SELECT version_num FROM alembic_version"))
        if at != _newest_revision():
            raise LookupError(at)

    return await _ask(ask)


@cache
def _newest_revision() -> str | None:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()


async def _ask(question: Callable[[], Awaitable[None]]) -> State:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await question()
    except Exception:  # noqa: BLE001 — whatever it is, the dependency did not answer
        return "error"
    return "ok"


ROUTERS = (router,)
