"""What a command prints and returns when it cannot do its work."""

from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from taskyard.core.settings import Settings


def refuse(message: str, code: int = 1) -> NoReturn:
    """End the command, saying why."""
    typer.echo(f"taskyard: {message}", err=True)
    raise typer.Exit(code)


def configured() -> "Settings":
    """Return the settings, or end the command with one line per mistake in them."""
    from taskyard.entry.configured import ConfigurationError, read_settings

    try:
        return read_settings()
    except ConfigurationError as error:
        refuse(str(error))
