"""The shop from a terminal."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bookshop.catalogue import Catalogue
from bookshop.money import Money


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(argv)
    catalogue = Catalogue(options.database)
    if options.command == "add":
        price = Money.parse(options.price)
        book = catalogue.add(options.isbn, options.title, price, options.copies)
        print(f"{book.title}: {book.copies} copies at {book.price}")
    elif options.command == "find":
        for book in catalogue.find(options.words):
            print(f"{book.isbn}  {book.price!s:>8}  {book.copies:>3}  {book.title}")
    elif options.command == "reorder":
        for book in catalogue.to_reorder(options.below):
            print(f"{book.copies:>3}  {book.title}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bookshop", description=__doc__)
    parser.add_argument("database", help="the stock's file")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="put copies on the shelf")
    add.add_argument("isbn")
    add.add_argument("title")
    add.add_argument("price")
    add.add_argument("--copies", type=int, default=1)
    find = commands.add_parser("find", help="look for a title")
    find.add_argument("words")
    reorder = commands.add_parser("reorder", help="list what runs out")
    reorder.add_argument("--below", type=int, default=2)
    return parser
