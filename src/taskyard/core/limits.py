"""What each tier may use, how often anything may be asked for, and the refusals of both.

The numbers are configuration, and this module is their one home (contract tiers). Whose tier is
whose is a port that `billing` implements; until then everyone has the default tier.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, Literal

from taskyard.kit.errors import Kind, TaskyardError

MIB = 1024 * 1024
MINUTE: Final = 60
HOUR: Final = 3600


class RateLimitExceeded(TaskyardError):
    """Too many requests: {limit} per {window} s. Try again in {retry_after} s."""

    kind = Kind.THROTTLED
    code = "RATE_LIMIT_EXCEEDED"


class TierLimitExceeded(TaskyardError):
    """Your {tier} tier allows {limit} ({limit_type}), and {used} are used."""

    kind = Kind.FORBIDDEN
    code = "TIER_LIMIT_EXCEEDED"

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields, recommended_tier=_ABOVE.get(fields.get("tier", "")))


@dataclass(frozen=True)
class TierLimits:
    """One column of the table; None is unlimited."""

    jobs_per_month: int | None
    jobs_at_once: int
    projects: int | None
    #: In one project, whoever is invited included.
    members: int | None
    source_archive_bytes: int
    attachment_bytes: int
    storage_bytes: int
    page_size: int
    queue_priority: int


TIERS: dict[str, TierLimits] = {
    "free": TierLimits(100, 1, 3, 3, 20 * MIB, 5 * MIB, 250 * MIB, 50, 2),
    "pro": TierLimits(1_000, 3, 25, 15, 100 * MIB, 50 * MIB, 5 * 1024 * MIB, 100, 1),
    "premium": TierLimits(None, 5, None, None, 500 * MIB, 100 * MIB, 100 * 1024 * MIB, 200, 0),
}
#: The tier to recommend to somebody who reached the end of theirs; above premium is none.
_ABOVE = dict(pairwise(TIERS))


def tier_limits(tier: str) -> TierLimits:
    """Return a tier's limits; an unknown tier counts as the lowest."""
    return TIERS.get(tier, TIERS["free"])


@dataclass(frozen=True)
class Rate:
    """At most so many hits within any `window` seconds, by tier, for each of what it is `per`."""

    free: int
    pro: int
    premium: int
    window: int
    #: `account` is the address where nobody is signed in. What is per session or e-mail is known
    #: to the handler alone, which counts it (`Admission.also`).
    per: Literal["account", "address", "session", "e-mail", "browser", "link"]
    #: What it is for, in the words of the published table.
    what: str
    #: Whether it is kept in this process's memory while Valkey is away; the others then pass.
    vital: bool = False

    def limit(self, tier: str) -> int:
        """How many hits a tier may have; an unknown tier counts as the lowest."""
        return {"pro": self.pro, "premium": self.premium}.get(tier, self.free)


#: General rates: each request is counted in one of them, at most.
USER, SESSION, ADDRESS, INVALID = "user", "session", "ip", "ip_invalid"
#: Rates of routes: a route declares its own by `bucket=` (contract tiers, api-security section 7).
RATES: dict[str, Rate] = {
    USER: Rate(60, 120, 300, MINUTE, "account", "every request with an access token"),
    SESSION: Rate(600, 600, 600, MINUTE, "session", "every request with the web app's cookie"),
    ADDRESS: Rate(100, 100, 100, MINUTE, "address", "requests without a valid credential"),
    INVALID: Rate(
        30, 30, 30, MINUTE, "address", "requests with a bad credential or to unknown addresses"
    ),
    "login": Rate(30, 30, 30, 15 * MINUTE, "address", "signing in", vital=True),
    "login_email": Rate(
        10, 10, 10, HOUR, "e-mail", "signing in; a right password gives its hit back", vital=True
    ),
    "login_browser": Rate(
        10, 10, 10, HOUR, "browser", "the same, where the account signed in before", vital=True
    ),
    "password": Rate(10, 10, 10, HOUR, "account", "changing the password", vital=True),
    "password_forgot": Rate(
        10, 10, 10, HOUR, "address", "asking for a link to reset a password", vital=True
    ),
    "password_forgot_email": Rate(
        3, 3, 3, HOUR, "e-mail", "asking for a link to reset a password", vital=True
    ),
    "password_reset": Rate(30, 30, 30, HOUR, "address", "using such a link", vital=True),
    "email_verification": Rate(
        5, 5, 5, HOUR, "account", "asking for a link to confirm an address", vital=True
    ),
    "register": Rate(5, 5, 5, HOUR, "address", "making an account", vital=True),
    "refresh": Rate(10, 10, 10, MINUTE, "session", "refreshing tokens"),
    "session_token": Rate(5, 5, 5, MINUTE, "account", "making a link that signs a device in"),
    "session_exchange": Rate(
        10, 10, 10, MINUTE, "address", "signing in by such a link", vital=True
    ),
    "invite": Rate(20, 60, 200, HOUR, "account", "inviting people into projects"),
    "invitation": Rate(60, 60, 60, HOUR, "address", "opening such an invitation", vital=True),
    "analysis_create": Rate(5, 5, 15, MINUTE, "account", "asking for an analysis"),
    "build_create": Rate(10, 10, 30, MINUTE, "account", "asking for a build"),
    "upload": Rate(10, 30, 60, MINUTE, "account", "uploading source and files"),
    "source_create": Rate(5, 15, 30, MINUTE, "account", "asking for a repository to be fetched"),
    "download": Rate(60, 60, 60, MINUTE, "address", "downloading by a signed link"),
    "share": Rate(60, 60, 60, MINUTE, "address", "opening a shared link"),
    "share_password": Rate(
        10,
        10,
        10,
        15 * MINUTE,
        "address",
        "trying a shared link's password; a right one gives its hit back",
        vital=True,
    ),
    "share_password_link": Rate(
        100, 100, 100, HOUR, "link", "the same, from wherever it is tried", vital=True
    ),
    "admin": Rate(120, 120, 120, MINUTE, "account", "looking after the instance"),
    "search": Rate(20, 60, 120, MINUTE, "account", "searching"),
    "ws": Rate(20, 40, 60, MINUTE, "account", "opening a WebSocket"),
}


def with_changes(changes: Mapping[str, int | tuple[int, int, int]]) -> dict[str, Rate]:
    """Return RATES with other numbers: one for all tiers, or one each for free, pro, premium.

    Raises ValueError where a rate is unknown or a number is below 1.
    """
    rates = dict(RATES)
    for name, given in changes.items():
        if name not in rates:
            raise ValueError(f"there is no rate {name!r}; there are {', '.join(RATES)}")
        free, pro, premium = (given,) * 3 if isinstance(given, int) else given
        if min(free, pro, premium) < 1:
            raise ValueError(f"{name}: at least 1 hit must be allowed")
        rates[name] = replace(rates[name], free=free, pro=pro, premium=premium)
    return rates
