"""Orders: lines, totals, and the way from basket to doorstep."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bookshop.catalogue import Catalogue
from bookshop.money import ZERO, Money
from bookshop.pricing import Customer, discount_percent, shipping

#: Which states may follow each.
NEXT = {
    "basket": {"placed", "cancelled"},
    "placed": {"paid", "cancelled"},
    "paid": {"sent", "refunded"},
    "sent": {"delivered", "refunded"},
}


class IllegalStep(Exception):
    """An order cannot go from its state to that one."""


@dataclass
class Line:
    """Some copies of one book."""

    isbn: str
    price: Money
    copies: int

    @property
    def total(self) -> Money:
        """Return the price of all copies."""
        return self.price.times(self.copies)


@dataclass
class Order:
    """What a customer buys."""

    customer: Customer
    country: str = "GB"
    lines: list[Line] = field(default_factory=list)
    state: str = "basket"

    def add(self, catalogue: Catalogue, isbn: str, copies: int = 1) -> None:
        """Put copies into the basket at today's price."""
        if copies < 1:
            raise ValueError("order at least one copy")
        book = catalogue.get(isbn)
        line = self.line_of(isbn)
        if line:
            line.copies += copies
        else:
            self.lines.append(Line(isbn, book.price, copies))

    def line_of(self, isbn: str) -> Line:
        """Return the line of a book."""
        return next((line for line in self.lines if line.isbn == isbn), None)

    @property
    def copies(self) -> int:
        """Return how many books there are in all."""
        return sum(line.copies for line in self.lines)

    def subtotal(self) -> Money:
        """Return the price before discount and postage."""
        total = ZERO
        for line in self.lines:
            total = total + line.total
        return total

    def total(self, today: date) -> Money:
        """Return what the customer pays."""
        subtotal = self.subtotal()
        percent = discount_percent(self.customer, subtotal, self.copies, today)
        reduced = subtotal.less(percent)
        return reduced + shipping(reduced, self.country)

    def move(self, state: str) -> None:
        """Take the order one step on, or raise IllegalStep."""
        if state not in NEXT.get(self.state, set()):
            raise IllegalStep(f"{self.state} cannot become {state}")
        self.state = state

    def place(self, catalogue: Catalogue) -> None:
        """Take the books off the shelf and place the order."""
        if not self.lines:
            raise IllegalStep("the basket is empty")
        for line in self.lines:
            catalogue.take(line.isbn, line.copies)
        self.move("placed")
