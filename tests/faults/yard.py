"""A whole instance whose worker does drills, and somebody who kills its parts."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import psutil

from taskyard.core.db import is_outage
from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.jobs.models import Job
from tests.faults.figures import Row
from tests.faults.modes import PATIENCE_S
from tests.faults.parts import Keeper, Part
from tests.jobs.conftest import Jobs
from tests.world import Account, World

T = TypeVar("T")
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_BUSY = """
SELECT DISTINCT ON (jobs.id) jobs.id, jobs.attempt, drill_ledger.pid
  FROM jobs JOIN drill_ledger
    ON drill_ledger.job_id = jobs.id AND drill_ledger.attempt = jobs.attempt
 WHERE jobs.state = 'running'
"""


@dataclass(frozen=True)
class Kill:
    """Something was killed."""

    victim: str
    at: datetime
    #: The jobs it was at work on, and the attempts.
    held: tuple[tuple[UUID, int], ...] = ()


@dataclass
class Yard:
    """The instance: PostgreSQL, Valkey, one API process, one worker."""

    home: Path
    settings: Settings
    platform: Platform
    keeper: Keeper
    address: str
    kills: list[Kill] = field(default_factory=list)

    @property
    def jobs(self) -> Jobs:
        """Ask for jobs, look at them."""
        return Jobs(self.platform, World(self.platform))

    def part(self, name: str) -> Part:
        """Return one of `postgres`, `valkey`, `api`, `worker`."""
        return self.keeper.parts[name]

    def leader(self) -> Part:
        """Return the part whose first process is elected, by the logs."""

        def elected(name: str) -> str:
            lines = self.part(name).log.read_text().splitlines()
            times = [json.loads(line)["timestamp"] for line in lines if "relay_elected" in line]
            return max(times, default="")

        return self.part(max(("api", "worker"), key=elected))

    # ── asking ──────────────────────────────────────────────────────────────────────────────

    def client(self, someone: Account | None = None) -> httpx.AsyncClient:
        """Return a client of the API."""
        headers = {"Authorization": f"Bearer {someone.token}"} if someone else {}
        base = f"http://{self.address}/api/v1"
        return httpx.AsyncClient(base_url=base, headers=headers, timeout=20)

    async def someone(self, **traits: Any) -> Account:
        """Make an account."""
        return await self.calmly(lambda: self.jobs.world.account(**traits))

    async def ask(self, by: Account, **drill: Any) -> UUID:
        """Ask for a drill."""
        return await self.calmly(lambda: self.jobs.ask(by, **drill))

    async def calmly(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do something with the database, again where it is away just now."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return await work()
            except Exception as error:
                if not is_outage(error) or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.1)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """Return what a query finds."""
        return await self.calmly(lambda: self.jobs.rows(sql, **values))

    # ── waiting ─────────────────────────────────────────────────────────────────────────────

    async def wait(
        self,
        job_id: UUID,
        when: Callable[[Job], bool],
        what: str,
        *,
        seconds: float = PATIENCE_S,
    ) -> Job:
        """Wait until a job is as it should be; an AssertionError says that it never was."""
        deadline = time.monotonic() + seconds
        while not when(job := await self.calmly(lambda: self.jobs.get(job_id))):
            assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s: {vars(job)}"
            await asyncio.sleep(0.03)
        return job

    async def under_way(self, job_id: UUID) -> Job:
        """Wait until a job is at work, its first step done."""

        def is_at_work(job: Job) -> bool:
            assert job.finished_at is None, "it ended before it was looked at"
            return job.state == "running" and job.progress > 0

        return await self.wait(job_id, is_at_work, "at work")

    async def finished(self, job_ids: Iterable[UUID], *, seconds: float = PATIENCE_S) -> None:
        """Wait until all these jobs have ended."""
        ids = list(job_ids)
        left = (
            "SELECT id, state, attempt, lost, errors, dispatched_at, lease_until FROM jobs"
            " WHERE id = ANY(:ids) AND finished_at IS NULL"
        )
        deadline = time.monotonic() + seconds
        while rows := await self.rows(left, ids=ids):
            if time.monotonic() > deadline:
                end = self.part("worker").log.read_text()[-3000:]
                raise AssertionError(f"{len(rows)} jobs are left: {rows[:5]}\n{end}")
            await asyncio.sleep(0.1)

    async def claimed_since(
        self, job_ids: list[UUID], then: datetime | None = None, *, seconds: float, what: str
    ) -> None:
        """Wait until one of these jobs was started, after `then` where it is given."""
        query = (
            "SELECT 1 FROM job_events WHERE job_id = ANY(:ids) AND name = 'job.started'"
            " AND at > :then LIMIT 1"
        )
        deadline = time.monotonic() + seconds
        while not await self.rows(query, ids=job_ids, then=then or _LONG_AGO):
            assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
            await asyncio.sleep(0.03)

    async def well(self) -> None:
        """Drop what is queued, and wait until everything works again."""
        for row in await self.rows("SELECT id FROM jobs WHERE state IN ('waiting', 'queued')"):
            await self.calmly(partial(self.jobs.do, _DROP, id=row.id))
        someone = await self.someone()
        await self.finished([await self.ask(someone, steps=1)])
        async with self.client() as client:
            await until_answered(lambda: client.get("/auth/setup"))

    # ── killing ─────────────────────────────────────────────────────────────────────────────

    async def busy(self) -> list[tuple[UUID, int, int]]:
        """Return who is at work: job, attempt, pid."""
        return [(row.id, row.attempt, row.pid) for row in await self.rows(_BUSY)]

    async def kill_busy_child(self, job_id: UUID | None = None) -> Kill | None:
        """Kill a process of the pool that is at work; None where none is."""
        for one, attempt, pid in await self.busy():
            if job_id in {None, one} and psutil.pid_exists(pid):
                made = self.note("pool process", ((one, attempt),))
                with suppress(ProcessLookupError):
                    psutil.Process(pid).kill()
                return made
        return None

    async def kill_worker(self) -> Kill:
        """Kill the worker's first process."""
        made = self.note("worker", tuple((job, at) for job, at, _ in await self.busy()))
        self.part("worker").kill()
        return made

    def kill_backend(self) -> Kill:
        """Kill one of PostgreSQL's processes that serves somebody; all restart with it."""
        made = self.note("postgres backend")
        for process in self.part("postgres").family()[1:]:
            with suppress(psutil.Error):
                if " [local] " in " ".join(process.cmdline()):
                    process.kill()
                    break
        return made

    def kill_part(self, name: str) -> Kill:
        """Kill PostgreSQL, Valkey or the API."""
        made = self.note(name)
        self.part(name).kill()
        return made

    async def kill_any(self, victim: str) -> Kill | None:
        """Kill what the word says."""
        if victim == "pool process":
            return await self.kill_busy_child()
        if victim == "worker":
            return await self.kill_worker()
        return self.kill_backend() if victim == "postgres backend" else self.kill_part(victim)

    def note(self, victim: str, held: tuple[tuple[UUID, int], ...] = ()) -> Kill:
        """Note that something was killed just now."""
        made = Kill(victim, datetime.now(UTC), held)
        self.kills.append(made)
        return made

    # ── switching off ───────────────────────────────────────────────────────────────────────

    @contextmanager
    def switched(self, *words: str) -> Iterator[None]:
        """Tell the processes of the yard these words (`tests.faults.off`) for the block."""
        switches = self.home / "switches"
        new = switches.with_suffix(".new")
        new.write_text("\n".join(words))
        new.rename(switches)
        try:
            yield
        finally:
            switches.unlink(missing_ok=True)

    # ── counting ────────────────────────────────────────────────────────────────────────────

    async def hold_to_the_invariants(
        self, row: Row, job_ids: Iterable[UUID], *, state: str = "completed"
    ) -> None:
        """Count what was lost or doubled among jobs that have ended, and want none of it."""
        ids = list(job_ids)
        lost, leased = (await self.rows(_LOST, ids=ids, state=state))[0]
        doubled = (await self.rows(_DOUBLED, ids=ids))[0][0]
        gaps = (await self.rows(_GAPS, ids=ids))[0][0]
        row.jobs += len(ids)
        row.lost += lost
        row.doubled += doubled
        assert (lost, doubled, gaps, leased) == (0, 0, 0, 0), "lost, doubled, gaps, leases left"

    async def recovered(self, row: Row, kills: Iterable[Kill], job_ids: Iterable[UUID]) -> None:
        """Enter how long after each kill what it hit went on, by the clock of the events."""
        ids = list(job_ids)
        for kill in kills:
            row.kills += 1
            query = _RECLAIMED if kill.held else _WENT_ON
            for job_id, attempt in kill.held or ((None, None),):
                values = {"at": kill.at, "job": job_id, "attempt": attempt, "ids": ids}
                names = {name: value for name, value in values.items() if f":{name}" in query}
                seconds = (await self.rows(query, **names))[0][0]
                if seconds is not None:
                    row.recoveries.append(float(seconds))


