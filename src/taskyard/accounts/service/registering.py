"""Making accounts."""

from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError

from taskyard.accounts import repository
from taskyard.accounts.errors import EmailTaken, RegistrationClosed, SetupLinkInvalid, UsernameTaken
from taskyard.accounts.events import AccountRegistered
from taskyard.accounts.models import User
from taskyard.accounts.passwords import Passwords, check_password
from taskyard.accounts.policy import email_key, username_candidates
from taskyard.accounts.schemas import Register, Setup
from taskyard.accounts.tokens import secret_hash
from taskyard.core.access import Role
from taskyard.core.db import Database, violated
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow, unit_of_work
from taskyard.kit.ids import uuid7

SETUP = "setup"


@dataclass(frozen=True)
class NewAccount:
    """An account that may be made: its input is good and its password hashed."""

    body: Register
    email_key: str
    password_hash: str


async def prepare(settings: Settings, passwords: Passwords, body: Register) -> NewAccount:
    """Check and hash what an account is made of.

    Outside of any transaction: hashing takes a third of a second and waits its turn, too long to
    hold a connection. Raises PasswordTooWeak or ValidationFailed.
    """
    key = email_key(body.email)
    known = (key, key.partition("@")[0], body.username or "", body.display_name or "")
    check_password(body.password, min_length=settings.password_min_length, known=known)
    return NewAccount(body, key, await passwords.hash(body.password))


async def register(
    database: Database, settings: Settings, passwords: Passwords, body: Register
) -> User:
    """Make an account for whoever asks.

    Raises RegistrationClosed, EmailTaken, UsernameTaken, PasswordTooWeak or ValidationFailed.
    """
    if settings.registration != "open":
        raise RegistrationClosed
    new = await prepare(settings, passwords, body)
    async with unit_of_work(database) as uow:
        return await add_account(uow, new)


async def prepare_admin(
    database: Database, settings: Settings, passwords: Passwords, body: Setup
) -> NewAccount:
    """Check and hash what the first administrator is made of.

    A link that is no good is refused before anything is hashed. Raises SetupLinkInvalid.
    """
    async with unit_of_work(database) as uow:
        await _check_setup(uow, body.token)
    account = Register(
        email=body.email, password=body.password, display_name=body.display_name, username=None
    )
    return await prepare(settings, passwords, account)


async def set_up(uow: Uow, token: str, new: NewAccount) -> User:
    """Make the first administrator by the one-time link.

    The link is used up only when the account is made: one transaction. Raises SetupLinkInvalid.
    """
    await _check_setup(uow, token)
    if not await repository.use_link(uow.db, SETUP, secret_hash(token)):
        raise SetupLinkInvalid
    return await add_account(uow, new, role="admin")


async def _check_setup(uow: Uow, token: str) -> None:
    is_open = await repository.link_is_open(uow.db, SETUP, secret_hash(token))
    if not is_open or await repository.admin_exists(uow.db):
        raise SetupLinkInvalid


async def add_account(uow: Uow, new: NewAccount, *, role: Role = "user") -> User:
    """Make an account, whatever the instance says of registration.

    Raises EmailTaken or UsernameTaken; a username that was not asked for is never in the way.
    """
    if await repository.email_exists(uow.db, new.email_key):
        raise EmailTaken
    username = await _free_username(uow, new.email_key, new.body.username)
    try:
        async with uow.db.begin_nested():
            return await _insert(uow, new, username, role)
    except IntegrityError as error:
        # Two people registered in the same moment; the constraint decided.
        if violated(error) == "uq_users_email_key":
            raise EmailTaken from None
        if new.body.username is not None:
            raise UsernameTaken(username=username) from None
    body = new.body.model_copy(update={"username": _unlike(username)})
    return await add_account(uow, replace(new, body=body), role=role)


async def _insert(uow: Uow, new: NewAccount, username: str, role: Role) -> User:
    user = User(
        id=uuid7(),
        email=new.body.email,
        email_key=new.email_key,
        username=username,
        display_name=new.body.display_name or username,
        password_hash=new.password_hash,
        role=role,
    )
    uow.db.add(user)
    await uow.db.flush()
    await uow.db.refresh(user)
    uow.emit(
        AccountRegistered(
            subject_id=user.id, actor_id=user.id, username=user.username, role=user.role
        )
    )
    return user


async def _free_username(uow: Uow, email: str, wanted: str | None) -> str:
    if wanted is not None:
        if await repository.taken_usernames(uow.db, [wanted.lower()]):
            raise UsernameTaken(username=wanted)
        return wanted
    candidates = username_candidates(email)
    taken = await repository.taken_usernames(uow.db, candidates)
    free = next((name for name in candidates if name not in taken), None)
    return free or _unlike(candidates[0])


def _unlike(username: str) -> str:
    """Return a username nobody else is given in the same moment."""
    return f"{username}-{uuid7().hex[-8:]}"
