import pytest

from bookshop.catalogue import Catalogue, NotEnoughCopies, check_isbn
from bookshop.money import Money

AUSTEN = "9780141439518"
ORWELL = "9780141036144"


@pytest.fixture
def catalogue() -> Catalogue:
    made = Catalogue()
    made.add(AUSTEN, "Pride and Prejudice", Money(799), copies=3)
    made.add(ORWELL, "Nineteen Eighty-Four", Money(899), copies=1)
    return made


def test_isbn() -> None:
    assert check_isbn("978-0-14-143951-8") == AUSTEN
    for wrong in ("123", "97801414395xx", "9780141439519"):
        with pytest.raises(ValueError, match="digit"):
            check_isbn(wrong)


def test_adding_again_adds_copies(catalogue: Catalogue) -> None:
    book = catalogue.add(AUSTEN, "Pride and Prejudice", Money(850), copies=2)
    assert (book.copies, book.price) == (5, Money(850))


def test_find(catalogue: Catalogue) -> None:
    assert [book.isbn for book in catalogue.find("prejudice")] == [AUSTEN]
    assert [book.isbn for book in catalogue.find("")] == [ORWELL, AUSTEN]


def test_unknown_book(catalogue: Catalogue) -> None:
    with pytest.raises(KeyError):
        catalogue.get("9780000000000")


def test_take(catalogue: Catalogue) -> None:
    catalogue.take(AUSTEN, 2)
    assert catalogue.get(AUSTEN).copies == 1
    with pytest.raises(NotEnoughCopies):
        catalogue.take(AUSTEN, 2)


def test_reorder(catalogue: Catalogue) -> None:
    assert [book.isbn for book in catalogue.to_reorder()] == [ORWELL]
