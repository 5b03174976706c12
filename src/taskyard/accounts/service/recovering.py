"""Getting back into an account, and showing that its e-mail address is one's own."""

from dataclasses import dataclass
from uuid import UUID

from taskyard.accounts import repository
from taskyard.accounts.errors import EmailAlreadyVerified, EmailLinkInvalid, PasswordLinkInvalid
from taskyard.accounts.events import (
    NOBODY,
    EmailVerificationAsked,
    EmailVerified,
    PasswordReset,
    PasswordResetAsked,
    PasswordResetLinkMade,
    SessionEnded,
)
from taskyard.accounts.models import OneTimeLink, User
from taskyard.accounts.passwords import Passwords, check_password
from taskyard.accounts.policy import email_key
from taskyard.accounts.service import links
from taskyard.accounts.service.links import RESETS, Purpose
from taskyard.accounts.service.profiles import me
from taskyard.core.access import Actor
from taskyard.core.admission import Admission
from taskyard.core.db import Database
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow, unit_of_work
from taskyard.kit.clock import now


@dataclass(frozen=True)
class Recovered:
    """An account with a new password."""

    user: User
    sessions_ended: int


RESET_LIFE = links.LIFE[Purpose.PASSWORD_RESET]


async def ask_for_reset(uow: Uow, admission: Admission, email: str, *, address: str) -> None:
    """Note that somebody forgot the password of the account with this e-mail, if there is one.

    The letter is written by who reads the event, so that this is the same work and the same
    answer for every address. Raises ValidationFailed or RateLimitExceeded.
    """
    key = email_key(email)
    await admission.also("password_forgot_email", key)
    user = await repository.user_by_login(uow.db, email_key=key, username=None)
    uow.emit(PasswordResetAsked(subject_id=user.id if user else NOBODY, address=address))


async def look_at_reset(uow: Uow, token: str) -> tuple[OneTimeLink, User]:
    """Return the link that would set a new password, and whose. Raises PasswordLinkInvalid."""
    found = await links.look_at(uow, token, *RESETS)
    if found is None:
        raise PasswordLinkInvalid
    return found


async def reset_password(
    database: Database,
    settings: Settings,
    passwords: Passwords,
    *,
    token: str,
    password: str,
    address: str,
) -> Recovered:
    """Set a new password by a link, and end every session.

    The link is used up only with the password: one transaction, and no connection is held while
    the password is hashed. Raises PasswordLinkInvalid or PasswordTooWeak.
    """
    async with unit_of_work(database) as uow:
        _, user = await look_at_reset(uow, token)
    known = (user.email_key, user.username, user.display_name)
    check_password(password, min_length=settings.password_min_length, known=known)
    hashed = await passwords.hash(password)
    async with unit_of_work(database) as uow:
        used = await links.use(uow, token, *RESETS)
        if used is None:
            raise PasswordLinkInvalid
        link, user = used
        user.password_hash = hashed
        if link.purpose == Purpose.PASSWORD_RESET:
            _note_verified(uow, user)
        ended = await _end_all(uow, user.id, address)
    return Recovered(user, ended)


async def _end_all(uow: Uow, user_id: UUID, address: str) -> int:
    ended = await repository.end_sessions(uow.db, user_id, reason="password_reset")
    for session_id in ended:
        uow.emit(SessionEnded(subject_id=session_id, reason="password_reset"))
    uow.emit(PasswordReset(subject_id=user_id, address=address, sessions_ended=len(ended)))
    return len(ended)


async def make_reset_link(uow: Uow, settings: Settings, login: str) -> tuple[User, str] | None:
    """Return the account that signs in as `login`, and a link that sets its password.

    For whoever runs the instance. None where there is no such account, or it is deactivated.
    """
    key = email_key(login) if "@" in login else None
    user = await repository.user_by_login(uow.db, email_key=key, username=login)
    if user is None or not user.is_active:
        return None
    link = await links.make(uow, settings, user.id, Purpose.PASSWORD_RESET_BY_HAND)
    uow.emit(PasswordResetLinkMade(subject_id=user.id))
    return user, links.address_of(settings, link.id, Purpose.PASSWORD_RESET_BY_HAND)


async def ask_for_verification(uow: Uow, actor: Actor) -> None:
    """Note that a person wants a link to confirm their address. Raises EmailAlreadyVerified."""
    user = await me(uow, actor)
    if user.email_verified_at is not None:
        raise EmailAlreadyVerified
    uow.emit(EmailVerificationAsked(subject_id=user.id, actor_id=user.id))


async def verify_email(uow: Uow, token: str) -> User:
    """Confirm an address by the link that was sent to it. Raises EmailLinkInvalid."""
    used = await links.use(uow, token, Purpose.EMAIL_VERIFICATION)
    if used is None:
        raise EmailLinkInvalid
    _, user = used
    _note_verified(uow, user)
    return user


def _note_verified(uow: Uow, user: User) -> None:
    if user.email_verified_at is None:
        user.email_verified_at = now()
        uow.emit(EmailVerified(subject_id=user.id, actor_id=user.id))
