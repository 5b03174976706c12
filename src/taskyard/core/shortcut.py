"""Shortcuts: writes whose whole work, from who calls to the answer, is one statement.

    @tasks.post("", …, idempotent=True, at_once=at_once.create)
    async def create_task(access: CanCreate, body: TaskCreate, uow: UowDep) -> Response: ...

A shortcut says how to do what is asked for at once, or None where that takes more. Its statement
does all of it or nothing. Where it did nothing, for whatever reason (an ended session, no such
project, a right that is missing), the route itself answers as if there were no shortcut, and says
why: no refusal is worded twice. Nor is a request with an idempotency key taken this way.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias, get_type_hints

from asyncpg import Record
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from taskyard.core.access import Access, Actor, Shown, access_of, admit
from taskyard.core.platform import Platform
from taskyard.kit.errors import TaskyardError

#: Where a route's function keeps its shortcut.
_ATTRIBUTE: Final = "__shortcut__"


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done at once.

    `sql` is what follows `WITH caller AS (…),`: it may name `caller`, has parameters from `$2` on,
    and gives a row with the column `body`, the answer's JSON text, exactly where it did its work.
    """

    sql: str
    args: tuple[Any, ...]
    status: int
    headers: Callable[[Record], Mapping[str, str]]


#: Called with the path's parameters and the body by their names.
Shortcut: TypeAlias = Callable[..., Awaitable[Deed | None]]
Endpoint: TypeAlias = Callable[..., Any]


def give(endpoint: Endpoint, shortcut: Shortcut) -> None:
    """Give a route's function a shortcut."""
    setattr(endpoint, _ATTRIBUTE, shortcut)


class Taker:
    """Takes a route's shortcut."""

    def __init__(self, route: APIRoute, shortcut: Shortcut) -> None:
        self._shortcut = shortcut
        access = access_of(route.endpoint)
        assert access is not None  # Router refuses a route without
        self._access: Access = access
        hints = get_type_hints(shortcut, include_extras=True)
        self._path = {name: TypeAdapter[Any](hints[name]) for name in route.param_convertors}
        self._body: type[BaseModel] = hints["body"]

    async def take(self, request: Request) -> Response | None:
        """Do what is asked for; None where it was not done. Raises RateLimitExceeded."""
        platform: Platform = request.app.state.platform
        try:
            shown = platform.authenticator.shown(request)
            # Whom to count; whether they still may is for the statement to see.
            known = platform.authenticator.lately(shown) if shown is not None else None
            if shown is None or known is None or not self._may(shown, known):
                return None
            deed = await self._shortcut(
                **{
                    name: kind.validate_python(request.path_params[name])
                    for name, kind in self._path.items()
                },
                body=self._body.model_validate(await request.json()),
            )
        except (TaskyardError, ValidationError):
            return None
        if deed is None:
            return None
        request.scope["user_id"] = str(known.user_id)
        await admit(request, known, by_cookie=shown.by_cookie)
        return await _do(platform, shown, deed)

    def _may(self, shown: Shown, actor: Actor) -> bool:
        permission = self._access.permission
        is_theirs = shown.user_id in {None, actor.user_id}
        return is_theirs and (permission is None or actor.may(permission))


async def _do(platform: Platform, shown: Shown, deed: Deed) -> Response | None:
    async with platform.database.driver() as connection:
        row = await connection.fetchrow(_whole(shown.caller, deed.sql), shown.key, *deed.args)
    if row is None:
        return None
    if platform.database.bell is not None:
        platform.database.bell()
    headers = deed.headers(row)
    return Response(row["body"], deed.status, headers, media_type="application/json")


@lru_cache(maxsize=64)
def _whole(caller: str, sql: str) -> str:
    return f"WITH caller AS ({caller}), {sql}"


def taker_of(route: APIRoute) -> Taker | None:
    """Return who takes a route's shortcut, where it has one."""
    shortcut = getattr(route.endpoint, _ATTRIBUTE, None)
    return Taker(route, shortcut) if shortcut is not None else None
