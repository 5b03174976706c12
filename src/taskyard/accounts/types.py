"""Words of accounts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Device:
    """Where a sign-in came from."""

    address: str
    user_agent: str
