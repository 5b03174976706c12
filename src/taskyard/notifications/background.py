"""The job kind `mail`: one letter handed to the mail server, of the platform's own work."""

import random
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from taskyard.core.access import Permission
from taskyard.core.mail import (
    Letter,
    MailDeferred,
    MailNotConfigured,
    MailRefused,
    MailServer,
    masked,
)
from taskyard.core.platform import Platform
from taskyard.core.uow import Uow, unit_of_work
from taskyard.jobs.context import JobContext
from taskyard.jobs.kinds import JobKind
from taskyard.jobs.models import Job
from taskyard.kit.clock import now
from taskyard.notifications import repository
from taskyard.notifications.errors import MailTooLate, MailUnwanted
from taskyard.notifications.models import Email
from taskyard.notifications.rendering import write
from taskyard.notifications.schemas import MailJob, MailSent
from taskyard.notifications.service import MAIL
from taskyard.notifications.types import EmailStatus

_log = structlog.get_logger(__name__)

#: What a server that greylists or is down is given, in seconds: after the first try, the second, …
_PAUSES: Final = (60, 300, 1_800, 7_200)


async def run(given: MailJob, job: JobContext) -> MailSent:
    """Send a letter, unless it was sent.

    A letter can go out twice: where its worker was killed after the server took it and before
    that was kept. Both have one Message-ID. Raises MailDeferred with the pause before the next
    try, MailRefused, MailTooLate, MailUnwanted or MailNotConfigured.
    """
    platform = job.platform
    server = platform.settings.mail_server
    if server is None:
        raise MailNotConfigured
    async with unit_of_work(platform.database) as uow:
        email = await repository.begin_try(uow.db, given.email_id)
    if email is None:
        raise MailUnwanted
    if email.useful_until <= now():
        raise MailTooLate
    letter = write(platform.settings, email)
    try:
        return await job.step(
            "send", "Hand it to the mail server", lambda: _send(server, letter), MailSent
        )
    except MailRefused as refused:
        await _note(platform, email, EmailStatus.REFUSED, refused)
        raise
    except MailDeferred as deferred:
        await _note(platform, email, EmailStatus.QUEUED, deferred)
        pause = _PAUSES[min(email.attempts, len(_PAUSES)) - 1]
        # Those that were put off together do not come back together.
        spread = pause * random.uniform(1, 1.25)  # noqa: S311 — spread, not secrecy
        raise MailDeferred(reason=deferred.fields["reason"], retry_after=round(spread)) from None


async def _send(server: MailServer, letter: Letter) -> MailSent:
    code, text = await server.send(letter)
    _log.info("mail_sent", email_id=str(letter.id), to=masked(letter.to), reply=f"{code} {text}")
    return MailSent(reply=f"{code} {text}")


async def _note(
    platform: Platform, email: Email, status: EmailStatus, fault: MailRefused | MailDeferred
) -> None:
    reason = fault.fields["reason"]
    _log.warning(
        "mail_refused" if status is EmailStatus.REFUSED else "mail_deferred",
        email_id=str(email.id),
        to=masked(email.address),
        attempt=email.attempts,
        reason=reason,
    )
    async with unit_of_work(platform.database) as uow:
        await repository.note(uow.db, email.id, status, reason)


async def _keep(uow: Uow, job: Job, sent: MailSent) -> None:
    """Note that a letter was sent, in the transaction that completes its job."""
    email_id = UUID(job.parameters["email_id"])
    await repository.note(uow.db, email_id, EmailStatus.SENT, sent.reply)


MAIL_KIND = JobKind(
    name=MAIL,
    parameters=MailJob,
    result=MailSent,
    run=run,
    # A server has half a minute; the rest is for a database that is slow to answer.
    deadline=timedelta(minutes=2),
    permission=Permission.ADMIN,
    title=lambda _: "E-mail",
    queue="system",
    needs_project=False,
    on_finished=_keep,
)