_LOST = """
SELECT count(*) FILTER (WHERE state <> :state), count(*) FILTER (WHERE lease_until IS NOT NULL)
  FROM jobs WHERE id = ANY(:ids)
"""
_GAPS = """
SELECT count(*) FROM jobs WHERE id = ANY(:ids) AND next_seq - 1 IS DISTINCT FROM
  (SELECT count(*) FROM job_events WHERE job_id = jobs.id AND seq < jobs.next_seq)
"""
_DROP = (
    "UPDATE jobs SET state = 'cancelled', finished_at = now(), dispatched_at = NULL"
    " WHERE id = :id AND state IN ('waiting', 'queued')"
)
#: An end told twice, in the job's story or on the spine; a step finished twice; the end's own
#: effect twice; a step done twice by one attempt.
_DOUBLED = """
SELECT coalesce(sum(times - 1), 0) FROM (
  SELECT count(*) AS times FROM job_events WHERE job_id = ANY(:ids)
     AND name IN ('job.completed', 'job.failed', 'job.cancelled') GROUP BY job_id
  UNION ALL
  SELECT count(*) FROM events WHERE subject_id = ANY(:ids)
     AND name IN ('job.completed.v1', 'job.failed.v1', 'job.cancelled.v1') GROUP BY subject_id
  UNION ALL
  SELECT count(*) FROM job_events WHERE job_id = ANY(:ids)
     AND name = 'job.step' AND data->>'status' = 'done' GROUP BY job_id, data->>'name'
  UNION ALL
  SELECT count(*) FROM drill_ledger WHERE job_id = ANY(:ids)
   GROUP BY job_id, what, CASE WHEN what = 'finished' THEN 0 ELSE attempt END
) AS told WHERE times > 1
"""
_RECLAIMED = """
SELECT extract(epoch FROM min(at) - :at) FROM job_events
 WHERE job_id = :job AND name = 'job.started' AND attempt > :attempt
"""
_WENT_ON = """
SELECT extract(epoch FROM min(at) - :at) FROM job_events WHERE job_id = ANY(:ids) AND at > :at
"""


async def until_answered(
    ask: Callable[[], Awaitable[httpx.Response]], *, seconds: float = PATIENCE_S
) -> httpx.Response:
    """Ask again until there is an answer that says something: no 503, no broken connection."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(httpx.TransportError):
            answer = await ask()
            if answer.status_code != 503:
                return answer
        assert time.monotonic() < deadline, f"no answer within {seconds:.0f} s"
        await asyncio.sleep(0.05)
