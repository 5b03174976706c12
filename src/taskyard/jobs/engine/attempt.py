"""One try of one job: claim it, let its runner work, say how it ended."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from taskyard.core.db import DatabaseBusy, is_outage
from taskyard.core.platform import Platform
from taskyard.core.uow import Uow, unit_of_work
from taskyard.jobs import kinds, policy
from taskyard.jobs.context import JobContext
from taskyard.jobs.engine import frames, outcome, reuse, states
from taskyard.jobs.engine.clean import clean_json
from taskyard.jobs.engine.guardian import Guardian, Interrupt
from taskyard.jobs.engine.journal import Journal
from taskyard.jobs.engine.outcome import Decide
from taskyard.jobs.engine.states import Claim, Claimed, Hand
from taskyard.jobs.errors import JobKindUnknown, LeaseLost
from taskyard.jobs.kinds import JobKind
from taskyard.jobs.models import Job, JobEvent, JobStep
from taskyard.jobs.types import JobState
from taskyard.kit.errors import TaskyardError

_log = structlog.get_logger(__name__)
T = TypeVar("T")

#: A runner that was told to stop gets so long to do it by itself before it is cancelled.
_COOPERATE_S: Final = 2.0
_RETRY_S: Final = 0.3
_UNKNOWN_KIND_LIMIT: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Bench:
    """What attempts of one process have in common."""

    platform: Platform
    worker_id: UUID
    #: Connections for guardians.
    engine: Engine
    lease: timedelta
    #: Set where a place is kept for the platform's own work.
    slots: int | None
    #: Where attempts have their folders.
    work_dir: Path


async def run(bench: Bench, job_id: UUID, hint_id: str) -> None:
    """Take the job if it is there to be taken, and see it through."""
    claimed = await _claim(bench, Claim(bench.worker_id, hint_id, bench.lease, bench.slots), job_id)
    if claimed is not None:
        bench.platform.bus.tell(frames.message(claimed.job_id, [claimed.told]))
        await Attempt(bench, claimed).run()


async def _claim(bench: Bench, by: Claim, job_id: UUID) -> Claimed | None:
    while True:
        try:
            async with unit_of_work(bench.platform.database) as uow:
                return await _by_hand(uow, lambda hand: states.claim(hand, job_id, by, _limit))
        except Exception as error:
            if not is_outage(error):
                raise
            await asyncio.sleep(_RETRY_S)


def _limit(kind: str) -> timedelta:
    try:
        return kinds.get(kind).deadline
    except JobKindUnknown:
        return _UNKNOWN_KIND_LIMIT


async def _by_hand(uow: Uow, transition: Callable[[Hand], T]) -> T:
    """Run a transition, which is written for plain sessions, in this unit of work."""
    return await uow.db.run_sync(lambda db: transition(Hand(db, uow.emit)))


class Attempt:
    """One try of a claimed job."""

    def __init__(self, bench: Bench, claimed: Claimed) -> None:
        self._bench = bench
        self._platform = bench.platform
        self._claimed = claimed
        self._log = _log.bind(job_id=str(claimed.job_id), attempt=claimed.attempt)
        self._guardian = Guardian(
            bench.engine,
            claimed,
            worker_id=bench.worker_id,
            lease=bench.lease,
            limit=_limit(claimed.kind),
            tell=self._interrupt,
        )
        self._workspace = bench.work_dir / f"{claimed.job_id}-{claimed.attempt}"
        self._told_to_stop = asyncio.Event()
        #: The job's key with what of this machine decides the result.
        self._cache_key: str | None = None
        self._context: JobContext | None = None
        self._journal: Journal | None = None

    async def run(self) -> None:
        """Work, and write how it ended; nothing is written once the lease is lost."""
        self._guardian.start()
        try:
            await self._settle(await self._ending())
        except LeaseLost:
            self._log.warning("attempt_lost_its_lease")
        finally:
            self._guardian.release()
            await asyncio.to_thread(shutil.rmtree, self._workspace, ignore_errors=True)

    def _interrupt(self, why: Interrupt) -> None:
        self._log.info("attempt_told_to_stop", because=why.value)
        self._told_to_stop.set()
        if self._context is not None:
            self._context.cancelled.set()

    async def _ending(self) -> "Ending":
        """Return how the work ended.

        What breaks around the runner counts like what breaks in it: were it not written, the job
        would wait for its lease to run out, and be taken for one that costs workers.
        """
        try:
            return await self._work()
        except Exception as fault:  # noqa: BLE001 — whatever it is
            return self._after(fault)

    async def _work(self) -> "Ending":
        try:
            kind = kinds.get(self._claimed.kind)
            parameters = kind.parameters.model_validate(self._claimed.parameters)
            if self._claimed.cache_key is not None:
                self._cache_key = self._claimed.cache_key + await kind.machine(self._platform)
        except TaskyardError as error:
            return Ending(outcome.failed(policy.refused(error)))
        except ValidationError:
            return Ending(outcome.failed(policy.outdated()))
        earlier = await self._patiently(
            lambda uow: reuse.find(uow.db, self._claimed, self._cache_key)
        )
        result = _understood(kind, earlier) if earlier is not None else None
        if earlier is None or result is None:
            return await self._with_runner(kind, parameters)
        completed = outcome.completed(earlier.result or {}, reused_from=earlier.id)
        return Ending(completed, result, earlier.id)

    async def _with_runner(self, kind: JobKind[Any, Any], parameters: BaseModel) -> "Ending":
        self._journal = journal = Journal(
            self._platform,
            self._platform.bus,
            self._claimed,
            is_lost=lambda: self._guardian.interrupt is Interrupt.LOST,
            finished_steps=await self._patiently(self._finished_steps),
        )
        self._context = JobContext(
            job_id=self._claimed.job_id,
            attempt=self._claimed.attempt,
            project_id=self._claimed.project_id,
            owner_id=self._claimed.owner_id,
            platform=self._platform,
            recorder=journal,
            workspace=self._workspace,
        )
        if self._told_to_stop.is_set():
            self._context.cancelled.set()
        writing = asyncio.create_task(journal.run(), name="journal")
        try:
            ending = await self._supervise(kind, parameters, writing)
        finally:
            writing.cancel()
            # How it ended is part of how the attempt did.
            await asyncio.gather(writing, return_exceptions=True)
        await journal.close()
        return ending

    async def _supervise(
        self, kind: JobKind[Any, Any], parameters: BaseModel, writing: asyncio.Task[None]
    ) -> "Ending":
        """Wait for the runner; end it where it must not go on."""
        assert self._context is not None
        running = asyncio.create_task(_run(kind, parameters, self._context), name="runner")
        stop = asyncio.create_task(self._told_to_stop.wait())
        try:
            await asyncio.wait({running, stop, writing}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                self._context.cancelled.set()
                await asyncio.wait({running}, timeout=_COOPERATE_S)
                running.cancel()
                # A runner that ignores this, too, is ended by the guardian with the process.
                await asyncio.wait({running})
        finally:
            stop.cancel()
            running.cancel()
        if writing.done() and not writing.cancelled() and (fault := writing.exception()):
            return self._after(fault)
        fault = asyncio.CancelledError() if running.cancelled() else running.exception()
        return self._after(fault) if fault is not None else _done(running.result())

    def _after(self, fault: BaseException) -> "Ending":
        """Return how a runner ended that gave no result, in the light of why it was told to."""
        if isinstance(fault, LeaseLost):
            raise fault
        why = self._guardian.interrupt
        if why is Interrupt.LOST:
            raise LeaseLost
        if why is Interrupt.CANCEL:
            return Ending(outcome.cancelled())
        if why is Interrupt.DEADLINE:
            return Ending(outcome.failed(policy.too_slow(_limit(self._claimed.kind))))
        if why is Interrupt.STOP:
            return Ending(outcome.handed_back())
        return Ending(self._because_of(fault))

    def _because_of(self, fault: BaseException) -> Decide:
        if isinstance(fault, TaskyardError):
            self._say(fault.message)
            if not getattr(fault, "transient", False):
                return outcome.failed(policy.refused(fault))
            pause = float(fault.fields.get("retry_after", 0))
            return outcome.stumbled(lambda _: policy.refused(fault), at_least=pause)
        self._log.error("runner_broke", exc_info=fault)
        self._say(f"This attempt broke: {type(fault).__name__}")
        return outcome.stumbled(lambda errors: policy.broke(fault, errors))

    def _say(self, line: str) -> None:
        """Add to the job's log, where the attempt came as far as to have one."""
        if self._context is not None:
            self._context.log(line, "error")

    async def _finished_steps(self, uow: Uow) -> dict[str, Any]:
        query = select(JobStep.name, JobStep.result).where(
            JobStep.job_id == self._claimed.job_id, JobStep.status == "done"
        )
        return {row.name: row.result for row in await uow.db.execute(query)}

    async def _settle(self, ending: "Ending") -> None:
        """Write the end; what a kind does on it belongs to the same transaction."""
        try:
            told = await self._patiently(lambda uow: self._settle_once(uow, ending))
        except HookBroke as broke:
            # Its effects are undone with the whole end; the finished steps are kept.
            decide = self._because_of(broke.fault)
            if self._journal is not None:
                await self._journal.close()
            told = await self._patiently(lambda uow: self._settle_once(uow, Ending(decide)))
        self._platform.bus.tell(frames.message(self._claimed.job_id, [told]))

    async def _settle_once(self, uow: Uow, ending: "Ending") -> JobEvent:
        def settle(hand: Hand) -> tuple[Job, JobEvent]:
            job = states.hold(hand.db, self._claimed.job_id, self._claimed.attempt)
            ended = ending.decide(job)
            if ended.state == JobState.COMPLETED:
                job.cache_key = self._cache_key
            return job, states.settle(hand, job, ended)

        job, told = await _by_hand(uow, settle)
        if job.state == JobState.COMPLETED:
            await uow.db.refresh(job)
            if ending.reused_from is not None:
                await reuse.copy_assets(uow.db, ending.reused_from, job.id)
            await _finish(uow, job, ending.result)
        return told

    async def _patiently(self, work: Callable[[Uow], Awaitable[T]]) -> T:
        """Do `work` in a unit of work, again where PostgreSQL went away. Raises LeaseLost."""
        while True:
            try:
                async with unit_of_work(self._platform.database) as uow:
                    return await work(uow)
            except Exception as error:
                if not is_outage(error):
                    raise
                if self._guardian.interrupt is Interrupt.LOST:
                    raise LeaseLost from error
            await asyncio.sleep(_RETRY_S)


