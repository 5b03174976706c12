"""From what happened to who is told of it, and from a job's end to what became of a letter."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.events import (
    AccountRegistered,
    EmailVerificationAsked,
    PasswordChanged,
    PasswordReset,
    PasswordResetAsked,
    SessionEnded,
    SignedIn,
)
from taskyard.core.addresses import site_of
from taskyard.core.settings import Settings
from taskyard.core.spine import Told
from taskyard.core.uow import Uow
from taskyard.jobs.events import JobCancelled, JobCompleted, JobFailed
from taskyard.kit.clock import now
from taskyard.notifications import repository, service, templates
from taskyard.notifications.templates import Template, V
from taskyard.projects.team import repository as teams
from taskyard.projects.team.events import MemberInvited
from taskyard.projects.team.models import Invitation
from taskyard.teams import repository as named_teams
from taskyard.teams.events import TeamInvitationMailed
from taskyard.teams.models import TeamInvitation

#: What lies further back is no news: an instance that gets its mail server late, or that was
#: down for days, does not write to everybody about everything.
NEWS: Final = timedelta(hours=6)
#: Whoever asked for a quicker run is still looking at it.
_LONG: Final = timedelta(minutes=1)
#: Dots as they stand in addresses of pages.
_IN_WORD: Final = re.compile(r"(?<=\w)\.(?=\w)")


class Letters:
    """Writes to people about what happened. Without a mail server it only moves on."""

    name: Final = "notifications.letters"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._is_on = settings.mail_server is not None
        self._verbs: dict[str, Callable[[Uow, Told], Awaitable[None]]] = {
            AccountRegistered.name: self._welcome,
            EmailVerificationAsked.name: self._send_verification_link,
            PasswordResetAsked.name: self._send_reset_link,
            PasswordReset.name: _tell_of_reset,
            PasswordChanged.name: _tell_of_change,
            SignedIn.name: _tell_of_sign_in,
            SessionEnded.name: _tell_of_reuse,
            MemberInvited.name: _tell_of_invitation,
            TeamInvitationMailed.name: _tell_of_team_invitation,
            JobFailed.name: _tell_of_failure,
            JobCompleted.name: _tell_of_result,
        }
        self.handles: Final = frozenset(self._verbs)

    async def handle(self, db: AsyncSession, event: Told) -> None:
        """Write to whom it concerns, in the transaction that moves the position."""
        if self._is_on and event.at > now() - NEWS:
            await self._verbs[event.name](Uow(db), event)

    async def _welcome(self, uow: Uow, event: Told) -> None:
        user = await repository.user(uow.db, event.subject_id)
        if user is not None:
            await service.send_verification_link(uow, self._settings, user, new=True)

    async def _send_verification_link(self, uow: Uow, event: Told) -> None:
        user = await repository.user(uow.db, event.subject_id)
        if user is not None:
            await service.send_verification_link(uow, self._settings, user, new=False)

    async def _send_reset_link(self, uow: Uow, event: Told) -> None:
        user = await repository.user(uow.db, event.subject_id)
        if user is not None:
            address = event.payload["address"]
            await service.send_reset_link(uow, self._settings, user, address=address)


async def _tell_of_reset(uow: Uow, event: Told) -> None:
    user = await repository.user(uow.db, event.subject_id)
    if user is not None:
        given = templates.PasswordReset(at=event.at, **event.payload)
        await service.write(uow, user, templates.PASSWORD_WAS_RESET, given)


async def _tell_of_change(uow: Uow, event: Told) -> None:
    user = await repository.user(uow.db, event.subject_id)
    if user is not None:
        given = templates.PasswordSet(at=event.at, **event.payload)
        await service.write(uow, user, templates.PASSWORD_CHANGED, given)


async def _tell_of_sign_in(uow: Uow, event: Told) -> None:
    """Tell of a device or an address that is new; the first of all belongs to signing up."""
    session = await repository.session(uow.db, event.subject_id)
    user = await repository.user(uow.db, session.user_id) if session else None
    if session is None or user is None:
        return
    before = await repository.earlier_places(uow.db, session)
    devices = {device for device, _ in before}
    sites = {site_of(address) for _, address in before}
    if not before or (session.device in devices and site_of(session.address) in sites):
        return
    given = templates.SignIn(at=event.at, device=session.device, address=session.address)
    await service.write(uow, user, templates.NEW_SIGN_IN, given)


async def _tell_of_reuse(uow: Uow, event: Told) -> None:
    if event.payload["reason"] != "refresh_reused":
        return
    session = await repository.session(uow.db, event.subject_id)
    user = await repository.user(uow.db, session.user_id) if session else None
    if session is not None and user is not None:
        given = templates.SignIn(at=event.at, device=session.device, address=session.address)
        await service.write(uow, user, templates.SESSION_REUSED, given)


async def _tell_of_invitation(uow: Uow, event: Told) -> None:
    """Write to whoever was invited into a project."""
    offered = await teams.offer(uow.db, event.subject_id)
    if offered is not None:
        given = templates.Invitation(**_offer(offered), project=_unlinked(offered.project.name))
        await _invite(uow, offered.invitation, templates.INVITATION, given)


async def _tell_of_team_invitation(uow: Uow, event: Told) -> None:
    """Write to whoever was invited into a named team."""
    invited = await named_teams.invitation(uow.db, event.subject_id)
    if invited is not None:
        given = templates.TeamInvitation(**_offer(invited), team=_unlinked(invited.team.name))
        await _invite(uow, invited.invitation, templates.TEAM_INVITATION, given)


def _offer(found: teams.Offered | named_teams.Invited) -> dict[str, Any]:
    """Return what letters of invitation have in common."""
    return {
        "link_id": found.invitation.link_id,
        "until": found.invitation.expires_at,
        "inviter": _unlinked(found.inviter or "Somebody"),
        "role": found.invitation.role,
    }


async def _invite(
    uow: Uow, invitation: Invitation | TeamInvitation, letter: Template[V], given: V
) -> None:
    """Write to an account, also where the address is known to be its own; else to the address."""
    if invitation.user_id is not None:
        user = await repository.user(uow.db, invitation.user_id)
    else:
        user = await teams.user_at(uow.db, invitation.email_key or "")
    if user is not None:
        await service.write(uow, user, letter, given)
    elif invitation.email is not None:
        await service.write_to_address(uow, invitation.email, letter, given)


def _unlinked(words: str) -> str:
    """Return other people's words so that no mail program makes a link of them."""
    return _IN_WORD.sub("·", words).replace("://", " ")


