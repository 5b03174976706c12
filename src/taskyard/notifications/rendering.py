"""From a kind of letter and its variables to what is sent: plain text and HTML, from one source."""

import re
import textwrap
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from taskyard.core.mail import Letter
from taskyard.core.settings import Settings
from taskyard.notifications import unsubscribing
from taskyard.notifications.models import Email
from taskyard.notifications.templates import TEMPLATES
from taskyard.notifications.types import Category

Form = Literal["txt", "html"]

_LETTERS: Final = Path(__file__).parent / "letters"
_WIDTH: Final = 72
_BLANKS: Final = re.compile(r"\n\s*\n\s*\n+")
_BECAUSE: Final = {
    Category.SECURITY: "This is about the safety of your account, so it cannot be switched off.",
    Category.RUN_FAILED: "You get this when a run that you asked for fails.",
    Category.RUN_COMPLETED: "You get this when a run that you asked for took its time and is done.",
    Category.MENTION: "You get this when somebody mentions you in a comment.",
    Category.COMMENT_ADDED: "You get this when somebody comments where you take part.",
    Category.TASK_ASSIGNED: "You get this when somebody assigns you a task.",
    Category.TASK_COMPLETED: "You get this when a task is done that you watch.",
    Category.TEAM_JOINED: "You get this when somebody joins a project of yours.",
    Category.TEAM_MEMBER_LEFT: "You get this when somebody leaves a project of yours.",
    Category.DIGEST: "You get this once a day, where something new waits to be read.",
    Category.INVITATION: "You get this when somebody invites you into a project or a team.",
}


def write(settings: Settings, email: Email) -> Letter:
    """Return a letter as it is sent now."""
    template = TEMPLATES[email.template]
    given = template.variables.model_validate(email.variables)
    category = Category(email.category)
    # Who has no account chooses nothing; each address is written to seldom.
    switchable = category is not Category.SECURITY
    reader = email.user_id if switchable else None
    token = unsubscribing.seal(settings, reader, category) if reader else None
    context = {
        **{name: _shown(value) for name, value in given},
        "subject": email.subject,
        "email": email.address,
        "site": urlsplit(settings.web_address).netloc,
        "url": template.page(settings, given),
        "because": _BECAUSE[category],
        "settings_url": f"{settings.web_address}/app/settings/notifications",
        "unsubscribe_url": unsubscribing.page_of(settings, category, token) if token else None,
    }
    return Letter(
        id=email.id,
        to=email.address,
        subject=email.subject,
        text=_render(email.template, "txt", context),
        html=_render(email.template, "html", context),
        unsubscribe_url=unsubscribing.address_of(settings, token) if token else None,
    )


def _render(name: str, form: Form, context: dict[str, Any]) -> str:
    page = _environment(form).get_template(f"{name}.jinja")
    text = page.render(layout=f"layout.{form}", parts=f"parts.{form}", **context)
    return _BLANKS.sub("\n\n", text.strip()) + "\n"


@cache
def _environment(form: Form) -> Environment:
    made = Environment(
        loader=FileSystemLoader(_LETTERS),
        # Plain text is not read as markup by anybody.
        autoescape=form == "html",  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["wrapped"] = _wrapped
    return made


def _wrapped(text: str) -> str:
    """Return a paragraph in lines that every reader shows whole."""
    return textwrap.fill(
        " ".join(text.split()), _WIDTH, break_long_words=False, break_on_hyphens=False
    )


def _shown(value: object) -> object:
    """Return a value as people read it; times in UTC, since nobody's zone is known."""
    return f"{value:%-d %b %Y, %H:%M} UTC" if isinstance(value, datetime) else value
