"""The live socket and its tickets over HTTP."""

from typing import Annotated, Final

import structlog
from fastapi import Request, WebSocket
from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.access import (
    Actor,
    Authenticator,
    AuthRequired,
    CsrfFailed,
    admit,
    check_same_site,
    recognise,
    signed_in,
)
from taskyard.core.admission import admission_of
from taskyard.core.db import DatabaseBusy, is_outage
from taskyard.core.live import tickets
from taskyard.core.live.socket import Socket, check_count
from taskyard.core.live.tickets import TicketInvalid
from taskyard.core.platform import Platform
from taskyard.core.problems import answer
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Out
from taskyard.core.uow import Uow, UowDep, unit_of_work
from taskyard.kit.errors import TaskyardError

router = Router(prefix="/api/v1/ws", tags=["live"])
ROUTERS = (router,)

_log = structlog.get_logger(__name__)
_SUBPROTOCOL: Final = "taskyard.v1"
_TICKET: Final = "ticket."


class TicketRead(Out):
    """A ticket for one socket."""

    ticket: str = Field(description="Good once, for this session's account.")
    expires_in: int = Field(description="Seconds.")


@router.post("/tickets", status_code=201, errors=(CsrfFailed,))
async def create_ticket(actor: Annotated[Actor, signed_in()], uow: UowDep) -> Item[TicketRead]:
    """Give out a ticket for the WebSocket at `/api/v1/ws`.

    Send it as a subprotocol (`taskyard.v1, ticket.<ticket>`) or as `?ticket=`; a client that can
    send an Authorization header needs none.
    """
    if actor.session_id is None:
        raise AuthRequired
    ticket = await tickets.issue(uow, actor, actor.session_id)
    return Item(data=TicketRead(ticket=ticket, expires_in=int(tickets.LIFE.total_seconds())))


@router.websocket("")
async def follow(websocket: WebSocket) -> None:
    """Follow topics live; `core.live.socket` has the protocol."""
    platform: Platform = websocket.app.state.platform
    admission = admission_of(websocket)
    admission.enter("ws", later=False)
    try:
        check_same_site(websocket)
        async with unit_of_work(platform.database) as uow:
            actor = await caller_of(websocket, uow)
            check_count(actor.user_id)
            epoch = await _epoch(uow.db)
    except TaskyardError as error:
        await _deny(websocket, await admission.refusing(error))
        return
    except Exception as error:
        if not is_outage(error):
            raise
        await _deny(websocket, DatabaseBusy(retry_after=2))
        return
    offered = websocket.scope.get("subprotocols", [])
    await websocket.accept(_SUBPROTOCOL if _SUBPROTOCOL in offered else None)
    assert platform.hub is not None, "the API process has a hub"
    await Socket(websocket, platform, platform.hub, actor, epoch).serve()


async def caller_of(websocket: WebSocket, uow: Uow) -> Actor:
    """Return who opens the socket: by ticket, header or cookie. Raises refusals."""
    ticket = _ticket_of(websocket)
    if ticket is None:
        actor = await recognise(websocket, uow)
        if actor is None:
            raise AuthRequired
        return actor
    try:
        actor = await _ticket_holder(websocket, uow, ticket)
    except TicketInvalid:
        await admission_of(websocket).suspect()
        raise
    await admit(websocket, actor, by_cookie=False)
    return actor


async def _ticket_holder(websocket: WebSocket, uow: Uow, ticket: str) -> Actor:
    user_id, session_id = await tickets.redeem(uow.db, ticket)
    authenticator: Authenticator = websocket.app.state.platform.authenticator
    actor = await authenticator.again(uow, session_id)
    if actor is None or actor.user_id != user_id:
        raise TicketInvalid
    websocket.scope["user_id"] = str(user_id)
    return actor


def _ticket_of(websocket: WebSocket) -> str | None:
    for offered in websocket.scope.get("subprotocols", []):
        if offered.startswith(_TICKET):
            return str(offered.removeprefix(_TICKET))
    return websocket.query_params.get("ticket")


async def _epoch(db: AsyncSession) -> str:
    """Return what changes when numbers seen before mean nothing any more: another database."""
    query = "SELECT system_identifier, current_database() FROM pg_control_system()"
    row = (await db.execute(text(query))).one()
    return f"{row[0]:x}.{row[1]}"


async def _deny(websocket: WebSocket, error: TaskyardError) -> None:
    """Refuse the handshake with the same body as any other refusal."""
    request = Request({**websocket.scope, "type": "http", "method": "GET"})
    await websocket.send_denial_response(answer(request, error))


__all__ = ["ROUTERS", "caller_of"]
