"""Money as whole cents: sums of floats drift."""

from __future__ import annotations

import re
from dataclasses import dataclass

_AMOUNT = re.compile(r"(\d+)(?:[.,](\d{1,2}))?")


@dataclass(frozen=True, order=True)
class Money:
    """An amount in cents."""

    cents: int

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read an amount such as `12`, `12.5` or `12,50`."""
        match = _AMOUNT.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not an amount")
        whole, part = match.groups()
        return cls(int(whole) * 100 + int((part or "0").ljust(2, "0")))

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def times(self, count: int) -> Money:
        """Return the price of `count` of these."""
        return Money(self.cents * count)

    def less(self, percent: int) -> Money:
        """Return the amount with a discount, rounded in the shop's favour."""
        if not 0 <= percent <= 100:
            raise ValueError("a discount lies between 0 and 100 percent")
        return Money(self.cents - self.cents * percent // 100)

    def __str__(self) -> str:
        sign = "-" if self.cents < 0 else ""
        return f"{sign}{abs(self.cents) // 100}.{abs(self.cents) % 100:02}"


ZERO = Money(0)
