"""Links that show who somebody is by the e-mail they came in. Each works once."""

from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from taskyard.accounts import repository
from taskyard.accounts.models import OneTimeLink, User
from taskyard.accounts.tokens import link_secret, secret_hash
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7


class Purpose(StrEnum):
    """What a link is for."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 — a name
    #: The same, given to a person by whoever runs the instance; it shows nothing of an address.
    PASSWORD_RESET_BY_HAND = "password_reset_by_hand"  # noqa: S105
    EMAIL_VERIFICATION = "email_verification"


RESETS: Final = (Purpose.PASSWORD_RESET, Purpose.PASSWORD_RESET_BY_HAND)
LIFE: Final = {
    Purpose.PASSWORD_RESET: timedelta(hours=1),
    Purpose.PASSWORD_RESET_BY_HAND: timedelta(hours=1),
    Purpose.EMAIL_VERIFICATION: timedelta(days=3),
}
#: The secret stands behind the #, which no browser sends to any server.
_PAGES: Final = {
    Purpose.PASSWORD_RESET: "reset-password",
    Purpose.PASSWORD_RESET_BY_HAND: "reset-password",
    Purpose.EMAIL_VERIFICATION: "verify-email",
}


async def make(uow: Uow, settings: Settings, user_id: UUID, purpose: Purpose) -> OneTimeLink:
    """Keep a new link of an account; earlier ones stay good."""
    link_id = uuid7()
    link = OneTimeLink(
        id=link_id,
        purpose=purpose,
        user_id=user_id,
        token_hash=secret_hash(link_secret(settings, link_id)),
        expires_at=now() + LIFE[purpose],
    )
    uow.db.add(link)
    await uow.db.flush()
    return link


def address_of(settings: Settings, link_id: UUID, purpose: Purpose) -> str:
    """Return what to open in a browser."""
    secret = link_secret(settings, link_id)
    return f"{settings.web_address}/app/{_PAGES[purpose]}#{secret}"


async def look_at(uow: Uow, secret: str, *purposes: Purpose) -> tuple[OneTimeLink, User] | None:
    """Return a link that could be used now, and whose it is; this does not use it up."""
    found = await repository.open_link(uow.db, purposes, secret_hash(secret))
    return None if found is None else (found[0], found[1])


async def use(uow: Uow, secret: str, *purposes: Purpose) -> tuple[OneTimeLink, User] | None:
    """Use a link up, and every other of the account's for the same; of two uses one is too late.

    The account is held until the transaction ends: taken first, so that nobody waits in a circle.
    """
    found = await look_at(uow, secret, *purposes)
    if found is None:
        return None
    link, owner = found
    user = await repository.user_by_id(uow.db, owner.id, lock=True)
    if user is None or not user.is_active:
        return None
    if not await repository.use_link(uow.db, link.purpose, link.token_hash):
        return None
    await repository.void_links_of(uow.db, user.id, purposes)
    return link, user
