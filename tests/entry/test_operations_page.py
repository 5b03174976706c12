"""docs/operations.md says what the code does.

Run as a program, this file writes the page's table of settings anew.
"""

import re
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from taskyard.core.settings import Settings
from taskyard.entry.up.errors import Exit

TABLE = re.compile(r"(<!-- settings:.*?-->\n)(.*?)(\n<!-- /settings -->)", re.DOTALL)
PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def names(name: str, field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    found = [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else []
    return list(dict.fromkeys(found or [f"TASKYARD_{name.upper()}"]))


def default(value: Any) -> str:
    if isinstance(value, SecretStr) or value in (None, []):
        return ""
    return f"`{','.join(value) if isinstance(value, list) else value}`"


def table() -> str:
    rows = ["| variable | default | |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        first, *others = names(name, field)
        spelt = f"`{first}`" + "".join(f", `{other}`" for other in others)
        rows.append(f"| {spelt} | {default(field.default)} | {field.description} |")
    return "\n".join(rows)


def test_every_setting_is_in_the_table() -> None:
    found = TABLE.search(PAGE.read_text())
    assert found
    assert found[2] == table(), f"Run: python {Path(__file__).relative_to(Path.cwd())}"


def test_every_exit_code_is_in_the_table() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE.read_text(), re.MULTILINE)}
    assert codes == {0, *map(int, Exit)}


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(lambda found: f"{found[1]}{table()}{found[3]}", PAGE.read_text()))
