"""What letters say: the same in both forms, and nothing that was not meant."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from pydantic import BaseModel, SecretStr

from taskyard.accounts.models import User
from taskyard.core.mail import MailServer
from taskyard.core.settings import Settings
from taskyard.kit.ids import uuid7
from taskyard.notifications import rendering, service, templates
from taskyard.notifications.models import Email
from taskyard.notifications.templates import TEMPLATES
from taskyard.notifications.types import Category

AT = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
SETTINGS = Settings(
    public_url="https://yard.example.com/team/", secret_key=SecretStr("tests-only-" * 5)
)
#: As hostile as people's words get.
HOSTILE = (
    'x"><img src=x onerror=alert(1)>{{ 7*7 }}{% x %}&amp;\r\nBcc: eve@example.com\u202e\x1b[31m'
)
GIVEN: dict[str, BaseModel] = {
    "welcome": templates.ConfirmAddress(link_id=uuid7(), until=AT, new=True),
    "password_reset": templates.PasswordForgotten(
        link_id=uuid7(), until=AT + timedelta(hours=1), at=AT, address="203.0.113.7"
    ),
    "password_was_reset": templates.PasswordReset(at=AT, sessions_ended=2, address="203.0.113.7"),
    "password_changed": templates.PasswordSet(at=AT, sessions_ended=1),
    "new_sign_in": templates.SignIn(at=AT, device="Firefox on Linux", address="203.0.113.7"),
    "session_reused": templates.SignIn(at=AT, device="Taskyard CLI", address="203.0.113.7"),
    "run_failed": templates.RunFailed(
        job_id=uuid7(), title="Analysis 12", project="Shop", at=AT, took="12 s", message="It broke."
    ),
    "run_completed": templates.RunEnded(
        job_id=uuid7(), title="Analysis 12", project=None, at=AT, took="2 h 1 min"
    ),
    "notice": templates.Notice(
        said="noor mentioned you in TY-7 Open the till", page="inbox", project="Shop", at=AT
    ),
    "digest": templates.Digest(lines=["noor completed TY-7 Open the till"], more=False),
    "team_invitation": templates.TeamInvitation(
        link_id=uuid7(), inviter="Noor", team="Platform", role="member", until=AT
    ),
    "invitation": templates.Invitation(
        link_id=uuid7(), until=AT, inviter="Noor", project="Shop", role="member"
    ),
}


def _email(name: str, given: BaseModel) -> Email:
    maya = User(id=uuid7(), email="maya@example.com", email_key="maya@example.com")
    return service.draft(maya, TEMPLATES[name], given)


class _Page(HTMLParser):
    """Reads a letter's page: its words, its links, and every element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._skips = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._skips = tag in {"style", "title"}
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._skips = False

    def handle_data(self, data: str) -> None:
        if not self._skips:
            self.words += data.split()


