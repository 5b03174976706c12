"""The first administrator: from the settings, by the one-time link, or from the command line."""

import asyncio
from datetime import timedelta

from taskyard.accounts import repository
from taskyard.accounts.models import OneTimeLink, User
from taskyard.accounts.passwords import Passwords
from taskyard.accounts.policy import email_key
from taskyard.accounts.schemas import Register
from taskyard.accounts.service import administering
from taskyard.accounts.service.administering import AccountChange
from taskyard.accounts.service.registering import SETUP, add_account, prepare
from taskyard.accounts.tokens import new_secret, secret_hash
from taskyard.core.db import Database
from taskyard.core.settings import Settings
from taskyard.core.uow import unit_of_work
from taskyard.kit.clock import now

LINK_LIFE = timedelta(hours=24)


async def ensure_admin(database: Database, settings: Settings) -> None:
    """Make the administrator the settings name.

    An account that is there already is left as administrators have it: what they took from it
    would come back with every start. Only where there is none of them does it become one.
    """
    if settings.admin_email is None or settings.admin_password is None:
        return
    async with unit_of_work(database) as uow:
        key = email_key(settings.admin_email)
        if await repository.email_exists(uow.db, key) and await repository.admin_exists(uow.db):
            return
    await create_admin(
        database, settings, settings.admin_email, settings.admin_password.get_secret_value()
    )


async def create_admin(
    database: Database, settings: Settings, email: str, password: str
) -> tuple[User, bool]:
    """Make an administrator, or make an existing account one; return it and whether it is new.

    Two processes that start at once make one. An existing account keeps its password. Raises
    PasswordTooWeak or ValidationFailed.
    """
    async with unit_of_work(database) as uow:
        await repository.hold_administration(uow.db)
        user = await repository.user_by_login(uow.db, email_key=email_key(email), username=None)
        if user is not None:
            wanted = AccountChange(role="admin", active=True)
            return await administering.change(uow, user.id, wanted, by=None), False
        body = Register(email=email, password=password, display_name=None, username=None)
        new = await prepare(settings, Passwords(settings), body)
        return await add_account(uow, new, role="admin"), True


async def make_setup_link(database: Database, settings: Settings) -> str | None:
    """Return a fresh one-time link for the first page, None where an administrator exists.

    Earlier links stop working. It lives 24 hours and only its hash is kept.
    """
    async with unit_of_work(database) as uow:
        await repository.hold_administration(uow.db)
        if await repository.admin_exists(uow.db):
            return None
        await repository.void_links(uow.db, SETUP)
        token = new_secret("")
        uow.db.add(
            OneTimeLink(purpose=SETUP, token_hash=secret_hash(token), expires_at=now() + LINK_LIFE)
        )
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return f"{base.rstrip('/')}/app/setup?token={token}"


def setup_link(settings: Settings) -> str | None:
    """Do what `make_setup_link` does, for callers outside an event loop."""

    async def run() -> str | None:
        database = Database(settings)
        try:
            await ensure_admin(database, settings)
            return await make_setup_link(database, settings)
        finally:
            await database.dispose()

    return asyncio.run(run())
