"""Every kind of letter: what it is about, what it takes, and how long it is of use.

What a letter says lies in `letters/<name>.jinja`, once for its plain and its HTML form.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from taskyard.accounts.service import links
from taskyard.accounts.service.links import Purpose
from taskyard.core.settings import Settings
from taskyard.notifications.types import Category
from taskyard.projects.team import links as invitation_links
from taskyard.projects.team.types import LIFE
from taskyard.teams.types import LIFE as TEAM_LIFE

V = TypeVar("V", bound=BaseModel)

#: News of a week ago is history.
_NEWS: Final = timedelta(days=3)


class Link(BaseModel):
    """A link that works once."""

    link_id: UUID
    until: datetime


class ConfirmAddress(Link):
    """A link that confirms an address."""

    #: The account was made just now; else a further link was asked for.
    new: bool


class PasswordForgotten(Link):
    """A link that sets a new password."""

    at: datetime
    address: str


class PasswordSet(BaseModel):
    """A password that is another now."""

    at: datetime
    sessions_ended: int


class PasswordReset(PasswordSet):
    """A password that was set by a link."""

    address: str


class SignIn(BaseModel):
    """A session, and when it began or ended."""

    at: datetime
    device: str
    address: str


class Invitation(Link):
    """An invitation into a project."""

    inviter: str
    project: str
    role: str


class TeamInvitation(BaseModel):
    """An invitation into a named team."""

    inviter: str
    team: str
    role: str
    until: datetime
    #: None of those written before there were links.
    link_id: UUID | None = None


class Notice(BaseModel):
    """One thing that happened, as a sentence without its full stop."""

    said: str
    #: Where it is looked at, below `/app/`.
    page: str
    project: str | None
    at: datetime


class Digest(BaseModel):
    """Several things that happened, each as a sentence."""

    lines: list[str]
    #: Whether there are others.
    more: bool


class RunEnded(BaseModel):
    """A run that has ended."""

    job_id: UUID
    title: str
    project: str | None
    at: datetime
    took: str


class RunFailed(RunEnded):
    """A run that has failed."""

    message: str


@dataclass(frozen=True, slots=True)
class Template(Generic[V]):
    """One kind of letter."""

    name: str
    category: Category
    variables: type[V]
    subject: Callable[[V], str]
    #: Where its button leads.
    page: Callable[[Settings, V], str]
    life: timedelta = _NEWS
    #: Its reader waits for it: it goes out however many others did.
    asked_for: bool = False


def _here(path: str) -> Callable[[Settings, Any], str]:
    return lambda settings, _: f"{settings.web_address}/app/{path}"


def _link(purpose: Purpose) -> Callable[[Settings, Link], str]:
    return lambda settings, given: links.address_of(settings, given.link_id, purpose)


def _run(settings: Settings, given: RunEnded) -> str:
    return f"{settings.web_address}/app/runs/{given.job_id}"


def _invitation(settings: Settings, given: Invitation) -> str:
    return invitation_links.address_of(settings, given.link_id)


def _team_invitation(settings: Settings, given: TeamInvitation) -> str:
    if given.link_id is None:
        return f"{settings.web_address}/app/teams"
    return invitation_links.address_of(settings, given.link_id)


def _of(given: RunEnded) -> str:
    return f" in {given.project}" if given.project else ""


WELCOME: Final = Template(
    name="welcome",
    category=Category.SECURITY,
    variables=ConfirmAddress,
    subject=lambda given: "Welcome to Taskyard" if given.new else "Confirm your address",
    page=_link(Purpose.EMAIL_VERIFICATION),
    life=links.LIFE[Purpose.EMAIL_VERIFICATION],
    asked_for=True,
)
PASSWORD_RESET: Final = Template(
    name="password_reset",
    category=Category.SECURITY,
    variables=PasswordForgotten,
    subject=lambda _: "Set a new password",
    page=_link(Purpose.PASSWORD_RESET),
    life=links.LIFE[Purpose.PASSWORD_RESET],
    asked_for=True,
)
PASSWORD_WAS_RESET: Final = Template(
    name="password_was_reset",
    category=Category.SECURITY,
    variables=PasswordReset,
    subject=lambda _: "Your password was set by a link",
    page=_here("forgot-password"),
)
PASSWORD_CHANGED: Final = Template(
    name="password_changed",
    category=Category.SECURITY,
    variables=PasswordSet,
    subject=lambda _: "Your password was changed",
    page=_here("forgot-password"),
)
NEW_SIGN_IN: Final = Template(
    name="new_sign_in",
    category=Category.SECURITY,
    variables=SignIn,
    subject=lambda _: "New sign-in to your account",
    page=_here("settings/security"),
)
SESSION_REUSED: Final = Template(
    name="session_reused",
    category=Category.SECURITY,
    variables=SignIn,
    subject=lambda _: "A session was ended for your safety",
    page=_here("settings/security"),
)
RUN_FAILED: Final = Template(
    name="run_failed",
    category=Category.RUN_FAILED,
    variables=RunFailed,
    subject=lambda given: f"{given.title}{_of(given)} failed",
    page=_run,
)
RUN_COMPLETED: Final = Template(
    name="run_completed",
    category=Category.RUN_COMPLETED,
    variables=RunEnded,
    subject=lambda given: f"{given.title}{_of(given)} is done",
    page=_run,
)
INVITATION: Final = Template(
    name="invitation",
    category=Category.INVITATION,
    variables=Invitation,
    subject=lambda given: f"{given.inviter} invites you to {given.project}",
    page=_invitation,
    life=LIFE,
)
TEAM_INVITATION: Final = Template(
    name="team_invitation",
    category=Category.INVITATION,
    variables=TeamInvitation,
    subject=lambda given: f"{given.inviter} invites you to {given.team}",
    page=_team_invitation,
    life=TEAM_LIFE,
)


def notice(category: Category) -> Template[Notice]:
    """Return the letter that tells of one thing of a category."""
    return Template(
        name="notice",
        category=category,
        variables=Notice,
        subject=lambda given: given.said,
        page=lambda settings, given: f"{settings.web_address}/app/{given.page}",
    )


def _news(given: Digest) -> str:
    if given.more:
        return f"More than {len(given.lines)} things are new"
    return "One thing is new" if len(given.lines) == 1 else f"{len(given.lines)} things are new"


DIGEST: Final = Template(
    name="digest",
    category=Category.DIGEST,
    variables=Digest,
    subject=_news,
    page=_here("inbox"),
)

TEMPLATES: Final[dict[str, Template[Any]]] = {
    template.name: template
    for template in (
        WELCOME,
        PASSWORD_RESET,
        PASSWORD_WAS_RESET,
        PASSWORD_CHANGED,
        NEW_SIGN_IN,
        SESSION_REUSED,
        RUN_FAILED,
        RUN_COMPLETED,
        INVITATION,
        TEAM_INVITATION,
        notice(Category.MENTION),
        DIGEST,
    )
}
