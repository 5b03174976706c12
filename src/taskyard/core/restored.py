"""Going on in a database that was restored from a dump.

Events are read in the order of their transactions' ids, and those count from the beginning in
every cluster (PostgreSQL's `initdb` directory). Restored events carry ids that the new cluster will
not reach for years: until then every new event would come before where the listeners stand, and
none of them would hear of it.
"""

from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_log = structlog.get_logger(__name__)

#: The newest event that this cluster's transactions cannot have written: none of theirs has reached
#: its id. What is older came with it. (The first id a cluster gives to a transaction is 3.)
_NEWEST_RESTORED = text(
    """
    SELECT max(id::text)::uuid FROM events
     WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())
    """
)
#: Each listener goes on at the first event it has not seen. Where a transaction was late it may be
#: told of a few a second time, of the last moment before the dump; it misses none.
_MOVE = text(
    """
    UPDATE listener_positions AS position SET xid = '3', moved_at = now(), event_id = coalesce(
        (SELECT max(seen.id::text)::uuid FROM events AS seen
          WHERE seen.id <= :newest AND seen.id < ALL (
                SELECT id FROM events AS waiting
                 WHERE waiting.id <= :newest
                   AND (waiting.xid, waiting.id) > (position.xid, position.event_id)
                 ORDER BY waiting.id LIMIT 1)),
        '00000000-0000-0000-0000-000000000000')
    """
)
_LEVEL: Final = text("UPDATE events SET xid = '3' WHERE id <= :newest")


async def go_on(db: AsyncSession) -> bool:
    """Let listeners hear of new events after a restore; return whether there was one.

    To be called before any of them reads. A restored event takes the order of its own id.
    """
    newest = await db.scalar(_NEWEST_RESTORED)
    if newest is None:
        return False
    await db.execute(_MOVE, {"newest": newest})
    await db.execute(_LEVEL, {"newest": newest})
    _log.warning("database_was_restored", newest_event=str(newest))
    return True
