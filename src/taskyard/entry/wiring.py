"""What the API and the worker have in common: which part implements which port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import structlog

from taskyard.accounts.access import Accounts
from taskyard.accounts.repository import forget_links, forget_sessions
from taskyard.comments import repository as comments
from taskyard.core import idempotency, partitions
from taskyard.core.live import Hub
from taskyard.core.live.tickets import forget_expired
from taskyard.core.platform import Platform, assemble
from taskyard.core.settings import Settings
from taskyard.core.spine import Listener
from taskyard.core.uow import unit_of_work
from taskyard.files.access import Parts
from taskyard.files.library.service import purge
from taskyard.files.service import collect_garbage
from taskyard.files.service.blobs import PROJECT_GRACE
from taskyard.files.uploads.ending import end_abandoned
from taskyard.jobs import kinds, work_items
from taskyard.jobs.engine.relay import Chore, Relay
from taskyard.jobs.listeners import DeletedProjects
from taskyard.jobs.repository import delete_emptied_projects, delete_of_deleted_projects
from taskyard.jobs.topics import JobTopics, OwnTopics, ProjectTopics
from taskyard.kit.clock import now
from taskyard.notifications import service as notifications
from taskyard.notifications.background import MAIL_KIND
from taskyard.notifications.inbox import digest
from taskyard.notifications.inbox import service as inbox
from taskyard.notifications.inbox.listeners import Notices
from taskyard.notifications.inbox.topics import InboxTopics
from taskyard.notifications.listeners import Letters, Outcomes
from taskyard.projects.listeners import PersonalProjects
from taskyard.projects.team import inviting
from taskyard.runners.analysis.evidence import AnalysisEvidence
from taskyard.runners.analysis.kind import ANALYSIS
from taskyard.runners.analysis.tracking.listeners import FindingTasks
from taskyard.runners.sandbox import Sandbox
from taskyard.runners.source.kind import SOURCE
from taskyard.tasks import evidence
from taskyard.tasks import repository as tasks
from taskyard.tasks.door import TasksOfJobs
from taskyard.tasks.listeners import Departures
from taskyard.teams import repository as teams
from taskyard.teams.topics import TeamTopics

Remove = Callable[..., Awaitable[int]]

#: Rows that are removed in one transaction.
_PART: Final = 500
_log = structlog.get_logger(__name__)


def build_platform(settings: Settings) -> Platform:
    """Return the wired parts of one process; nothing is connected yet."""
    return assemble(settings, Accounts(settings))


def register_kinds() -> None:
    """Let every finished kind of job be asked for and run, also for tasks. Safe to call again."""
    kinds.register(ANALYSIS)
    kinds.register(MAIL_KIND)
    kinds.register(SOURCE)
    work_items.register(TasksOfJobs())
    evidence.register(AnalysisEvidence())


def listeners(settings: Settings) -> list[Listener]:
    """Return everything that reads the event spine."""
    return [
        PersonalProjects(),
        DeletedProjects(),
        Departures(),
        FindingTasks(),
        Letters(settings),
        Notices(settings),
        Outcomes(),
    ]


def chores() -> list[Chore]:
    """Return what the elected process does now and then."""
    return [
        Chore("partitions", timedelta(days=1), _make_partitions),
        Chore("tickets", timedelta(minutes=10), _forget_tickets),
        Chore("idempotency", timedelta(minutes=10), _forget_answers),
        Chore("links", timedelta(hours=1), _forget_links),
        Chore("sessions", timedelta(hours=1), _forget_sessions),
        Chore("invitations", timedelta(minutes=10), _expire_invitations),
        Chore("letters", timedelta(hours=1), _forget_letters),
        Chore("inboxes", timedelta(hours=1), _forget_notices),
        Chore("digests", timedelta(minutes=10), _send_digests),
        Chore("garbage", timedelta(days=1), _collect_garbage),
        Chore("uploads", timedelta(minutes=10), _end_uploads),
        Chore("workspaces", timedelta(hours=1), _sweep_workspaces),
    ]


async def _make_partitions(platform: Platform) -> None:
    engine = platform.database.engine
    async with engine.begin() as connection:
        await partitions.ensure(connection, now())
    kept = timedelta(days=platform.settings.retention_days)
    dropped = await partitions.drop_older(engine, now() - kept)
    if dropped:
        _log.info("months_dropped", tables=dropped, retention_days=kept.days)


async def _forget_tickets(platform: Platform) -> None:
    async with unit_of_work(platform.database) as uow:
        await forget_expired(uow.db)


async def _forget_answers(platform: Platform) -> None:
    async with unit_of_work(platform.database) as uow:
        await idempotency.forget_expired(uow)


async def _forget_links(platform: Platform) -> None:
    async with unit_of_work(platform.database) as uow:
        await forget_links(uow.db, older_than=timedelta(days=7))


async def _forget_sessions(platform: Platform) -> None:
    async with unit_of_work(platform.database) as uow:
        await forget_sessions(uow.db, older_than=timedelta(days=7))


async def _expire_invitations(platform: Platform) -> None:
    async with unit_of_work(platform.database) as uow:
        await inviting.expire(uow)
        await teams.forget_expired(uow.db)


async def _forget_letters(platform: Platform) -> None:
    async with unit_of_work(platform.database) as uow:
        await notifications.forget_old(uow)


async def _forget_notices(platform: Platform) -> None:
    async with unit_of_work(platform.database) as uow:
        await inbox.forget_old(uow)


async def _send_digests(platform: Platform) -> None:
    await digest.send_due(platform)


async def _collect_garbage(platform: Platform) -> None:
    # First the rows that refer to blobs, then the blobs.
    async with unit_of_work(platform.database) as uow:
        await delete_of_deleted_projects(uow.db, older_than=PROJECT_GRACE)
    await purge(platform.database)
    for remove in (tasks.purge, comments.purge, delete_emptied_projects):
        await _in_parts(platform, remove)
    await collect_garbage(platform.database, platform.storage)


async def _in_parts(platform: Platform, remove: Remove) -> None:
    """Remove what is of long-deleted projects, a transaction for each part."""
    left = _PART
    while left >= _PART:
        async with unit_of_work(platform.database) as uow:
            left = await remove(uow.db, older_than=PROJECT_GRACE, limit=_PART)


async def _end_uploads(platform: Platform) -> None:
    await end_abandoned(Parts.of(platform))


async def _sweep_workspaces(platform: Platform) -> None:
    sandbox = Sandbox(platform.settings.data_dir, switch=platform.settings.sandbox)
    await asyncio.to_thread(sandbox.sweep)


@asynccontextmanager
async def standing(platform: Platform) -> AsyncIterator[Relay]:
    """Have this process stand for election to relay jobs, for as long as the block lasts."""
    relay = Relay(platform, listeners(platform.settings), chores())
    task = asyncio.create_task(relay.run(), name="relay")
    try:
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def following(platform: Platform) -> AsyncIterator[None]:
    """Serve the live stream from this process, for as long as the block lasts."""
    await platform.bus.start()
    platform.hub = hub = Hub(
        platform.database,
        platform.bus,
        counted=[JobTopics()],
        spined=[ProjectTopics(), TeamTopics(), OwnTopics(), InboxTopics()],
    )
    await hub.start()
    try:
        yield
    finally:
        await hub.stop()
