"""Switching single mechanisms off in a yard's processes, to show what they are for.

Each fault has a twin: the same test while the mechanism that holds it is off, which must fail.
The switches are words in a file that the processes read whenever a mechanism is about to act.
"""

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core import idempotency, problems, queue
from taskyard.core.access import Actor
from taskyard.core.live import Hub, Reader
from taskyard.core.live.topics import Subscription
from taskyard.core.queue import Hint
from taskyard.core.uow import Uow, uow_of
from taskyard.entry import worker
from taskyard.jobs.engine import dispatch, outcome, relay, states
from taskyard.jobs.engine.dispatch import QUEUES
from taskyard.jobs.engine.relay import Relay
from taskyard.jobs.models import Job

#: Names the file in the processes' environment.
VARIABLE = "YARD_SWITCHES"
#: Where an API process can be told to die while it answers a request.
POINTS = ("before anything is kept", "before the commit", "after the commit")

_FIRST_IN_FIRST_OUT = text(
    "SELECT id FROM jobs WHERE state = 'queued' AND dispatched_at IS NULL ORDER BY id LIMIT 8"
)


def words() -> set[str]:
    """Return what is switched, one phrase a line."""
    try:
        return set(Path(os.environ[VARIABLE]).read_text(encoding="utf-8").split("\n"))
    except FileNotFoundError:
        return set()


def is_off(mechanism: str) -> bool:
    """Say whether a mechanism is off just now."""
    return f"off: {mechanism}" in words()


def install() -> None:
    """Let the mechanisms of this process be switched off."""
    _keeping()
    _dispatching()
    _sweeping()
    _claiming()
    _refusing()
    _cancelling()
    _replaying()
    if is_off("dying with the parent"):
        vars(worker)["die_with_parent"] = vars(queue)["die_with_parent"] = lambda *_: None


def _keeping() -> None:
    """Keep no answers for repeats; and die at a point of a request that has a key."""
    keep = idempotency.keep

    async def switched(request: Request, response: Response, **more: Any) -> None:
        _reach(POINTS[0])
        if not is_off("idempotency"):
            await keep(request, response, **more)
        _reach(POINTS[1])
        uow_of(request).after_commit(lambda: _reach(POINTS[2]))

    vars(idempotency)["keep"] = switched


def _reach(point: str) -> None:
    if f"die: {point}" in words():
        Path(os.environ[VARIABLE]).unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def _dispatching() -> None:
    """Send no hints; or send them in the order in which the jobs were asked for."""
    choose = dispatch.choose
    check = Relay._check_broker

    async def chosen(db: AsyncSession) -> list[Hint]:
        if is_off("relay"):
            return []
        if is_off("fairness"):
            return [
                Hint(job_id, QUEUES["work"]) for job_id in await db.scalars(_FIRST_IN_FIRST_OUT)
            ]
        return await choose(db)

    async def checked(self: Relay, db: AsyncSession) -> None:
        if not is_off("relay"):
            await check(self, db)

    vars(dispatch)["choose"] = chosen
    Relay._check_broker = checked  # type: ignore[method-assign]


def _sweeping() -> None:
    """End nothing that nobody ended; or never give a job up that takes its workers with it."""
    sweep: Callable[..., Awaitable[int]] = vars(relay)["sweep"]
    most: int = vars(outcome)["MAX_LOST"]

    async def swept(uow: Uow, **which: bool) -> int:
        vars(outcome)["MAX_LOST"] = 1_000 if is_off("giving up") else most
        return 0 if is_off("sweeper") else await sweep(uow, **which)

    vars(relay)["sweep"] = swept


def _claiming() -> None:
    """Let a hint start a job whatever became of it meanwhile."""
    claim = states.claim
    # With the lease, of which PostgreSQL itself allows a queued job none.
    ready = text(
        "UPDATE jobs SET state = 'queued', finished_at = NULL, lease_worker = NULL,"
        " lease_owner = NULL, lease_until = NULL WHERE id = :id"
    )

    def claimed(hand: states.Hand, job_id: Any, *rest: Any) -> states.Claimed | None:
        if is_off("claim"):
            hand.db.execute(ready, {"id": job_id})
        return claim(hand, job_id, *rest)

    vars(states)["claim"] = claimed


def _refusing() -> None:
    """Take a database that is away for a fault of ours."""
    is_outage: Callable[[BaseException], bool] = vars(problems)["is_outage"]

    def judged(error: BaseException) -> bool:
        return not is_off("503") and is_outage(error)

    vars(problems)["is_outage"] = judged


def _cancelling() -> None:
    """Complete a job that is done, whoever asked meanwhile to cancel it."""
    completed = outcome.completed

    def done(*result: Any, **more: Any) -> Callable[[Job], outcome.Outcome]:
        decide = completed(*result, **more)

        def decided(job: Job) -> outcome.Outcome:
            if is_off("asking at the end"):
                job.cancel_requested = False
            return decide(job)

        return decided

    vars(outcome)["completed"] = done


def _replaying() -> None:
    """Begin with what comes, whatever a reader says it has seen."""
    subscribe = Hub.subscribe

    async def subscribed(
        self: Hub, uow: Uow, actor: Actor, shown: str, reader: Reader, after: int | None
    ) -> Subscription:
        begin = None if is_off("replay") else after
        return await subscribe(self, uow, actor, shown, reader, begin)

    Hub.subscribe = subscribed  # type: ignore[method-assign]
