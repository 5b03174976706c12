from datetime import date

import pytest

from bookshop.money import ZERO, Money
from bookshop.pricing import Customer, discount_percent, shipping

TODAY = date(2026, 6, 1)
SCHOOL = Customer("School", is_school=True)
NEW = Customer("New member", member_since=date(2026, 1, 1))
OLD = Customer("Old member", member_since=date(2010, 1, 1))


@pytest.mark.parametrize(
    ("customer", "cents", "copies", "percent"),
    [
        (Customer("Anybody"), 9000, 5, 0),
        (SCHOOL, 9000, 30, 20),
        (SCHOOL, 9000, 10, 15),
        (SCHOOL, 9000, 1, 5),
        (NEW, 1000, 1, 4),
        (NEW, 9000, 1, 6),
        (OLD, 1000, 1, 12),
        (OLD, 9000, 1, 15),
        (Customer("Guest", voucher="SUMMER"), 1000, 1, 15),
        (Customer("Guest", voucher="EXPIRED"), 1000, 1, 0),
    ],
)
def test_discounts(customer: Customer, cents: int, copies: int, percent: int) -> None:
    assert discount_percent(customer, Money(cents), copies, TODAY) == percent


def test_shipping() -> None:
    assert shipping(Money(3999)) == Money(350)
    assert shipping(Money(4000)) == ZERO
    assert shipping(Money(4000), "FR") == Money(900)
