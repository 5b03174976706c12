"""The cases of docs/security.md name tests that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_CASE = re.compile(r"\| `(tests/[\w/]+\.py)::(\w+)` \|$", re.MULTILINE)


def test_every_case_is_tried_by_the_test_it_names() -> None:
    page = (ROOT / "docs/security.md").read_text()
    table = page.partition("<!-- cases")[2].partition("<!-- /cases -->")[0]
    cases = _CASE.findall(table)
    assert len(cases) == table.count("\n| ") - 2, "each line names one test"
    for file, name in cases:
        tree = ast.parse((ROOT / file).read_text())
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, functions)}, file
