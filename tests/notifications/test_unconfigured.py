"""A letter that was asked for while there was a mail server, and is due when there is none."""

import asyncio
from datetime import timedelta
from pathlib import Path

from taskyard.core.platform import Platform
from taskyard.core.uow import unit_of_work
from taskyard.jobs.engine import attempt
from taskyard.jobs.engine.attempt import Bench
from taskyard.jobs.engine.guardian import guardian_engine
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.notifications import repository, service, templates
from taskyard.notifications.models import Email
from tests.conftest import Api
from tests.world import World


async def test_it_ends_and_says_why(
    api: Api, platform: Platform, world: World, tmp_path: Path
) -> None:
    account = await world.account()
    async with unit_of_work(platform.database) as uow:
        user = await repository.user(uow.db, account.id)
        assert user is not None
        given = templates.PasswordSet(at=now(), sessions_ended=0)
        email = await service.write(uow, user, templates.PASSWORD_CHANGED, given)
    assert email is not None
    assert email.job_id is not None
    bench = Bench(
        platform=platform,
        worker_id=uuid7(),
        engine=guardian_engine(platform.settings),
        lease=timedelta(seconds=30),
        slots=None,
        work_dir=tmp_path,
    )
    # The session's own worker may be quicker; it has no mail server either.
    await attempt.run(bench, email.job_id, "hint")
    bench.engine.dispose()
    async with asyncio.timeout(20):
        while (kept := await _kept(platform, email)).status == "queued":  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert (kept.status, kept.attempts, kept.sent_at) == ("failed", 0, None)
    assert "sends no e-mail" in str(kept.reason)
    (seen,) = (await api(as_=account).get("/api/v1/notifications/emails")).json()["items"]
    assert (seen["status"], seen["reason"]) == ("failed", None)


async def _kept(platform: Platform, email: Email) -> Email:
    async with platform.database.session() as db:
        return await db.get_one(Email, email.id)
