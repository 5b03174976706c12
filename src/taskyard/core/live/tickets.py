"""Tickets: a way in for clients that cannot send a header with a socket's handshake."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import LargeBinary, delete, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.access import Actor
from taskyard.core.db import Base
from taskyard.core.uow import Uow
from taskyard.kit.errors import Kind, TaskyardError

LIFE: Final = timedelta(seconds=30)
#: The log's redaction knows it.
_PREFIX: Final = "tyt_"


class TicketInvalid(TaskyardError):
    """This ticket was used, has expired or was never given out. Ask for a new one."""

    kind = Kind.UNAUTHENTICATED
    code = "TICKET_INVALID"


class LiveTicket(Base):
    """A ticket that was not used yet. Only its hash is kept; it is 256 random bits."""

    __tablename__ = "live_tickets"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID]
    session_id: Mapped[UUID]
    expires_at: Mapped[datetime]


async def issue(uow: Uow, actor: Actor, session_id: UUID) -> str:
    """Return a new ticket of this session."""
    ticket = _PREFIX + secrets.token_urlsafe(32)
    uow.db.add(
        LiveTicket(
            token_hash=_hash(ticket),
            user_id=actor.user_id,
            session_id=session_id,
            expires_at=func.now() + LIFE,
        )
    )
    await uow.db.flush()
    return ticket


async def redeem(db: AsyncSession, ticket: str) -> tuple[UUID, UUID]:
    """Use a ticket up; return (user_id, session_id). Of two uses one is refused: TicketInvalid."""
    used = (
        await db.execute(
            delete(LiveTicket)
            .where(LiveTicket.token_hash == _hash(ticket))
            .returning(
                LiveTicket.user_id, LiveTicket.session_id, LiveTicket.expires_at > func.now()
            )
        )
    ).one_or_none()
    if used is None or not used[2]:
        raise TicketInvalid
    return used[0], used[1]


async def forget_expired(db: AsyncSession) -> None:
    """Remove tickets that nobody used."""
    await db.execute(delete(LiveTicket).where(LiveTicket.expires_at < func.now()))


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).digest()
