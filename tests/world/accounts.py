"""People for tests."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from taskyard.accounts.access import Accounts
from taskyard.accounts.models import User
from taskyard.accounts.service.signing_in import start_session
from taskyard.accounts.types import Device
from taskyard.core.access import Role, Tier
from taskyard.core.platform import Platform
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7

PASSWORD = "a quiet yard at dusk"


@dataclass(frozen=True)
class Account:
    """Someone who is signed in."""

    id: UUID
    email: str
    username: str
    token: str
    refresh_token: str
    session_id: UUID


@cache
def _known_hashes() -> dict[str, str]:
    return {}


async def make_account(
    platform: Platform, *, role: Role = "user", tier: Tier | None = None
) -> Account:
    """Make an account with PASSWORD and sign it in; the hash is computed once for all tests."""
    accounts = platform.authenticator
    assert isinstance(accounts, Accounts)
    hashes = _known_hashes()
    if PASSWORD not in hashes:
        hashes[PASSWORD] = await accounts.passwords.hash(PASSWORD)
    name = f"p{uuid7().hex[-12:]}"
    user = User(
        id=uuid7(),
        email=f"{name}@example.com",
        email_key=f"{name}@example.com",
        username=name,
        display_name=name.capitalize(),
        password_hash=hashes[PASSWORD],
        role=role,
        tier=tier,
    )
    async with unit_of_work(platform.database) as uow:
        uow.db.add(user)
    return await sign_in(platform, user.id)


async def sign_in(platform: Platform, user_id: UUID, *, browser: bool = False) -> Account:
    """Begin a session of an account; a browser's secret is its cookie, else a refresh token."""
    accounts = platform.authenticator
    assert isinstance(accounts, Accounts)
    async with unit_of_work(platform.database) as uow:
        user = await uow.db.get_one(User, user_id)
        started = await start_session(uow, user, Device("127.0.0.1", "tests"), browser=browser)
    token = accounts.tokens.sign(user, started.session.id)
    return Account(user.id, user.email, user.username, token, started.secret, started.session.id)
