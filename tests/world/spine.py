"""Having a reader of the spine catch up."""

import asyncio

from sqlalchemy import text

from taskyard.core.db import Database
from taskyard.core.spine import Listener, drain

_LEFT = text(
    """
    SELECT EXISTS (SELECT FROM events LEFT JOIN listener_positions place ON place.name = :name
     WHERE place.name IS NULL OR (events.xid, events.id) > (place.xid, place.event_id))
    """
)


async def catch_up(database: Database, listener: Listener) -> None:
    """Let a reader work until nothing is left.

    One look is not enough: transactions of the server's other databases hold events back as well.
    """
    async with asyncio.timeout(30):
        while True:
            await drain(database, listener)
            async with database.session() as db:
                if not await db.scalar(_LEFT, {"name": listener.name}):
                    return
            await asyncio.sleep(0.01)
