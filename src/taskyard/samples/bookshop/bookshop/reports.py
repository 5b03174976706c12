"""What the shopkeeper wants to know at the end of a week."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from datetime import date

from bookshop.money import ZERO, Money
from bookshop.orders import Order

_SOLD = {"paid", "sent", "delivered"}


def best_sellers(orders: Iterable[Order], count: int = 5) -> list[tuple[str, int]]:
    """Return the books sold most, by copies."""
    copies: Counter[str] = Counter()
    for order in orders:
        if order.state in _SOLD:
            for line in order.lines:
                copies[line.isbn] += line.copies
    return copies.most_common(count)


def turnover(orders: Iterable[Order], today: date) -> Money:
    """Return what was earned."""
    total = ZERO
    for order in orders:
        if order.state in _SOLD:
            total = total + order.total(today)
    return total


def as_csv(orders: Iterable[Order], today: date) -> str:
    """Return the orders as a table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["customer", "state", "copies", "total"])
    for order in orders:
        writer.writerow([order.customer.name, order.state, order.copies, order.total(today)])
    return out.getvalue()


def average_basket(orders: list[Order], today: date) -> float:
    """Return what an order comes to on average, in the currency's main unit."""
    try:
        return turnover(orders, today).cents / len(orders) / 100
    except Exception:
        pass
    return 0
