from datetime import date

import pytest

from bookshop.catalogue import Catalogue, NotEnoughCopies
from bookshop.money import Money
from bookshop.orders import IllegalStep, Order
from bookshop.pricing import Customer
from bookshop.reports import as_csv, best_sellers, turnover

AUSTEN = "9780141439518"
TODAY = date(2026, 6, 1)


@pytest.fixture
def catalogue() -> Catalogue:
    made = Catalogue()
    made.add(AUSTEN, "Pride and Prejudice", Money(800), copies=3)
    return made


@pytest.fixture
def order(catalogue: Catalogue) -> Order:
    made = Order(Customer("Ada"))
    made.add(catalogue, AUSTEN)
    made.add(catalogue, AUSTEN)
    return made


def test_total_has_postage(order: Order) -> None:
    assert order.copies == 2
    assert order.total(TODAY) == Money(1950)


def test_placing_takes_the_books(order: Order, catalogue: Catalogue) -> None:
    order.place(catalogue)
    assert order.state == "placed"
    assert catalogue.get(AUSTEN).copies == 1


def test_placing_more_than_there_is(order: Order, catalogue: Catalogue) -> None:
    order.add(catalogue, AUSTEN, copies=5)
    with pytest.raises(NotEnoughCopies):
        order.place(catalogue)


def test_illegal_steps(order: Order, catalogue: Catalogue) -> None:
    with pytest.raises(IllegalStep):
        order.move("delivered")
    with pytest.raises(IllegalStep):
        Order(Customer("Ada")).place(catalogue)


def test_reports(order: Order) -> None:
    order.state = "paid"
    open_order = Order(Customer("Bob"))
    assert best_sellers([order, open_order]) == [(AUSTEN, 2)]
    assert turnover([order, open_order], TODAY) == Money(1950)
    assert as_csv([order], TODAY) == "customer,state,copies,total\nAda,paid,2,19.50\n"
