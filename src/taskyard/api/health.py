"""Is it up, and what does it stand on?"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, cast

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

_PATIENCE_S: Final = 2.0
#: Nobody counts these requests: however many come, a dependency is asked once in so long.
_FRESH_S: Final = 1.0
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

    return await _lately(platform, "database", ask)


async def valkey_state(platform: Platform) -> State:
    """Ask Valkey; `disabled` where none is configured."""
    valkey = platform.valkey
    if valkey is None:
        return "disabled"

    async def ask() -> None:
        await valkey.ping()

    return await _lately(platform, "valkey", ask)


async def broker_state(platform: Platform) -> State:
    """Ask what carries hints to workers; `disabled` where nothing does, so that no job is run."""
    settings = platform.settings
    if settings.broker_url is None:
        return await valkey_state(platform)

    async def ask() -> None:
        await reach_broker(settings, within_s=_PATIENCE_S)

    return await _lately(platform, "broker", ask)


async def migrations_state(platform: Platform) -> State:
    """Look whether the database is at the newest revision this release knows."""

    async def ask() -> None:
        async with platform.database.session() as db:
            at = await db.scalar(text("SELECT version_num FROM alembic_version"))
        if at != _newest_revision():
            raise LookupError(at)

    return await _lately(platform, "migrations", ask)


@cache
def _newest_revision() -> str | None:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()


async def _lately(platform: Platform, what: str, question: Callable[[], Awaitable[None]]) -> State:
    """Return what was found within the last second; all who come meanwhile wait for one answer."""
    clock = asyncio.get_running_loop().time
    at, answer = platform.asked.get(what, (0.0, None))
    if answer is None or (answer.done() and clock() - at >= _FRESH_S):
        answer = asyncio.create_task(_ask(question), name=f"health-{what}")
        platform.asked[what] = clock(), answer
    return cast("State", await asyncio.shield(answer))


async def _ask(question: Callable[[], Awaitable[None]]) -> str:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await question()
    except Exception:  # noqa: BLE001 — whatever it is, the dependency did not answer
        return "error"
    return "ok"


ROUTERS = (router,)
