"""What an order costs its customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bookshop.money import ZERO, Money


@dataclass(frozen=True)
class Customer:
    """Who buys."""

    name: str
    member_since: date | None = None
    is_school: bool = False
    voucher: str | None = None


#: What each voucher takes off, in percent.
VOUCHERS = {"WELCOME": 10, "SUMMER": 15, "STAFF": 30}


def discount_percent(customer: Customer, total: Money, copies: int, today: date) -> int:
    """Return the one discount that applies: schools, then members, then vouchers."""
    percent = 0
    if customer.is_school:
        if copies >= 30:
            percent = 20
        elif copies >= 10:
            percent = 15
        else:
            if total >= Money(10000):
                percent = 10
            else:
                percent = 5
    elif customer.member_since is not None:
        years = today.year - customer.member_since.year
        if years >= 10:
            percent = 12
            if total > Money(5000):
                percent = 15
        elif years >= 3:
            percent = 8
            if total > Money(5000):
                percent = 10
        else:
            if total > Money(5000):
                percent = 6
            else:
                percent = 4
        if today.month == 12:
            if copies > 3:
                percent = percent + 2
    if customer.voucher is not None:
        if customer.voucher in VOUCHERS:
            if VOUCHERS[customer.voucher] > percent:
                if not customer.is_school or customer.voucher != "STAFF":
                    percent = VOUCHERS[customer.voucher]
    return percent


def shipping(total: Money, country: str = "GB") -> Money:
    """Return the postage: free at home from 40.00, abroad by zone."""
    if country == "GB":
        return ZERO if total >= Money(4000) else Money(350)
    if country in {"IE", "FR", "DE", "NL", "BE"}:
        return Money(900)
    return Money(1800)
