"""Words of accounts."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Device:
    """Where a sign-in came from."""

    address: str
    user_agent: str
    #: Names it as a browser the account of this id signed in from before (`accounts.known`).
    known_to: Callable[[UUID], str | None] = lambda _: None
