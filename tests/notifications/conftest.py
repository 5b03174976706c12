"""An instance that sends e-mail: servers, database, worker and mail server of its own.

The session's other instances send none, and read the same spine as whoever leads there.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text, update

from taskyard.accounts.models import User
from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.core.uow import unit_of_work
from taskyard.entry import migrations
from taskyard.entry.up.embedded import EmbeddedServers
from taskyard.jobs.models import Job
from taskyard.kit.clock import now
from taskyard.notifications import repository, service, templates
from taskyard.notifications.models import Email
from tests.jobs import drills
from tests.jobs.hands import WorkerProcess, environment
from tests.world import Account, World
from tests.world.instances import Instance, open_instance
from tests.world.post import PostOffice, open_post_office

drills.register()

_LETTERS_ARE_AT = """
SELECT xid, event_id FROM listener_positions WHERE name = 'notifications.letters'
"""
SENDER = "Taskyard <yard@example.com>"


@dataclass
class Yard:
    """The instance, and what tests do with it."""

    instance: Instance
    post: PostOffice
    worker: WorkerProcess

    @property
    def platform(self) -> Platform:
        """Its wired parts."""
        return self.instance.platform

    @property
    def world(self) -> World:
        """Makers of what lives in it."""
        return self.instance.world

    async def account(self, *, verified: bool = True) -> Account:
        """Make somebody; the e-mail about their first session is none."""
        account = await self.world.account()
        if verified:
            async with unit_of_work(self.platform.database) as uow:
                verifying = update(User).where(User.id == account.id)
                await uow.db.execute(verifying.values(email_verified_at=now()))
        return account

    async def write(self, account: Account, *, life: timedelta | None = None) -> UUID:
        """Have a letter sent to somebody; return its id."""
        given = templates.PasswordSet(at=now(), sessions_ended=0)
        async with unit_of_work(self.platform.database) as uow:
            user = await repository.user(uow.db, account.id)
            assert user is not None
            email = await service.write(uow, user, templates.PASSWORD_CHANGED, given)
            assert email is not None
            if life is not None:
                email.useful_until = now() + life
        return email.id

    async def email(self, email_id: UUID) -> Email:
        """Return a letter as it is."""
        async with self.platform.database.session() as db:
            return await db.get_one(Email, email_id)

    async def job(self, email_id: UUID) -> Job:
        """Return the job that sends a letter."""
        async with self.platform.database.session() as db:
            query = select(Job).join(Email, Email.job_id == Job.id).where(Email.id == email_id)
            return (await db.scalars(query)).one()

    async def job_is(self, email_id: UUID, state: str) -> Job:
        """Wait until the job of a letter is in a state."""
        job = await self.job(email_id)
        return await self.ended(job.id, state)

    async def ended(self, job_id: UUID, *states: str) -> Job:
        """Wait until a job has ended, or is in one of the states."""
        wanted = states or ("completed", "failed", "cancelled")
        deadline = asyncio.get_running_loop().time() + 30
        while True:
            async with self.platform.database.session() as db:
                job = await db.get_one(Job, job_id)
            if job.state in wanted:
                return job
            assert asyncio.get_running_loop().time() < deadline, vars(job)
            await asyncio.sleep(0.02)

    async def until(self, email_id: UUID, *, seconds: float = 30, **columns: Any) -> Email:
        """Wait until a letter has these values."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            email = await self.email(email_id)
            if all(getattr(email, name) == value for name, value in columns.items()):
                return email
            assert asyncio.get_running_loop().time() < deadline, vars(email)
            await asyncio.sleep(0.02)

    async def letters_to(self, account: Account) -> list[Email]:
        """Return what somebody was written, oldest first."""
        async with self.platform.database.session() as db:
            query = select(Email).where(Email.user_id == account.id).order_by(Email.id)
            return list(await db.scalars(query))

    async def settled(self) -> None:
        """Wait until everything told so far was looked at."""
        newest = await self._place("SELECT xid, id FROM events ORDER BY xid DESC, id DESC LIMIT 1")
        deadline = asyncio.get_running_loop().time() + 30
        while await self._place(_LETTERS_ARE_AT) < newest:
            assert asyncio.get_running_loop().time() < deadline, newest
            await asyncio.sleep(0.02)

    async def _place(self, query: str) -> tuple[int, UUID]:
        async with self.platform.database.session() as db:
            row = (await db.execute(text(query))).one()
        return int(row[0]), row[1]

    async def do(self, sql: str, **values: Any) -> None:
        """Change something by hand."""
        async with unit_of_work(self.platform.database) as uow:
            await uow.db.execute(text(sql), values)

    async def hasten(self, email_id: UUID) -> None:
        """Let the pause before a letter's next try be over."""
        job = await self.job(email_id)
        await self.do("UPDATE jobs SET run_at = now() WHERE id = :id", id=job.id)
        self.platform.bus.ring()


@pytest.fixture(scope="package")
def mail_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """PostgreSQL and Valkey of this folder's own."""
    data_dir = tmp_path_factory.mktemp("mail") / "data"
    servers = EmbeddedServers.start(data_dir, durable=False)
    yield servers
    servers.stop()


@pytest.fixture(scope="package")
async def yard(
    settings: Settings, mail_servers: EmbeddedServers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Yard]:
    """An instance that sends e-mail, with a worker."""
    async with open_post_office() as post:
        changes: dict[str, object] = {
            "database_url": mail_servers.database_url,
            "redis_url": mail_servers.redis_url,
            "smtp_url": SecretStr(post.url),
            "mail_from": SENDER,
            "public_url": "https://yard.example.com",
        }
        migrations.upgrade(settings.model_copy(update=changes))
        log = tmp_path_factory.mktemp("mail-worker") / "worker.log"
        async with open_instance(settings, changes, empty=False) as instance:
            worker = WorkerProcess(
                environment(
                    instance.settings,
                    TASKYARD_SMTP_URL=post.url,
                    TASKYARD_MAIL_FROM=SENDER,
                    TASKYARD_PUBLIC_URL="https://yard.example.com",
                ),
                log,
            )
            async with unit_of_work(instance.platform.database) as uow:
                await uow.db.execute(text(drills.LEDGER))
            await asyncio.to_thread(worker.start)
            try:
                yield Yard(instance, post, worker)
            finally:
                await asyncio.to_thread(worker.stop)


@pytest.fixture
def log(yard: Yard) -> Path:
    """What the worker wrote."""
    return yard.worker.log
