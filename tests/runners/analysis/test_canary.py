"""A project whose configuration runs code: none of it acts outside, and little of it at all."""

import os
from pathlib import Path

import pytest

from tests.runners.analysis.conftest import Analyse

WRITE = """
import os
for target in ({outside!r}, "/tmp/canary", "/usr/canary", "/src/canary", "/toolbox/canary"):
    try:
        with open(target, "w") as file:
            file.write("{who}")
    except OSError:
        pass
print("RAN-{who}", os.environ.get("TASKYARD_SECRET_KEY"))
"""


def open_to_all(folder: Path) -> Path:
    folder.chmod(0o777)
    return folder


async def test_no_canary_appears_outside(
    analyse_tree: Analyse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = open_to_all(tmp_path) / "canary"
    monkeypatch.setenv("TASKYARD_SECRET_KEY", "canary-secret-19d")

    def write(who: str) -> str:
        return WRITE.format(outside=str(outside), who=who)

    lines: list[str] = []
    report = await analyse_tree(
        {
            "app/__init__.py": "",
            "app/core.py": "def one() -> int:\n    return 1\n",
            "mypy.ini": "[mypy]\nplugins = evil_mypy.py\n",
            "evil_mypy.py": write("mypy") + "def plugin(version): raise SystemExit\n",
            ".bandit": "[bandit]\nskips = B307\nplugin_dir = .\n",
            "setup.cfg": "[mypy]\nplugins = evil_mypy.py\n",
            "pyproject.toml": "[tool.ruff]\nextend = 'evil.toml'\n[tool.pytest.ini_options]\n"
            "addopts = '-p evil_plugin'\n[tool.coverage.run]\nplugins = ['evil_plugin']\n",
            "evil.toml": "lint.select = []\n",
            "ruff.toml": "lint.ignore = ['F']\nexclude = ['*']\n",
            "sitecustomize.py": write("sitecustomize"),
            "evil_plugin.py": write("plugin"),
            "conftest.py": write("conftest"),
            "tests/test_core.py": "from app.core import one\n\ndef test_one():\n    assert one()\n",
            "insecure.py": "import os\nx = eval(input())\n",
        },
        lines=lines,
    )
    assert not outside.exists()
    assert not {"canary"} & {*os.listdir("/tmp"), *os.listdir("/usr")}  # noqa: PTH208
    output = "\n".join(lines)
    assert "canary-secret" not in output + report.model_dump_json()
    ran = {line.split()[0] for line in lines if line.startswith("RAN-")}
    # The tests are theirs to run, in the sandbox; the analysers load nothing of theirs.
    assert ran <= {"RAN-conftest", "RAN-sitecustomize"}
    assert report.coverage.tests is not None
    assert report.coverage.tests.passed == 1
    rules = {one.rule for one in report.findings if one.file == "insecure.py"}
    assert {"F401", "B307"} <= rules, "their configuration hides nothing"
