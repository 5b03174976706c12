"""A letter's way to the mail server, and what is kept of it."""

import asyncio
import os
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from taskyard.core.uow import unit_of_work
from taskyard.jobs import service as jobs
from taskyard.kit.ids import uuid7
from taskyard.notifications import service
from taskyard.notifications.schemas import MailJob
from tests.notifications.conftest import Yard
from tests.world.post import PostOffice


@pytest.fixture(autouse=True)
def _obliging(yard: Yard) -> PostOffice:
    """What one test told the mail server, it tells no other."""
    for answers in (yard.post.to_mail, yard.post.to_rcpt, yard.post.to_data):
        answers.clear()
    yard.post.before_answer = None
    return yard.post


async def test_a_letter_is_sent_and_its_outcome_kept(yard: Yard, log: Path) -> None:
    account = await yard.account()
    email_id = await yard.write(account)
    (got,) = await yard.post.wait(account.email)
    email = await yard.until(email_id, status="sent")
    assert (email.attempts, email.reason) == (1, "250 2.0.0 queued as 4711")
    assert email.sent_at is not None
    assert got.message["Message-ID"] == f"<{email_id}@example.com>"
    assert got.message["Subject"] == "Your password was changed"
    assert "https://yard.example.com/app/forgot-password" in got.text
    job = await yard.job_is(email_id, "completed")
    assert (job.state, job.queue, job.owner_id, job.title) == (
        "completed",
        "system",
        None,
        "E-mail",
    )
    assert job.parameters == {"email_id": str(email_id)}
    said = await asyncio.to_thread(log.read_text)
    assert str(email_id) in said
    assert account.email not in said


async def test_nobody_sees_such_jobs_in_lists(yard: Yard) -> None:
    account = await yard.account()
    email_id = await yard.write(account)
    await yard.until(email_id, status="sent")
    job = await yard.job(email_id)
    client = yard.instance.client(Authorization=f"Bearer {account.token}")
    assert (await client.get("/api/v1/jobs")).json()["items"] == []
    assert (await client.get(f"/api/v1/jobs/{job.id}")).status_code == 404
    usage = (await client.get("/api/v1/users/me")).json()["data"]
    assert usage["monthly_usage"] == 0
    asked = {"kind": "mail", "parameters": {"email_id": str(email_id)}}
    assert (await client.post("/api/v1/jobs", json=asked)).status_code == 422


async def test_a_server_that_says_later_is_asked_again(yard: Yard) -> None:
    account = await yard.account()
    yard.post.to_rcpt.extend([f"451 4.7.1 <{account.email}>: greylisted", "450 4.2.0 Not yet"])
    email_id = await yard.write(account)
    first = await yard.until(email_id, attempts=1, reason=_said(account.email))
    assert first.status == "queued"
    job = await yard.job_is(email_id, "waiting")
    pause = (job.run_at - job.started_at).total_seconds()  # type: ignore[operator]
    assert 59 < pause < 80, "a minute after the first try"
    await yard.hasten(email_id)
    await yard.until(email_id, attempts=2, reason="450 4.2.0 Not yet")
    job = await yard.job_is(email_id, "waiting")
    pause = (job.run_at - job.started_at).total_seconds()  # type: ignore[operator]
    assert 299 < pause < 400, "five after the second"
    assert yard.post.to(account.email) == []
    await yard.hasten(email_id)
    await yard.until(email_id, status="sent", attempts=3)
    assert len(yard.post.to(account.email)) == 1


def _said(address: str) -> str:
    local, _, domain = address.partition("@")
    return f"451 4.7.1 <{local[0]}…@{domain}>: greylisted"


@pytest.mark.parametrize("where", ["to_mail", "to_rcpt", "to_data"])
async def test_a_server_that_says_no_is_not_asked_again(yard: Yard, where: str) -> None:
    account = await yard.account()
    getattr(yard.post, where).append("550 5.1.1 No such user here")
    email_id = await yard.write(account)
    email = await yard.until(email_id, status="refused")
    assert (email.attempts, email.reason) == (1, "550 5.1.1 No such user here")
    job = await yard.job_is(email_id, "failed")
    assert job.failure is not None
    assert (job.failure["reason"], job.failure["retry_helps"]) == ("MAIL_REFUSED", False)
    client = yard.instance.client(Authorization=f"Bearer {account.token}")
    (seen,) = (await client.get("/api/v1/notifications/emails")).json()["items"]
    assert (seen["status"], seen["reason"]) == ("refused", "550 5.1.1 No such user here")


