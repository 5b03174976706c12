"""Making accounts."""

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
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow
from taskyard.kit.ids import uuid7

SETUP = "setup"


async def register(uow: Uow, settings: Settings, passwords: Passwords, body: Register) -> User:
    """Make an account for whoever asks.

    Raises RegistrationClosed, EmailTaken, UsernameTaken, PasswordTooWeak or ValidationFailed.
    """
    if settings.registration != "open":
        raise RegistrationClosed
    return await make_account(uow, settings, passwords, body)


async def set_up(uow: Uow, settings: Settings, passwords: Passwords, body: Setup) -> User:
    """Make the first administrator by the one-time link.

    The link is used up only when the account is made: one transaction. Raises SetupLinkInvalid.
    """
    if await repository.admin_exists(uow.db):
        raise SetupLinkInvalid
    if not await repository.use_link(uow.db, SETUP, secret_hash(body.token)):
        raise SetupLinkInvalid
    account = Register(
        email=body.email, password=body.password, display_name=body.display_name, username=None
    )
    return await make_account(uow, settings, passwords, account, role="admin")


async def make_account(
    uow: Uow, settings: Settings, passwords: Passwords, body: Register, *, role: Role = "user"
) -> User:
    """Make an account, whatever the instance says of registration."""
    key = email_key(body.email)
    known = (key, key.partition("@")[0], body.username or "", body.display_name or "")
    check_password(body.password, min_length=settings.password_min_length, known=known)
    if await repository.email_exists(uow.db, key):
        raise EmailTaken
    username = await _free_username(uow, key, body.username)
    user = User(
        id=uuid7(),
        email=body.email,
        email_key=key,
        username=username,
        display_name=body.display_name or username,
        password_hash=await passwords.hash(body.password),
        role=role,
    )
    uow.db.add(user)
    try:
        await uow.db.flush()
    except IntegrityError as error:
        # Two people registered the same name in the same moment; the constraint decided.
        if "username" in str(error.orig):
            raise UsernameTaken(username=username) from None
        raise EmailTaken from None
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
    return free or f"{candidates[0]}-{uuid7().hex[-8:]}"