def _understood(kind: JobKind[Any, Any], earlier: Job) -> BaseModel | None:
    """Return an earlier run's result; None where another release wrote it, in another way."""
    try:
        result: BaseModel = kind.result.model_validate(earlier.result)
    except ValidationError:
        return None
    return result


async def _run(kind: JobKind[Any, Any], parameters: BaseModel, context: JobContext) -> BaseModel:
    """Run a runner; what would end the process or the loop is an error like any other."""
    try:
        result = await kind.run(parameters, context)
    except (SystemExit, KeyboardInterrupt) as fault:
        raise RuntimeError("the runner asked the process to exit") from fault
    if not isinstance(result, BaseModel) or not isinstance(result, kind.result):
        raise TypeError(f"the runner of {kind.name} returned {type(result).__name__}")
    return result


class HookBroke(Exception):
    """What a kind does on completion failed, by its own fault and not the database's."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault


async def _finish(uow: Uow, job: Job, result: BaseModel | None) -> None:
    try:
        await kinds.get(job.kind).on_finished(uow, job, result)
    except (SQLAlchemyError, DatabaseBusy) as error:
        if is_outage(error):
            raise
        raise HookBroke(error) from error
    except Exception as error:
        raise HookBroke(error) from error


def _done(result: BaseModel) -> "Ending":
    return Ending(outcome.completed(clean_json(result.model_dump(mode="json"))), result)


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended, before it is written."""

    decide: Decide
    #: What the runner returned, for the kind's own hook.
    result: BaseModel | None = None
    reused_from: UUID | None = None
