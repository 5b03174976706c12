"""Commands answer at once: what they do not need is not loaded."""

import subprocess
import sys

import pytest

_SAY = """
import sys
from taskyard.entry.cli import main
sys.argv = ["taskyard", *{arguments}]
try:
    main()
except SystemExit:
    pass
heavy = {{"httpx", "fastapi", "sqlalchemy", "rich.progress", "celery", "redis"}}
print("loaded:", *sorted(heavy & sys.modules.keys()))
"""


@pytest.mark.parametrize(
    "arguments", [["--help"], ["analyze", "--help"], ["jobs", "--help"], ["login", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SAY.format(arguments=arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "loaded:"
