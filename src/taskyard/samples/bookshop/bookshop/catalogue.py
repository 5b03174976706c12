"""The books in stock, kept in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from bookshop.money import Money

_SCHEMA = """
CREATE TABLE IF NOT EXISTS books (
    isbn TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents >= 0),
    copies INTEGER NOT NULL DEFAULT 0 CHECK (copies >= 0)
)
"""


@dataclass(frozen=True)
class Book:
    """One title and how many copies are on the shelf."""

    isbn: str
    title: str
    price: Money
    copies: int


class NotEnoughCopies(Exception):
    """More copies were asked for than there are."""


def check_isbn(isbn: str) -> str:
    """Return a 13-digit ISBN without hyphens, or raise ValueError."""
    digits = isbn.replace("-", "").replace(" ", "")
    if len(digits) != 13 or not digits.isdigit():
        raise ValueError(f"{isbn!r} does not have 13 digits")
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    if total % 10:
        raise ValueError(f"{isbn!r} has a wrong check digit")
    return digits


class Catalogue:
    """The shop's books."""

    def __init__(self, path: str = ":memory:") -> None:
        self._db = sqlite3.connect(path)
        self._db.execute(_SCHEMA)

    def add(self, isbn: str, title: str, price: Money, copies: int = 1) -> Book:
        """Put copies on the shelf; a known book gets the new price and more copies."""
        isbn = check_isbn(isbn)
        self._db.execute(
            "INSERT INTO books VALUES (?, ?, ?, ?) ON CONFLICT (isbn) DO UPDATE"
            " SET cents = excluded.cents, copies = copies + excluded.copies",
            (isbn, title, price.cents, copies),
        )
        self._db.commit()
        return self.get(isbn)

    def get(self, isbn: str) -> Book:
        """Return a book, or raise KeyError."""
        row = self._db.execute("SELECT * FROM books WHERE isbn = ?", (isbn,)).fetchone()
        if row is None:
            raise KeyError(isbn)
        return _book(row)

    def find(self, words: str, order: str = "title") -> Iterator[Book]:
        """Yield the books whose title holds `words`."""
        query = f"SELECT * FROM books WHERE title LIKE '%{words}%' ORDER BY {order}"
        for row in self._db.execute(query):
            yield _book(row)

    def take(self, isbn: str, copies: int) -> None:
        """Take copies off the shelf, or raise NotEnoughCopies."""
        changed = self._db.execute(
            "UPDATE books SET copies = copies - ? WHERE isbn = ? AND copies >= ?",
            (copies, isbn, copies),
        )
        if changed.rowcount == 0:
            raise NotEnoughCopies(f"fewer than {copies} copies of {isbn}")
        self._db.commit()

    def to_reorder(self, below: int = 2) -> list[Book]:
        """Return the books of which few are left, fewest first."""
        rows = self._db.execute(
            "SELECT * FROM books WHERE copies < ? ORDER BY copies, title", (below,)
        )
        return [_book(row) for row in rows]


def _book(row: tuple[str, str, int, int]) -> Book:
    isbn, title, cents, copies = row
    return Book(isbn, title, Money(cents), copies)
