"""What several commands take."""

from typing import Annotated

import typer

Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        envvar="TASKYARD_SERVER",
        metavar="URL",
        help="The server; else the last one signed in to.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    import json

    typer.echo(json.dumps(value, indent=2))
