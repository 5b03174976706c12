"""docs/cli.md says what there is."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from taskyard.entry.cli import client
from taskyard.entry.cli.client.analyze import analyze
from taskyard.entry.cli.client.exits import Exit

PAGE = (Path(__file__).parents[2] / "docs/cli.md").read_text()


def spelled(group: Any, before: str = "taskyard") -> Iterator[str]:
    """Yield every command as it is typed."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from spelled(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


def test_every_command_is_listed() -> None:
    app = typer.Typer()
    client.add_to(app)
    listed = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert listed
    found = {re.split(r"  |(?= [A-Z])", line)[0] for line in listed[1].splitlines()}
    assert found == set(spelled(typer.main.get_command(app)))


def test_every_option_of_analyze_is_described() -> None:
    names = set(inspect.signature(analyze).parameters) - {"source", "wait"}
    assert not [name for name in names if f"--{name.replace('_', '-')}" not in PAGE]


@pytest.mark.parametrize("code", list(Exit))
def test_every_exit_code_is_described(code: Exit) -> None:
    assert re.search(rf"^\| {code.value} \| \w", PAGE, re.MULTILINE)
