"""Links that give one thing to whoever holds them: a token, an end, and maybe a password.

Only a token's hash is kept. Since the token is an HMAC over the link's own id, whoever may see the
link can be shown it again, and a stolen database opens none. A room that shares its things keeps
its own table and raises these refusals, so that every link answers alike.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Final, NoReturn, Protocol
from uuid import UUID

from pydantic import Field, StringConstraints

from taskyard.core import keys
from taskyard.core.admission import Admission
from taskyard.core.problems import ValidationFailed
from taskyard.core.schemas import In, Moment
from taskyard.core.settings import Settings
from taskyard.kit.clock import now
from taskyard.kit.errors import Kind, TaskyardError

#: The log blots out what begins so.
TOKEN_PREFIX = "tyl_"  # noqa: S105 — no secret by itself
_BY_ADDRESS, _BY_LINK = "share_password", "share_password_link"

#: How long a link works where nobody says otherwise, and at the most.
LIFE: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=366)
#: How many links of one thing work at once.
AT_ONCE: Final = 50

_WHY: Final = {
    "expired": "its time is over",
    "revoked": "it was ended",
    "used_up": "it was used as often as it may be",
}
_LONGEST_PASSWORD: Final = 128
Password = Annotated[
    str, StringConstraints(min_length=8, max_length=_LONGEST_PASSWORD, strip_whitespace=False)
]
Given = Annotated[str, StringConstraints(max_length=_LONGEST_PASSWORD, strip_whitespace=False)]


class NewShare(In):
    """How a thing is to be shared."""

    expires_at: Moment | None = Field(
        None, description="Within a year; a week from now where it is not given."
    )
    password: Password | None = Field(
        None, description="8 characters or more. Tell it by another way than the link."
    )

    def end(self) -> datetime:
        """Return when the link is to end. Raises ValidationFailed."""
        at = self.expires_at
        if at is None:
            return now() + LIFE
        if now() < at <= now() + LONGEST:
            return at
        message = f"Choose a time from now on, at most {LONGEST.days} days ahead"
        field = {"field": "body.expires_at", "type": "out_of_range", "message": message}
        raise ValidationFailed(fields=[field])


class ShareOpen(In):
    """What somebody who was sent a link has."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="What stands behind the # of the link."
    )
    password: Given | None = None


class TooManyShares(TaskyardError):
    """There are {limit} links to this that work. End one first."""

    kind = Kind.CONFLICT
    code = "TOO_MANY_SHARES"


class ShareNotFound(TaskyardError):
    """There is no such link. Check that it was copied whole."""

    kind = Kind.NOT_FOUND
    code = "SHARE_NOT_FOUND"


class ShareEnded(TaskyardError):
    """This link no longer works: {reason}. Ask whoever sent it for a new one."""

    kind = Kind.GONE
    code = "SHARE_ENDED"


class SharePasswordRequired(TaskyardError):
    """This link has a password. Open it in a browser, or send the password beside the token."""

    kind = Kind.FORBIDDEN
    code = "SHARE_PASSWORD_REQUIRED"


class SharePasswordWrong(TaskyardError):
    """This is not the link's password. Ask whoever sent the link."""

    kind = Kind.FORBIDDEN
    code = "SHARE_PASSWORD_WRONG"


def refuse_ended(state: str) -> NoReturn:
    """Say why a link no longer works. Raises ShareEnded."""
    raise ShareEnded(reason=_WHY[state])


class PasswordCheck(Protocol):
    """What `accounts.passwords.Passwords` does."""

    async def verify(self, password: str, kept: str) -> tuple[bool, str | None]:
        """Say whether it is the password."""
        ...


def share_token(settings: Settings, what: str, share_id: UUID) -> str:
    """Return a link's token of 256 bits; `what` keeps one room's links out of another's."""
    mac = hmac.digest(keys.derive(settings, f"share:{what}"), share_id.bytes, hashlib.sha256)
    return TOKEN_PREFIX + base64.urlsafe_b64encode(mac).decode().rstrip("=")


class Link(Protocol):
    """A row of a room's links."""

    @property
    def id(self) -> UUID:
        """Which it is."""
        ...

    @property
    def token_hash(self) -> bytes:
        """What is kept of its token."""
        ...


def address_of(settings: Settings, what: str, page: str, link: Link) -> str | None:
    """Return a link's address; None where the key it was made with is no longer in force.

    The token stands behind the #, which no browser sends to any server.
    """
    token = share_token(settings, what, link.id)
    known = token_hash(token) == link.token_hash
    return f"{settings.web_address}/app/{page}#{token}" if known else None


@contextmanager
def in_its_makers_name(reason: str) -> Iterator[None]:
    """Find out what whoever made a link may do now, which decides. Raises ShareEnded."""
    try:
        yield
    except TaskyardError as error:
        if error.kind in {Kind.NOT_FOUND, Kind.FORBIDDEN}:
            raise ShareEnded(reason=reason) from error
        raise


def token_hash(token: str) -> bytes:
    """Return what is kept of a token; at 256 bits a fast hash is enough (ASVS 6.5.2)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


async def check_password(
    admission: Admission,
    passwords: PasswordCheck,
    share_id: UUID,
    *,
    given: str | None,
    kept: str | None,
) -> None:
    """Let nobody past a link's password who does not know it; a link without one is open.

    Hashes for some tenth of a second: hold no transaction meanwhile. Tries are counted for the
    address and for the link; a right one is given back. Raises SharePasswordRequired,
    SharePasswordWrong and RateLimitExceeded.
    """
    if kept is None:
        return
    if given is None:
        raise SharePasswordRequired
    await admission.also(_BY_ADDRESS)
    await admission.also(_BY_LINK, str(share_id))
    right, _ = await passwords.verify(given, kept)
    if not right:
        raise SharePasswordWrong
    await admission.forgive(_BY_ADDRESS)
    await admission.forgive(_BY_LINK)
