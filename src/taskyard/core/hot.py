"""Hot reads: routes whose whole answer, caller included, is one statement.

Declared, documented, counted, recorded and checked like any other route; only the framework's
dependencies and the ORM are left out, which cost ten times what the database takes:

    @jobs.hot("/{job_id}", answers=Item[JobRead], errors=(JobNotFound,))
    def get_job(caller: Annotated[Caller, MayReadJob], job_id: JobId) -> Question:
        return Question(_ONE, (job_id,), absent=JobNotFound)

The statement is joined to the row `caller`: the live session that was shown, with its account. So
an ended session is refused at once here as well. What the caller may see is for the statement to
say, in its WHERE; `tests/contract` walks these routes with every kind of caller.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, get_type_hints

import asyncpg
import orjson
from asyncpg import Record
from fastapi import Request, Response
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.types import Receive, Scope, Send

from taskyard.core.access import (
    ROLE_PERMISSIONS,
    Access,
    Actor,
    AuthRequired,
    Permission,
    SessionRevoked,
    Shown,
    access_of,
    admit,
    recognise,
)
from taskyard.core.admission import GENERAL, admission_of
from taskyard.core.platform import Platform
from taskyard.core.schemas import Cursor
from taskyard.core.spine import Event
from taskyard.core.strict import BUCKET, StrictRoute
from taskyard.core.uow import Uow, unit_of_work
from taskyard.kit.errors import Kind, TaskyardError

_JSON: Final = "application/json"
#: How often the same look at the same thing is told.
A_LOOK: Final = timedelta(hours=1)
#: Queries that are remembered as they were understood, for each route.
_REMEMBERED: Final = 256


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as far as known before the statement: what it may say of the row `caller`.

    Its columns: session_id, user_id, username, email, role, tier, fresh.
    """

    cursor: Cursor

    @staticmethod
    def may(permission: Permission) -> str:
        """Return the condition that the caller's account holds a permission."""
        roles = [role for role, held in ROLE_PERMISSIONS.items() if permission in held]
        return f"caller.role IN ({', '.join(map(repr, sorted(roles)))})"


def utc(column: str) -> str:
    """Return a column's time as the API writes times: RFC 3339, in UTC, ending in `Z`."""
    name = column.rpartition(".")[2]
    return f"""to_char({column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS {name}"""


#: The row `caller` of somebody who was recognised before.
_KNOWN: Final = """
    SELECT (known->>'session_id')::uuid AS session_id, (known->>'user_id')::uuid AS user_id,
        known->>'username' AS username, known->>'email' AS email, known->>'role' AS role,
        known->>'tier' AS tier, true AS fresh
    FROM (SELECT $1::text::jsonb AS known) given"""


