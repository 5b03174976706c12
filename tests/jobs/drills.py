"""A real, small kind of job for tests: it counts, logs, waits, breaks or dies as it is told."""

import asyncio
import os
import signal
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.access import Permission
from taskyard.core.platform import Platform
from taskyard.core.uow import Uow
from taskyard.jobs import kinds
from taskyard.jobs.context import JobContext
from taskyard.jobs.kinds import JobKind
from taskyard.jobs.models import Job
from taskyard.kit.errors import Kind, TaskyardError

#: Kept without any key, so that an effect that happened twice is seen.
LEDGER = "CREATE TABLE IF NOT EXISTS drill_ledger (job_id uuid, what text, attempt int, pid int)"

Then = Literal["return", "block", "die", "refuse", "stumble", "break", "exit", "nonsense", "unfit"]


class Drill(BaseModel):
    """What to do."""

    steps: int = Field(2, ge=0, le=1000)
    pause: float = Field(0.0, ge=0, le=60)
    #: What happens after the steps.
    then: Then = "return"
    #: Attempts up to this one end as `then` says; later ones return.
    until_attempt: int = 1000
    lines: int = Field(0, ge=0, le=200_000)
    #: Lines told in one breath.
    flood: int = Field(0, ge=0, le=200_000)
    key: str | None = None
    #: What to keep as a file.
    asset: str | None = None
    #: Whether what is done on completion breaks, up to that attempt.
    hook_breaks: bool = False


class Drilled(BaseModel):
    """What was done."""

    steps: int
    attempt: int


class StepDone(BaseModel):
    """What one step gives: who did it."""

    number: int
    attempt: int
    pid: int


class Refused(TaskyardError):
    """The drill was told to refuse {what}."""

    kind = Kind.INVALID
    code = "DRILL_REFUSED"


class Stumbled(TaskyardError):
    """The drill was told to stumble."""

    kind = Kind.UNAVAILABLE
    code = "DRILL_STUMBLED"
    transient = True


async def run(drill: Drill, job: JobContext) -> Drilled:
    """Do what the drill says."""
    for number in range(drill.flood):
        job.log(f"flood {number}")
    if drill.flood:
        # Long enough for what waits to be written, so that there is room again.
        await asyncio.sleep(3)
    for number in range(drill.lines):
        job.log(f"line {number}")
        if number % 500 == 499:
            await asyncio.sleep(0.05)
    for number in range(1, drill.steps + 1):
        work = partial(_one, number, drill, job)
        await job.step(f"step-{number}", f"Step {number}", work, StepDone)
        job.progress(number / max(1, drill.steps), f"Step {number}", number=number)
    if drill.asset is not None:
        await job.asset("drill.txt", drill.asset.encode(), "text/plain")
    if job.attempt <= drill.until_attempt:
        await _then(drill.then, job)
    return Drilled(steps=drill.steps, attempt=job.attempt)


async def _one(number: int, drill: Drill, job: JobContext) -> StepDone:
    job.log(f"doing step {number}")
    async with job.platform.database.session() as db:
        await _enter(db, job.job_id, f"step-{number}", job.attempt)
        await db.commit()
    await asyncio.sleep(drill.pause)
    return StepDone(number=number, attempt=job.attempt, pid=os.getpid())


async def _enter(db: AsyncSession, job_id: UUID, what: str, attempt: int) -> None:
    await db.execute(
        text("INSERT INTO drill_ledger VALUES (:job, :what, :attempt, :pid)"),
        {"job": job_id, "what": what, "attempt": attempt, "pid": os.getpid()},
    )


async def _then(what: Then, job: JobContext) -> None:
    if what == "block":
        while True:
            # Blocks the event loop: neither a flag nor a cancellation gets through.
            time.sleep(0.2)  # noqa: ASYNC251
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "refuse":
        raise Refused(what="this")
    if what == "stumble":
        raise Stumbled
    if what == "break":
        raise OSError("a disk that hiccups")
    if what == "exit":
        raise SystemExit(3)
    if what == "nonsense":
        job.log("\x00\x1b[31mred\x1b[0m \ud800 " + "x" * 5000)
    if what == "unfit":
        # PostgreSQL takes no such number.
        job.progress(0.5, share=float("nan"))
        await asyncio.sleep(60)


async def on_finished(uow: Uow, job: Job, done: Drilled) -> None:
    """Enter the job's end; together with its state or not at all."""
    await _enter(uow.db, job.id, "finished", job.attempt)
    if job.parameters["hook_breaks"] and job.attempt <= job.parameters["until_attempt"]:
        raise OSError("the hook broke")
    assert job.finished_at is not None
    assert done.steps == job.parameters["steps"]


async def _place(platform: Platform) -> str:
    """Say which machine this is: after each removal entered in the ledger it is another."""
    async with platform.database.session() as db:
        removals = text("SELECT count(*) FROM drill_ledger WHERE what = 'removal'")
        return f":machine-{await db.scalar(removals)}"


DRILL = JobKind(
    name="drill",
    parameters=Drill,
    result=Drilled,
    run=run,
    deadline=timedelta(seconds=60),
    permission=Permission.JOB_CREATE,
    title=lambda drill: f"Drill of {drill.steps} steps",
    needs_project=False,
    on_finished=on_finished,
    cache_key=lambda drill: drill.key,
)
#: One that may take no more than two seconds.
SPRINT = JobKind(
    name="sprint",
    parameters=Drill,
    result=Drilled,
    run=run,
    deadline=timedelta(seconds=2),
    permission=Permission.JOB_CREATE,
    title=lambda _: "Sprint",
    on_finished=on_finished,
)
#: One whose result depends on the machine as well.
ROVER = replace(DRILL, name="rover", machine=_place)
#: The platform's own work.
ERRAND = JobKind(
    name="errand",
    parameters=Drill,
    result=Drilled,
    run=run,
    deadline=timedelta(seconds=60),
    permission=Permission.ADMIN,
    title=lambda _: "Errand",
    queue="system",
    needs_project=False,
    on_finished=on_finished,
)


def register() -> None:
    """Let drills be asked for in this process."""
    for kind in (DRILL, SPRINT, ROVER, ERRAND):
        kinds.register(kind)
