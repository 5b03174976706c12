"""Is it up, and what does it stand on?"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import Request
from sqlalchemy import text

from taskyard import __version__
from taskyard.core.access import public
from taskyard.core.platform import Platform
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
    database, valkey = await asyncio.gather(
        _ask(lambda: _ask_database(platform)),
        _ask(lambda: _ask_valkey(platform)) if platform.valkey else _disabled(),
    )
    healthy = database == "ok" and valkey != "error"
    return DetailedHealth(
        status="healthy" if healthy else "degraded",
        version=__version__,
        checks={"database": database, "redis": valkey},
    )


async def _ask(question: Callable[[], Awaitable[None]]) -> State:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await question()
    except Exception:  # noqa: BLE001 — whatever it is, the dependency did not answer
        return "error"
    return "ok"


async def _ask_database(platform: Platform) -> None:
    async with platform.database.session() as db:
        await db.execute(text("SELECT 1"))


async def _ask_valkey(platform: Platform) -> None:
    assert platform.valkey is not None
    await platform.valkey.ping()


async def _disabled() -> State:
    return "disabled"


ROUTERS = (router,)