async def _tell_of_failure(uow: Uow, event: Told) -> None:
    ended = await repository.ended_run(uow.db, event.subject_id)
    if ended is not None:
        message = str((ended.job.failure or {}).get("message", ""))
        given = templates.RunFailed(**_facts(ended, event), message=message)
        await service.write(uow, ended.owner, templates.RUN_FAILED, given)


async def _tell_of_result(uow: Uow, event: Told) -> None:
    ended = await repository.ended_run(uow.db, event.subject_id)
    if ended is not None and event.at - ended.job.created_at >= _LONG:
        given = templates.RunEnded(**_facts(ended, event))
        await service.write(uow, ended.owner, templates.RUN_COMPLETED, given)


def _facts(ended: repository.Ended, event: Told) -> dict[str, Any]:
    """Return what letters about a run have in common."""
    took = event.at - (ended.job.started_at or ended.job.created_at)
    return {
        "job_id": ended.job.id,
        "title": ended.job.title,
        "project": ended.project,
        "at": event.at,
        "took": _spoken(round(took.total_seconds())),
    }


def _spoken(seconds: int) -> str:
    """Return a span as people say it, such as `2 h 5 min` or `12 s`."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class Outcomes:
    """Notes on a letter how its job ended, where the job itself could not."""

    name: Final = "notifications.outcomes"
    handles: Final = frozenset({JobFailed.name, JobCancelled.name})

    async def handle(self, db: AsyncSession, event: Told) -> None:
        """Give the letter up: tried too often, too late, its workers lost, or stopped by hand."""
        if event.payload["kind"] != service.MAIL:
            return
        job = await repository.job(db, event.subject_id)
        said = (job.failure or {}).get("message") if job is not None else None
        await repository.give_up(db, event.subject_id, said or "An administrator stopped it.")