def _whole(row: Record, _: Actor) -> str:
    body: str = row["body"]
    return body


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask of the database, and how its row becomes the answer's text.

    `sql` may name `caller`, has parameters from `$2` on, and gives at most one row with the column
    `body`: JSON text of the route's response model.
    """

    sql: str
    args: tuple[Any, ...] = ()
    #: What it means that there is no row.
    absent: type[TaskyardError] | None = None
    text: Callable[[Record, Actor], str] = _whole
    headers: Callable[[Record], Mapping[str, str]] | None = None
    #: What is told of the look itself, once an hour; None for nothing.
    noted: Callable[[Record, Actor], Event | None] | None = None
    #: Makes what has to be there first, where the row says that it is not `ready`.
    first: Callable[[Uow, Actor], Awaitable[None]] | None = None


class HotRoute(StrictRoute):
    """Asks the endpoint what to ask, and the database for the rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # As the framework would wrap it, but for the stacks of exits that nothing here enters.
        self.app = self._bare

    async def _bare(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._handler(Request(scope, receive, send))
        await response(scope, receive, send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request, which has no body to check."""
        access, asked, read = access_of(self.endpoint), self.endpoint, Parameters(self)
        assert access is not None  # Router refuses a route without
        bucket = (self.openapi_extra or {}).get(BUCKET, GENERAL)

        async def answer(request: Request) -> Response:
            platform: Platform = request.app.state.platform
            shown = await _shown(request, platform)
            try:
                question: Question = asked(Caller(platform.cursor), **read(request))
            except (TaskyardError, RequestValidationError):
                # Who may not ask at all is told that first, as on every other route.
                await _admit_plainly(request, platform, access)
                raise
            row = await _ask(platform, shown, question)
            actor = await _admit(request, platform, access, shown, row)
            if question.first is not None and not row["ready"]:
                async with unit_of_work(platform.database) as uow:
                    await question.first(uow, actor)
                row = await _ask(platform, shown, question)
            if row["body"] is None and question.absent is not None:
                raise question.absent
            if question.noted is not None:
                await _note(platform, question.noted(row, actor))
            headers = question.headers(row) if question.headers else None
            return Response(question.text(row, actor), headers=headers, media_type=_JSON)

        self._handler = self.checked(answer, bucket=bucket)
        return self._handler


async def answered(uow: Uow, actor: Actor, question: Question, *, status: int = 200) -> Response:
    """Answer as a hot read would, of what this unit of work wrote.

    For a route that changed something and answers with it. Raises what the question says of
    nothing.
    """
    await uow.db.flush()
    connection = await (await uow.db.connection()).get_raw_connection()
    driver: asyncpg.Connection = connection.driver_connection
    known = orjson.dumps(
        {
            "session_id": actor.session_id,
            "user_id": actor.user_id,
            "username": actor.username,
            "email": actor.email,
            "role": actor.role,
            "tier": actor.tier,
        },
        default=str,  # the driver's own UUIDs
    ).decode()
    row = await driver.fetchrow(_joined(_KNOWN, question.sql), known, *question.args)
    if row["body"] is None and question.absent is not None:
        raise question.absent
    headers = question.headers(row) if question.headers else None
    return Response(question.text(row, actor), status, headers, media_type=_JSON)


async def _ask(platform: Platform, shown: Shown, question: Question) -> Any:
    async with platform.database.driver() as connection:
        return await connection.fetchrow(
            _joined(shown.caller, question.sql), shown.key, *question.args
        )


async def _note(platform: Platform, looked: Event | None) -> None:
    if looked is not None:
        async with unit_of_work(platform.database) as uow:
            await uow.emit_once(looked, within=A_LOOK)


@lru_cache(maxsize=256)
def _joined(caller: str, sql: str) -> str:
    return (
        f"WITH caller AS ({caller}) SELECT caller.*, answer.* FROM caller"  # noqa: S608 — constants
        f" LEFT JOIN LATERAL ({sql}) answer ON true"
    )


async def _shown(request: Request, platform: Platform) -> Shown:
    """Return the credential a request shows. Raises AuthRequired and what a bad one is told."""
    try:
        shown = platform.authenticator.shown(request)
    except TaskyardError as error:
        if error.kind is Kind.UNAUTHENTICATED:
            await admission_of(request).suspect()
        raise
    if shown is None:
        await admission_of(request).stranger()
        raise AuthRequired
    return shown


async def _admit(
    request: Request, platform: Platform, access: Access, shown: Shown, row: Record | None
) -> Actor:
    """Return the caller, counted and allowed. Raises what `core.access.Access` raises."""
    actor = platform.authenticator.actor(shown, row) if row is not None else None
    if actor is None:
        if shown.by_cookie:
            # An ended browser session is no credential: the person is simply signed out.
            await admission_of(request).stranger()
            raise AuthRequired
        await admission_of(request).suspect()
        raise SessionRevoked
    request.scope["user_id"] = str(actor.user_id)
    await admit(request, actor, by_cookie=shown.by_cookie)
    if access.permission is not None:
        actor.require(access.permission)
    if row is not None and not row["fresh"]:
        await platform.authenticator.touch(platform.database, row["session_id"])
    return actor


async def _admit_plainly(request: Request, platform: Platform, access: Access) -> None:
    async with unit_of_work(platform.database) as uow:
        actor = await recognise(request, uow)
        if actor is None:
            raise AuthRequired
        if access.permission is not None:
            actor.require(access.permission)


class Parameters:
    """Reads a route's path and query; a query that came before, once."""

    def __init__(self, route: StrictRoute) -> None:
        self._route = route
        hints = get_type_hints(route.endpoint, include_extras=True)
        self._path: dict[str, TypeAdapter[Any]] = {
            param.name: TypeAdapter(hints[param.name]) for param in route.dependant.path_params
        }
        self._seen: OrderedDict[bytes, dict[str, Any]] = OrderedDict()

    def __call__(self, request: Request) -> dict[str, Any]:
        """Return the values by name. Raises RequestValidationError."""
        query = self._seen.get(request.scope["query_string"])
        given = request.scope["path_params"]
        try:
            path = {name: kind.validate_python(given[name]) for name, kind in self._path.items()}
        except ValidationError:
            path = None
        if path is not None and query is not None:
            return {**path, **query}
        return self._as_the_framework_does(request)

    def _as_the_framework_does(self, request: Request) -> dict[str, Any]:
        fields = self._route.dependant
        path, errors = request_params_to_args(fields.path_params, request.path_params)
        query, wrong = request_params_to_args(fields.query_params, request.query_params)
        if errors or wrong:
            raise RequestValidationError([*errors, *wrong])
        self._seen[request.scope["query_string"]] = query
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return {**path, **query}
