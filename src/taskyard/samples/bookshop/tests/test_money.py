import pytest

from bookshop.money import Money


@pytest.mark.parametrize(
    ("text", "cents"), [("12", 1200), ("12.5", 1250), ("12,50", 1250), (" 0.05 ", 5)]
)
def test_parse(text: str, cents: int) -> None:
    assert Money.parse(text) == Money(cents)


@pytest.mark.parametrize("text", ["", "twelve", "1.234", "-3", "1.2.3"])
def test_parse_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        Money.parse(text)


def test_sums() -> None:
    assert Money(150) + Money(275) - Money(25) == Money(400)
    assert Money(150).times(3) == Money(450)


def test_discounts_round_in_the_shops_favour() -> None:
    assert Money(999).less(10) == Money(900)
    with pytest.raises(ValueError, match="between 0 and 100"):
        Money(999).less(101)


def test_text() -> None:
    assert str(Money(1205)) == "12.05"
    assert str(Money(-5)) == "-0.05"