def test_every_kind_of_letter_is_looked_at() -> None:
    assert GIVEN.keys() == TEMPLATES.keys()
    for name, template in TEMPLATES.items():
        assert template.name == name
        assert isinstance(GIVEN[name], template.variables)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_both_forms_say_the_same(name: str) -> None:
    letter = rendering.write(SETTINGS, _email(name, GIVEN[name]))
    page = _Page(letter.html)
    spoken = re.sub(r"https://\S+|[=:-]+|Or open this address|·", " ", letter.text)
    shown = re.sub(r"https://\S+|[=:-]+|Or open this address|·", " ", " ".join(page.words))
    assert set(spoken.split()) ^ set(shown.split()) <= {"Taskyard"}
    assert letter.subject in " ".join(page.words)
    assert set(page.links) == set(re.findall(r"https://\S+", letter.text))


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_links_lead_to_where_people_reach_the_app(name: str) -> None:
    letter = rendering.write(SETTINGS, _email(name, GIVEN[name]))
    links = _Page(letter.html).links
    assert links
    assert all(link.startswith("https://yard.example.com/team/app/") for link in links)
    switchable = TEMPLATES[name].category is not Category.SECURITY
    assert bool(letter.unsubscribe_url) is switchable
    assert ("Stop these e-mails" in letter.text) is switchable
    assert ("cannot be switched off" in letter.text) is not switchable


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_page_is_fit_for_mail_programs(name: str) -> None:
    letter = rendering.write(SETTINGS, _email(name, GIVEN[name]))
    page = _Page(letter.html)
    # Nothing is fetched from anywhere, so opening a letter tells nobody.
    assert not {tag for tag, _ in page.elements} & {"img", "script", "link", "iframe", "form"}
    assert not re.search(r"url\(|@import|src=", letter.html)
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in page.elements
    assert "@media (prefers-color-scheme: dark)" in letter.html
    assert [tag for tag, _ in page.elements].count("h1") == 1
    layout = [attrs for tag, attrs in page.elements if tag == "table"]
    assert all(attrs.get("role") == "presentation" for attrs in layout)
    # Gmail clips what is larger.
    assert len(letter.html) < 20_000
    lines = letter.text.splitlines()
    assert all(len(line) <= 76 for line in lines if "https://" not in line)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_no_words_become_markup_or_headers(name: str) -> None:
    given = GIVEN[name]
    texts = {field: HOSTILE for field, value in given if isinstance(value, str)} | (
        {"project": HOSTILE} if "project" in type(given).model_fields else {}
    )
    changed = given.model_copy(update=texts)
    letter = rendering.write(SETTINGS, _email(name, changed))
    page = _Page(letter.html)
    assert "img" not in {tag for tag, _ in page.elements}
    assert all("onerror" not in attrs for _, attrs in page.elements)
    if texts:
        assert "{{ 7*7 }}" in letter.text
        assert "&lt;img src=x" in letter.html
        assert '"><img src=x onerror=alert(1)>' in " ".join(page.words)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", letter.text)
    message = MailServer.parse("smtp://localhost", "yard@example.com").compose(letter)
    assert "Bcc" not in message
    assert b"\nBcc:" not in message.as_bytes()


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (0, "No session was open; none was ended, so every device"),
        (1, "One session was ended, so every device"),
        (7, "7 sessions were ended, so every device"),
    ],
)
def test_numbers_are_spoken(ended: int, said: str) -> None:
    given = templates.PasswordReset(at=AT, sessions_ended=ended, address="203.0.113.7")
    letter = rendering.write(SETTINGS, _email("password_was_reset", given))
    assert said in " ".join(letter.text.split())
    changed = templates.PasswordSet(at=AT, sessions_ended=ended)
    letter = rendering.write(SETTINGS, _email("password_changed", changed))
    others = {0: "No other session was open.", 1: "The other session was ended."}
    expected = others.get(ended, "The other 7 sessions were ended.")
    assert expected in " ".join(letter.text.split())


def test_a_letter_carries_its_secret_only_when_it_is_written() -> None:
    email = _email("password_reset", GIVEN["password_reset"])
    first, second = (rendering.write(SETTINGS, email) for _ in range(2))
    assert first.text == second.text
    secret = re.search(r"#(tyl_[\w-]{43})", first.text)
    assert secret is not None
    assert secret[1] not in str(email.variables)


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("Maya.Kern@example.com", "Maya.Kern@example.com"),
        ("maya@bücher.example", "maya@xn--bcher-kva.example"),
        ("maya", "key@example.com"),
    ],
)
def test_a_mailbox_is_plain(kept: str, written: str) -> None:
    maya = User(id=uuid7(), email=kept, email_key="key@example.com")
    assert service.draft(maya, TEMPLATES["welcome"], GIVEN["welcome"]).address == written


def test_long_words_are_cut() -> None:
    given = GIVEN["run_failed"].model_copy(update={"title": "x" * 9_000})
    email = _email("run_failed", given)
    assert email.variables["title"] == "x" * 399 + "…"
    assert len(email.subject) == 400
    assert len(rendering.write(SETTINGS, email).html) < 20_000
