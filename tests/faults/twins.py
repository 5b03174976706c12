"""Twins: the same test while the mechanism is off that makes it pass.

A twin that passed would show that its test cannot fail, so it has to fail, and by the test's own
assertion. Twins enter nothing into the figures.
"""

import pytest

from tests.faults.figures import Row


def twin(without: str) -> pytest.MarkDecorator:
    """Mark a twin, which must fail without what is named."""
    return pytest.mark.xfail(
        reason=f"the twin: without {without}", raises=AssertionError, strict=True
    )


def nowhere() -> Row:
    """Return a row that is not printed."""
    return Row("", "")
