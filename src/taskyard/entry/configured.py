"""Reading the settings for a terminal: every mistake named with its variable."""

from pydantic import ValidationError

from taskyard.core.settings import Settings, get_settings


class ConfigurationError(Exception):
    """The environment holds settings that cannot be used; the text names each of them."""


def read_settings() -> Settings:
    """Return the settings. Raises ConfigurationError with one line per mistake."""
    try:
        return get_settings()
    except ValidationError as error:
        raise ConfigurationError("\n".join(_line(mistake) for mistake in error.errors())) from None


def _line(mistake: object) -> str:
    assert isinstance(mistake, dict)
    where, what = mistake["loc"], mistake["msg"].removeprefix("Value error, ")
    if not where:
        return str(what)
    name = str(where[0])
    name = name if name.isupper() else f"TASKYARD_{name.upper()}"
    return f"{name}: {what}."
