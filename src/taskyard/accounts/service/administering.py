"""What administrators decide of an account: its role, its tier, and whether it may come in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from taskyard.accounts import repository
from taskyard.accounts.errors import AccountNotFound, LastAdmin
from taskyard.accounts.events import (
    AccountActivated,
    AccountDeactivated,
    RoleChanged,
    SessionEnded,
    SignedOutEverywhere,
    TierGranted,
)
from taskyard.accounts.models import User
from taskyard.accounts.policy import email_key
from taskyard.core.access import Role, Tier
from taskyard.core.etag import check_match
from taskyard.core.problems import ValidationFailed
from taskyard.core.uow import Uow
from taskyard.kit.clock import now


@dataclass(frozen=True)
class Grant:
    """A tier given by hand, until then or for good; None takes it back."""

    tier: Tier | None
    until: datetime | None = None


@dataclass(frozen=True)
class AccountChange:
    """What of an account is to change; None leaves a part as it is."""

    role: Role | None = None
    active: bool | None = None
    grant: Grant | None = None

    @property
    def takes_administration(self) -> bool:
        """Whether an administrator would be none afterwards."""
        return self.active is False or self.role in {"user", "viewer"}


async def change(
    uow: Uow,
    user_id: UUID,
    wanted: AccountChange,
    *,
    by: UUID | None,
    if_match: str | None = None,
) -> User:
    """Change an account. What it may do is read at every request, so it counts at its next one.

    One active administrator always stays: who would take the last one's place away waits for
    whoever does the same meanwhile. Raises AccountNotFound, LastAdmin, PreconditionFailed and
    ValidationFailed.
    """
    if wanted.takes_administration:
        await repository.hold_administration(uow.db)
    user = await repository.user_by_id(uow.db, user_id, lock=True)
    if user is None:
        raise AccountNotFound
    check_match(if_match, user.version)
    is_admin = user.role == "admin" and user.is_active
    if is_admin and wanted.takes_administration:
        await _leave_an_admin(uow, user)
    changed = [
        _set_role(uow, user, wanted.role, by),
        await _set_active(uow, user, wanted.active, by),
        _set_grant(uow, user, wanted.grant, by),
    ]
    if any(changed):
        user.version += 1
    await uow.db.flush()
    await uow.db.refresh(user)
    return user


async def _leave_an_admin(uow: Uow, user: User) -> None:
    if not await repository.admin_exists(uow.db, beside=user.id):
        raise LastAdmin(username=user.username)


def _set_role(uow: Uow, user: User, role: Role | None, by: UUID | None) -> bool:
    if role is None or role == user.role:
        return False
    uow.emit(RoleChanged(subject_id=user.id, actor_id=by, old=user.role, new=role))
    user.role = role
    return True


async def _set_active(uow: Uow, user: User, active: bool | None, by: UUID | None) -> bool:
    if active is None or active == user.is_active:
        return False
    user.is_active = active
    if active:
        uow.emit(AccountActivated(subject_id=user.id, actor_id=by))
    else:
        ended = await _end_sessions(uow, user.id, by, reason="deactivated")
        uow.emit(AccountDeactivated(subject_id=user.id, actor_id=by, sessions_ended=ended))
    return True


def _set_grant(uow: Uow, user: User, grant: Grant | None, by: UUID | None) -> bool:
    if grant is None or (grant.tier, grant.until) == (user.granted_tier, user.granted_until):
        return False
    if grant.until is not None and grant.until <= now():
        message = "Give a time to come, or none for good"
        field = {"field": "body.tier_until", "type": "too_early", "message": message}
        raise ValidationFailed(fields=[field])
    user.granted_tier, user.granted_until = grant.tier, grant.until
    uow.emit(TierGranted(subject_id=user.id, actor_id=by, tier=grant.tier, until=grant.until))
    return True


async def set_role(uow: Uow, login: str, role: Role) -> User:
    """Set the role of whoever signs in as `login`, for the command line.

    Raises AccountNotFound and LastAdmin, and ValidationFailed for what is no address.
    """
    key = email_key(login) if "@" in login else None
    user = await repository.user_by_login(uow.db, email_key=key, username=login)
    if user is None:
        raise AccountNotFound
    return await change(uow, user.id, AccountChange(role=role), by=None)


async def end_sessions(uow: Uow, user_id: UUID, *, by: UUID) -> int:
    """Sign an account out everywhere; return how many sessions that ended.

    Raises AccountNotFound.
    """
    if await repository.user_by_id(uow.db, user_id) is None:
        raise AccountNotFound
    ended = await _end_sessions(uow, user_id, by, reason="ended_by_admin")
    uow.emit(SignedOutEverywhere(subject_id=user_id, actor_id=by, sessions_ended=ended))
    return ended


async def _end_sessions(uow: Uow, user_id: UUID, by: UUID | None, *, reason: str) -> int:
    ended = await repository.end_sessions(uow.db, user_id, reason=reason)
    for session_id in ended:
        uow.emit(SessionEnded(subject_id=session_id, actor_id=by, reason=reason))
    return len(ended)
