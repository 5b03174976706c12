"""Browsers an account signed in from before, which nobody else's wrong guesses lock out.

Attempts to sign in are counted per account, so that guessing ends soon; alone, that would let
anybody keep anybody out. A browser that signed in carries a cookie that says so, and its attempts
are counted for themselves (ASVS 6.1.1; OWASP, "Slow Down Online Guessing Attacks with Device
Cookies"). The cookie is no credential: whoever has it may guess ten times an hour, too.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final
from uuid import UUID

from starlette.requests import HTTPConnection

from taskyard.core import keys
from taskyard.core.settings import Settings

COOKIE: Final = "taskyard_known"
PATH: Final = "/api/v1/auth/login"
LIFE_S: Final = 365 * 24 * 3600
_NONCE_BYTES: Final = 16


class KnownBrowsers:
    """Makes and reads the cookies; they stand nowhere else."""

    def __init__(self, settings: Settings) -> None:
        self._key = keys.derive(settings, "known-browser")

    def name_of(self, cookie: str | None, user_id: UUID) -> str | None:
        """Return the name of the browser whose cookie this is, None unless the account knows it."""
        name, _, signature = (cookie or "").partition(".")
        if hmac.compare_digest(self._signature(name, user_id), signature.encode()):
            return name
        return None

    def new(self, user_id: UUID) -> str:
        """Return the cookie of a browser that an account has just signed in from."""
        name = secrets.token_urlsafe(_NONCE_BYTES)
        return f"{name}.{self._signature(name, user_id).decode()}"

    def _signature(self, name: str, user_id: UUID) -> bytes:
        digest = hmac.digest(self._key, f"{user_id}.{name}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=")


def cookie_in(connection: HTTPConnection) -> str | None:
    """Return the cookie a browser shows, as it is."""
    return connection.cookies.get(COOKIE)
