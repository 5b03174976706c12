"""The rules of accounts that need no database."""

import re

from email_validator import EmailNotValidError, validate_email

from taskyard.core.problems import ValidationFailed
from taskyard.kit.text import slugify

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("taskyard-cli", "Taskyard CLI"),
    ("curl/", "curl"),
    ("python-httpx", "Python"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def email_key(address: str) -> str:
    """Return the form of an address by which accounts are told apart.

    ASCII only in the local part: `ſ@x` and a Cyrillic `а` would pass for other people's. Raises
    ValidationFailed. The domain's existence is never looked up.
    """
    try:
        found = validate_email(
            address,
            check_deliverability=False,
            allow_smtputf8=False,
            strict=True,
            test_environment=True,
        )
    except EmailNotValidError as error:
        field = {"field": "body.email", "type": "email", "message": str(error), "given": address}
        raise ValidationFailed(fields=[field]) from None
    return (found.ascii_email or found.normalized).lower()


def username_candidates(email: str) -> list[str]:
    """Return usernames to try for an account that gave none, best first."""
    base = slugify(email.partition("@")[0].replace("+", "-"), max_length=32, fallback="user")
    base = base if len(base) > 1 else f"{base}-user"
    return [base, *(f"{base}-{number}" for number in range(2, 30))]


def device_name(user_agent: str) -> str:
    """Return a short name a person recognises, such as `Firefox on Linux`."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if browser is None:
        return re.split(r"[/ ]", user_agent)[0][:60] or "Unknown device"
    return f"{browser} on {system}" if system else browser
