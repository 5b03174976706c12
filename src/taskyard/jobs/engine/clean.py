"""Making what runners tell fit for PostgreSQL and for people's screens."""

import re
from collections.abc import Iterator
from typing import Any, Final

#: Longer lines are cut: nobody reads them, and one could fill the database.
LINE_LENGTH: Final = 2000
#: Terminal colours and cursor movements (ECMA-48), as test runners print them.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
#: Control characters but the tab; lone surrogates cannot be stored.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines of `text`, each fit to be kept."""
    for line in text.splitlines() or [""]:
        plain = _UNFIT.sub("\ufffd", _ESCAPES.sub("", line))
        yield plain if len(plain) <= LINE_LENGTH else plain[: LINE_LENGTH - 1] + "…"


def clean_json(value: Any) -> Any:
    """Return a JSON value without what jsonb refuses: NUL and lone surrogates."""
    if isinstance(value, str):
        return re.sub(r"[\x00\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, dict):
        return {clean_json(name): clean_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    return value
