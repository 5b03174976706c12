"""Links that sign another device in: made where one is signed in, used where one is not."""

from datetime import timedelta
from typing import Final

from taskyard.accounts import repository
from taskyard.accounts.errors import SessionTokenExpired
from taskyard.accounts.events import SessionLinked, SessionLinkMade
from taskyard.accounts.models import SessionLink
from taskyard.accounts.service.signing_in import Started, start_session
from taskyard.accounts.tokens import LINK_PREFIX, new_secret, secret_hash
from taskyard.accounts.types import Device
from taskyard.core.access import Actor
from taskyard.core.uow import Uow
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7

LIFE: Final = timedelta(seconds=90)


async def make(uow: Uow, actor: Actor) -> str:
    """Keep a new link of the caller's session; return its secret, which is kept nowhere."""
    assert actor.session_id is not None, "who is signed in has a session"
    await repository.forget_session_links(uow.db, actor.session_id)
    secret = new_secret(LINK_PREFIX)
    link = SessionLink(
        id=uuid7(),
        session_id=actor.session_id,
        token_hash=secret_hash(secret),
        expires_at=now() + LIFE,
    )
    uow.db.add(link)
    uow.emit(SessionLinkMade(subject_id=actor.session_id, actor_id=actor.user_id))
    return secret


async def exchange(uow: Uow, secret: str, device: Device) -> Started:
    """Begin a browser's session by a link, which is used up; of two at once one is too late.

    The new session stands for itself, and can be ended without the one that made the link. But it
    expires no later: otherwise links could carry a sign-in on for ever without a password.
    Raises SessionTokenExpired, also where the session that made the link has ended.
    """
    made_by = await repository.use_session_link(uow.db, secret_hash(secret))
    row = await repository.live_session(uow.db, session_id=made_by) if made_by else None
    if row is None:
        raise SessionTokenExpired
    origin, user, _ = row
    started = await start_session(uow, user, device, browser=True)
    started.session.expires_at = min(started.session.expires_at, origin.expires_at)
    uow.emit(
        SessionLinked(
            subject_id=started.session.id,
            actor_id=user.id,
            made_by=origin.id,
            device=origin.device,
        )
    )
    await uow.db.flush()
    return started