async def test_it_is_given_up_after_five_tries(yard: Yard) -> None:
    account = await yard.account()
    yard.post.to_data.extend(["452 4.3.1 Disk full"] * 5)
    email_id = await yard.write(account)
    for attempt in range(1, 5):
        await yard.until(email_id, attempts=attempt, reason="452 4.3.1 Disk full")
        await yard.job_is(email_id, "waiting")
        await yard.hasten(email_id)
    email = await yard.until(email_id, status="failed")
    assert (email.attempts, email.reason) == (5, "452 4.3.1 Disk full")
    await yard.job_is(email_id, "failed")
    client = yard.instance.client(Authorization=f"Bearer {account.token}")
    (seen,) = (await client.get("/api/v1/notifications/emails")).json()["items"]
    # What goes wrong between this instance and its mail server is its operator's.
    assert (seen["status"], seen["attempts"], seen["reason"]) == ("failed", 5, None)


async def test_nothing_is_sent_that_is_of_no_use_any_more(yard: Yard) -> None:
    account = await yard.account()
    email_id = await yard.write(account, life=timedelta(seconds=-1))
    email = await yard.until(email_id, status="failed")
    assert "of no use any more" in str(email.reason)
    assert yard.post.to(account.email) == []


async def test_an_administrator_stops_one_and_lets_it_go_again(yard: Yard) -> None:
    account, admin = await yard.account(), await yard.world.account(role="admin")
    yard.post.to_rcpt.append("451 4.7.1 Later")
    email_id = await yard.write(account)
    await yard.until(email_id, attempts=1, reason="451 4.7.1 Later")
    job = await yard.job(email_id)
    client = yard.instance.client(Authorization=f"Bearer {admin.token}")
    assert (await client.delete(f"/api/v1/jobs/{job.id}")).status_code in {200, 202, 204}
    await yard.until(email_id, status="failed", reason="451 4.7.1 Later")
    assert (await client.post(f"/api/v1/jobs/{job.id}/retry")).status_code in {200, 202}
    await yard.until(email_id, status="sent", attempts=2)


async def test_a_worker_killed_before_it_could_tell_sends_it_again_under_the_same_id(
    yard: Yard,
) -> None:
    account = await yard.account()

    async def kill_whoever_sends() -> None:
        yard.post.before_answer = None
        for pid in await asyncio.to_thread(yard.worker.pool):
            os.kill(pid, signal.SIGKILL)

    yard.post.before_answer = kill_whoever_sends
    email_id = await yard.write(account)
    letters = await yard.post.wait(account.email, count=2, seconds=60)
    await yard.until(email_id, status="sent")
    assert [letter.message["Message-ID"] for letter in letters] == [f"<{email_id}@example.com>"] * 2
    await asyncio.sleep(0.5)
    assert len(yard.post.to(account.email)) == 2


async def test_a_letter_that_was_sent_is_not_sent_again(yard: Yard) -> None:
    account = await yard.account()
    email_id = await yard.write(account)
    await yard.until(email_id, status="sent")
    async with unit_of_work(yard.platform.database) as uow:
        job_id = await jobs.enqueue_system(uow, service.MAIL, MailJob(email_id=email_id))
    await yard.ended(job_id)
    assert len(yard.post.to(account.email)) == 1
    assert (await yard.email(email_id)).status == "sent"


async def test_a_letter_to_nobody_harms_nobody(yard: Yard) -> None:
    async with unit_of_work(yard.platform.database) as uow:
        job_id = await jobs.enqueue_system(uow, service.MAIL, MailJob(email_id=uuid7()))
    job = await yard.ended(job_id)
    assert job.failure is not None
    assert (job.state, job.failure["reason"]) == ("failed", "MAIL_UNWANTED")


async def test_more_than_twenty_in_an_hour_are_kept_back(yard: Yard) -> None:
    account = await yard.account()
    emails = [await yard.email(await yard.write(account)) for _ in range(22)]
    assert Counter(email.status == "skipped" for email in emails) == {False: 20, True: 2}
    assert (emails[-1].job_id, emails[-1].reason) == (
        None,
        "More than 20 of this kind within an hour.",
    )
    await yard.post.wait(account.email, count=20, seconds=60)


async def test_old_letters_are_forgotten_with_their_jobs(yard: Yard) -> None:
    account = await yard.account()
    email_id, kept = await yard.write(account), await yard.write(account)
    await yard.until(email_id, status="sent")
    job = await yard.job(email_id)
    old = "0190" + uuid7().hex[4:]
    await yard.do("UPDATE emails SET id = CAST(:old AS uuid) WHERE id = :id", old=old, id=email_id)
    async with unit_of_work(yard.platform.database) as uow:
        assert await service.forget_old(uow) == 1
    assert [email.id for email in await yard.letters_to(account)] == [kept]
    async with yard.platform.database.session() as db:
        found = await db.scalar(text("SELECT count(*) FROM jobs WHERE id = :id"), {"id": job.id})
    assert found == 0
