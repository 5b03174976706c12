"""An account's own profile and password."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from taskyard.accounts import repository
from taskyard.accounts.errors import PasswordWrong, SessionNotFound, UsernameTaken
from taskyard.accounts.events import PasswordChanged, ProfileChanged, SessionEnded
from taskyard.accounts.models import User
from taskyard.accounts.passwords import Passwords, check_password
from taskyard.accounts.schemas import PasswordChange, ProfilePatch
from taskyard.accounts.service.links import RESETS
from taskyard.accounts.service.signing_in import end_session
from taskyard.core.access import Actor
from taskyard.core.db import Database
from taskyard.core.etag import check_match
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow, unit_of_work


async def me(uow: Uow, actor: Actor) -> User:
    """Return the caller's account."""
    user = await repository.user_by_id(uow.db, actor.user_id)
    assert user is not None, "an authenticated account exists"
    return user


async def username(uow: Uow, user_id: UUID) -> str:
    """Return an account's username."""
    user = await repository.user_by_id(uow.db, user_id)
    assert user is not None, "what an account asked for keeps its row"
    return user.username


async def change_profile(
    uow: Uow, actor: Actor, body: ProfilePatch, *, if_match: str | None
) -> User:
    """Change the caller's profile. Raises UsernameTaken or PreconditionFailed."""
    user = await repository.user_by_id(uow.db, actor.user_id, lock=True)
    assert user is not None, "an authenticated account exists"
    check_match(if_match, user.version)
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    if "preferences" in changes:
        changes["preferences"] = user.preferences | changes["preferences"]
    for name, value in changes.items():
        setattr(user, name, value)
    if changes:
        user.version += 1
        uow.emit(ProfileChanged(subject_id=user.id, actor_id=actor.user_id, fields=sorted(changes)))
    try:
        await uow.db.flush()
    except IntegrityError:  # the only constraint a profile can break
        raise UsernameTaken(username=str(body.username)) from None
    await uow.db.refresh(user)
    return user


async def change_password(
    database: Database, actor: Actor, settings: Settings, passwords: Passwords, body: PasswordChange
) -> int:
    """Set a new password and end every other session; return how many ended.

    A link that would set yet another, which somebody may have asked for before, works no more.
    Hashes twice, and holds no connection meanwhile. Raises PasswordWrong or PasswordTooWeak.
    """
    async with unit_of_work(database) as uow:
        user = await me(uow, actor)
    right, _ = await passwords.verify(body.current_password, user.password_hash)
    if not right:
        raise PasswordWrong
    known = (user.email_key, user.username, user.display_name)
    check_password(body.new_password, min_length=settings.password_min_length, known=known)
    hashed = await passwords.hash(body.new_password)
    async with unit_of_work(database) as uow:
        kept = await repository.user_by_id(uow.db, user.id, lock=True)
        if kept is None or kept.password_hash != user.password_hash:
            raise PasswordWrong
        kept.password_hash = hashed
        await repository.void_links_of(uow.db, kept.id, RESETS)
        return await _end_others(uow, actor)


async def _end_others(uow: Uow, actor: Actor) -> int:
    ended = await repository.end_sessions(
        uow.db, actor.user_id, reason="password_changed", keep=actor.session_id
    )
    for session_id in ended:
        uow.emit(
            SessionEnded(subject_id=session_id, actor_id=actor.user_id, reason="password_changed")
        )
    uow.emit(
        PasswordChanged(subject_id=actor.user_id, actor_id=actor.user_id, sessions_ended=len(ended))
    )
    return len(ended)


async def revoke_session(uow: Uow, actor: Actor, session_id: UUID) -> None:
    """End one of the caller's sessions; its access tokens die at once. Raises SessionNotFound."""
    if not await end_session(uow, actor.user_id, session_id, reason="revoked"):
        raise SessionNotFound
