"""The thread that watches over an attempt.

It renews the lease and sees what the attempt cannot see itself: a wish to cancel, a deadline, a
worker that is being stopped, a lease that is gone. It has a connection of its own, so that a
runner that blocks the event loop loses nothing; and what does not end when told to is ended with
the whole process, which is safe by design.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import psycopg
import structlog
from sqlalchemy import Connection, Engine, RowMapping, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from taskyard.core.db import is_outage
from taskyard.core.settings import Settings
from taskyard.jobs import policy
from taskyard.jobs.engine import outcome, states
from taskyard.jobs.engine.outcome import Decide
from taskyard.jobs.engine.states import Claimed, Hand
from taskyard.jobs.errors import LeaseLost

_log = structlog.get_logger(__name__)

#: How often to look. A look is one row by its key.
LOOK_S: Final = 1.0


class Interrupt(StrEnum):
    """Why an attempt must stop."""

    CANCEL = "cancel"
    DEADLINE = "deadline"
    STOP = "stop"
    LOST = "lost"


#: Seconds from the word to the kill. A worker that is stopped has less time than a cancelled job.
GRACE_S: Final = {
    Interrupt.CANCEL: 15.0,
    Interrupt.DEADLINE: 15.0,
    Interrupt.STOP: 5.0,
    Interrupt.LOST: 15.0,
}

_SEEN = """
  cancel_requested,
  deadline_at < clock_timestamp() AS late,
  EXISTS (SELECT 1 FROM workers w WHERE w.id = :worker AND w.stopping_at IS NOT NULL) AS stopping
"""
_MINE = "id = :id AND attempt = :attempt AND state = 'running'"
_LOOK = text(f"SELECT {_SEEN} FROM jobs WHERE {_MINE}")  # noqa: S608 — constants above
_RENEW = text(
    "UPDATE jobs SET lease_until = clock_timestamp() + CAST(:lease AS interval)"  # noqa: S608 — constants above
    f" WHERE {_MINE} RETURNING {_SEEN}"
)
#: A frozen process must not hold the row on which its job would go on elsewhere.
_LIMITS: Final = (
    "-c statement_timeout=5000 -c lock_timeout=4000 -c idle_in_transaction_session_timeout=5000"
)


def guardian_engine(settings: Settings) -> Engine:
    """Return the engine guardians connect with: psycopg, one connection each, no pool."""

    def connect() -> psycopg.Connection:
        return psycopg.connect(
            settings.sync_dsn,
            connect_timeout=5,
            options=_LIMITS,
            application_name="taskyard-guardian",
        )

    return create_engine(
        "postgresql+psycopg://", creator=connect, hide_parameters=True, poolclass=NullPool
    )


class Guardian:
    """Watches over one attempt from a thread of its own."""

    def __init__(
        self,
        engine: Engine,
        claimed: Claimed,
        *,
        worker_id: UUID,
        lease: timedelta,
        limit: timedelta,
        tell: Callable[[Interrupt], None],
    ) -> None:
        self._engine = engine
        self._claimed = claimed
        self._lease = lease
        self._limit = limit
        self._names = {
            "id": claimed.job_id,
            "attempt": claimed.attempt,
            "worker": worker_id,
            "lease": lease,
        }
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._over = threading.Event()
        self._connection: Connection | None = None
        #: Why the attempt was told to stop; None while it may go on.
        self.interrupt: Interrupt | None = None
        self._thread = threading.Thread(target=self._run, name="guardian", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def release(self) -> None:
        """Stop watching: the attempt is over. Does not wait."""
        self._over.set()

    def _run(self) -> None:
        heard = renewed = time.monotonic()
        told = 0.0
        lease = self._lease.total_seconds()
        while not self._over.wait(LOOK_S):
            due = time.monotonic() - renewed >= lease / 3
            try:
                seen = self._look(renew=due)
            except Exception as error:  # noqa: BLE001 — whatever it is, nothing was heard
                if not is_outage(error):
                    _log.error("guardian_failed", exc_info=error)
                self._hang_up()
                found = Interrupt.LOST if time.monotonic() - heard > lease else None
            else:
                heard = time.monotonic()
                renewed = heard if due else renewed
                found = _reason(seen)
            if self.interrupt is None and found is not None:
                self.interrupt, told = found, time.monotonic()
                self._loop.call_soon_threadsafe(self._tell, found)
            if self.interrupt and time.monotonic() - told > GRACE_S[self.interrupt]:
                self._end(self.interrupt)
        self._hang_up()

    def _look(self, *, renew: bool) -> RowMapping | None:
        if self._connection is None:
            self._connection = self._engine.connect()
        with self._connection.begin():
            found = self._connection.execute(_RENEW if renew else _LOOK, self._names)
            return found.mappings().one_or_none()

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError:
                _log.debug("guardian_hang_up_failed")

    def _end(self, why: Interrupt) -> None:
        """Write how the job ended, where that is ours to say, and end this process."""
        decide = self._decision(why)
        if decide is not None and not self._over.is_set():
            try:
                with Session(self._engine) as db, db.begin():
                    hand = Hand.plain(db)
                    states.settle_attempt(hand, self._claimed.job_id, self._claimed.attempt, decide)
            except Exception as error:  # noqa: BLE001 — the sweeper writes it, once the lease ends
                if not isinstance(error, LeaseLost) and not is_outage(error):
                    _log.error("guardian_failed", exc_info=error)
        _log.warning("attempt_killed", job_id=str(self._claimed.job_id), because=why.value)
        if not self._over.is_set():
            os.kill(os.getpid(), signal.SIGKILL)

    def _decision(self, why: Interrupt) -> Decide | None:
        if why is Interrupt.CANCEL:
            return outcome.cancelled()
        if why is Interrupt.DEADLINE:
            return outcome.failed(policy.too_slow(self._limit))
        return outcome.handed_back() if why is Interrupt.STOP else None


def _reason(seen: RowMapping | None) -> Interrupt | None:
    if seen is None:
        return Interrupt.LOST
    if seen["cancel_requested"]:
        return Interrupt.CANCEL
    if seen["late"]:
        return Interrupt.DEADLINE
    return Interrupt.STOP if seen["stopping"] else None
