"""The verbs of notifications: write to somebody, and let them choose about what."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel

from taskyard.accounts.models import User
from taskyard.accounts.service import links
from taskyard.accounts.service.links import Purpose
from taskyard.core.mail import one_line
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow
from taskyard.jobs import service as jobs
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.notifications import repository, templates, unsubscribing
from taskyard.notifications.errors import CategoryLocked, ChannelMissing
from taskyard.notifications.events import EmailCategoriesChosen
from taskyard.notifications.models import Email
from taskyard.notifications.schemas import CategoryChoice, MailJob
from taskyard.notifications.templates import Template
from taskyard.notifications.types import (
    BY_DEFAULT,
    LETTERS_ONLY,
    Category,
    Choice,
    EmailMode,
    EmailStatus,
)

V = TypeVar("V", bound=BaseModel)

MAIL: Final = "mail"
#: More letters of one category in an hour would be a bomb, whoever set it off.
_MOST_PER_HOUR: Final = 20
#: An address whose owner has no account cannot say that it wants no more.
_MOST_TO_STRANGERS: Final = 5
_KEPT: Final = timedelta(days=90)
_BATCH: Final = 2_000
_LONGEST_VALUE: Final = 400


async def write(uow: Uow, user: User, template: Template[V], variables: V) -> Email | None:
    """Have a letter sent to somebody who wants it: its row and its job, in this transaction.

    None where they do not want it, or their address is not known to be theirs.
    """
    if not user.is_active or not await _is_wanted(uow, user, template):
        return None
    email = draft(user, template, variables)
    if not template.asked_for and await _has_had_enough(uow, user.id, template.category):
        email.status = EmailStatus.SKIPPED
        email.reason = f"More than {_MOST_PER_HOUR} of this kind within an hour."
    return await _hand_in(uow, email)


async def write_to_address(uow: Uow, address: str, template: Template[V], variables: V) -> Email:
    """Have a letter sent to an address that no account is known by; to one address a few a day."""
    email = _compose(None, _mailbox(address, address), template, variables)
    lately = await repository.written_to_stranger(uow.db, email.address, within=timedelta(days=1))
    if lately >= _MOST_TO_STRANGERS:
        email.status = EmailStatus.SKIPPED
        email.reason = f"More than {_MOST_TO_STRANGERS} to this address within a day."
    return await _hand_in(uow, email)


async def _hand_in(uow: Uow, email: Email) -> Email:
    if email.status != EmailStatus.SKIPPED:
        email.job_id = await jobs.enqueue_system(uow, MAIL, MailJob(email_id=email.id))
    uow.db.add(email)
    await uow.db.flush()
    return email


def draft(user: User, template: Template[V], variables: V) -> Email:
    """Return a letter that nobody sends yet; its texts are one line each, and plain."""
    return _compose(user.id, _mailbox(user.email, user.email_key), template, variables)


def _compose(user_id: UUID | None, address: str, template: Template[V], variables: V) -> Email:
    return Email(
        id=uuid7(),
        user_id=user_id,
        template=template.name,
        category=template.category,
        subject=one_line(template.subject(variables), _LONGEST_VALUE),
        address=address,
        variables={
            name: one_line(value, _LONGEST_VALUE) if isinstance(value, str) else value
            for name, value in variables.model_dump(mode="json").items()
        },
        status=EmailStatus.QUEUED,
        useful_until=now() + template.life,
    )


async def send_reset_link(uow: Uow, settings: Settings, user: User, *, address: str) -> None:
    """Send somebody a link that sets their password."""
    if not user.is_active:
        return
    link = await links.make(uow, settings, user.id, Purpose.PASSWORD_RESET)
    given = templates.PasswordForgotten(
        link_id=link.id, until=link.expires_at, at=now(), address=address
    )
    await write(uow, user, templates.PASSWORD_RESET, given)


async def send_verification_link(uow: Uow, settings: Settings, user: User, *, new: bool) -> None:
    """Send somebody a link that confirms their address, unless that is done."""
    if not user.is_active or user.email_verified_at is not None:
        return
    link = await links.make(uow, settings, user.id, Purpose.EMAIL_VERIFICATION)
    given = templates.ConfirmAddress(link_id=link.id, until=link.expires_at, new=new)
    await write(uow, user, templates.WELCOME, given)


async def choices(uow: Uow, user_id: UUID) -> dict[Category, Choice]:
    """Return where a person is told of what, category by category."""
    return (await choices_of(uow, [user_id]))[user_id]


async def choices_of(uow: Uow, people: Collection[UUID]) -> dict[UUID, dict[Category, Choice]]:
    """Return where some people are told of what."""
    found = {user_id: dict(BY_DEFAULT) for user_id in people}
    for row in await repository.preferences(uow.db, people):
        category = Category(row.category)
        usual = BY_DEFAULT[category]
        found[row.user_id][category] = Choice(
            in_app=usual.in_app if row.in_app is None else row.in_app,
            email=usual.email if row.email is None else EmailMode(row.email),
        )
    return found


async def choose(uow: Uow, user_id: UUID, wanted: Mapping[Category, CategoryChoice]) -> None:
    """Keep where a person wants to be told of what. Raises CategoryLocked, ChannelMissing."""
    for category, choice in wanted.items():
        _check(category, choice)
    chosen = {name: choice for name, choice in wanted.items() if name is not Category.SECURITY}
    if not chosen:
        return
    rows = [
        {"category": name.value, "in_app": choice.in_app, "email": choice.email}
        for name, choice in sorted(chosen.items())
    ]
    await repository.choose(uow.db, user_id, rows)
    mailed = {name: choice.email for name, choice in chosen.items() if choice.email is not None}
    if mailed:
        uow.emit(
            EmailCategoriesChosen(
                subject_id=user_id,
                actor_id=user_id,
                wanted=sorted(name for name, mode in mailed.items() if mode is not EmailMode.OFF),
                unwanted=sorted(name for name, mode in mailed.items() if mode is EmailMode.OFF),
            )
        )


def _check(category: Category, choice: CategoryChoice) -> None:
    if category in LETTERS_ONLY and choice.in_app:
        raise ChannelMissing(channel="in_app", category=category.value)
    if category in LETTERS_ONLY and choice.email is EmailMode.DIGEST:
        raise ChannelMissing(channel="digest", category=category.value)
    if category is Category.SECURITY and choice.email is EmailMode.OFF:
        raise CategoryLocked


async def unsubscribe(uow: Uow, settings: Settings, token: str) -> Category:
    """End one category's e-mail by the link in a letter. Raises UnsubscribeLinkInvalid."""
    user_id, category = unsubscribing.unseal(settings, token)
    if await repository.user(uow.db, user_id) is not None:
        await choose(uow, user_id, {category: CategoryChoice(in_app=None, email=EmailMode.OFF)})
    return category


async def letters_to(uow: Uow, user_id: UUID, *, limit: int) -> Sequence[Email]:
    """Return what a person was written, newest first."""
    return await repository.letters_to(uow.db, user_id, limit=limit)


async def forget_old(uow: Uow) -> int:
    """Remove letters nobody asks about any more; return how many."""
    return await repository.forget(uow.db, older_than=_KEPT, limit=_BATCH)


async def _is_wanted(uow: Uow, user: User, template: Template[Any]) -> bool:
    if template.category is Category.SECURITY:
        return True
    known = user.email_verified_at is not None
    chosen = (await choices(uow, user.id))[template.category]
    return known and chosen.email is EmailMode.AT_ONCE


async def _has_had_enough(uow: Uow, user_id: UUID, category: Category) -> bool:
    hour = timedelta(hours=1)
    lately = await repository.written_lately(uow.db, user_id, category, within=hour)
    return lately >= _MOST_PER_HOUR


def _mailbox(email: str, fallback: str) -> str:
    """Return an address as every mail server takes it: the domain in ASCII.

    Its part before the @ keeps its case, which some servers still heed.
    """
    try:
        found = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:  # kept under looser rules; no reason to hold up everybody's letters
        return fallback
    return found.ascii_email or fallback
