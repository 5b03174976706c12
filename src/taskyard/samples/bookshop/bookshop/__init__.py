"""Stock, orders and prices of a small bookshop."""

__version__ = "1.2.0"
