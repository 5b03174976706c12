"""Runs inside the sandbox: a project's own tests, under coverage.

Run as `python -I run_tests.py SPEC SOURCE BOX SCRIPTS METADATA`, the last four being folders; SPEC
is JSON: `folder` (of the project in the source), `roots` (folders imports start from), `measured`
(folders whose coverage counts), `targets` (what pytest gets), `seconds` (when to stop starting
tests). The tests work on a copy in
BOX/project. Leaves tests.json (written by taskyard_record.py) and coverage.json in BOX.
"""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

#: pytest's exit codes for tests that ran: all passed, some failed, stopped.
MEASURED = (0, 1, 2)
#: One test this long hangs.
TEST_SECONDS = 60
#: What pytest says itself is enough.
SETTINGS = """
[run]
disable_warnings = no-data-collected, couldnt-parse, module-not-measured
[report]
# So that a file no test imports counts as not reached, wherever it lies.
include_namespace_packages = true
"""
PYTEST = (
    "-q",
    "--color=no",
    "--no-header",
    "--tb=short",
    "--continue-on-collection-errors",
    f"--timeout={TEST_SECONDS}",
    "-p",
    "no:cacheprovider",
    "-p",
    "taskyard_record",
    # Theirs may ask for plug-ins that are not here.
    "-o",
    "addopts=",
)


def main(spec: dict[str, Any], source: str, box: str, scripts: str, metadata: str) -> int:
    """Run the tests and write the coverage; the exit code is pytest's."""
    project = f"{box}/project"
    shutil.copytree(source, project)
    where = f"{project}/{spec['folder']}"
    roots = [f"{project}/{root}" for root in spec["roots"]]
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join([*roots, metadata, scripts])
    environment["TASKYARD_TEST_SECONDS"] = str(spec["seconds"])
    environment["TASKYARD_TEST_RECORD"] = f"{box}/tests.json"
    data = f"--data-file={box}/.coverage"
    # Our own settings: the project's may name plug-ins or leave out code.
    settings = f"--rcfile={box}/coverage.ini"
    with open(f"{box}/coverage.ini", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(SETTINGS)
    coverage = [sys.executable, "-m", "coverage"]
    source = ",".join(f"{project}/{folder}" for folder in spec["measured"])
    measure = [*coverage, "run", settings, data, "--branch", f"--source={source}"]
    tests = [*measure, "-m", "pytest", *PYTEST, *spec["targets"]]
    code = subprocess.run(tests, cwd=where, env=environment, check=False).returncode
    report = [*coverage, "json", settings, data, "-i", "-q"]
    report += ["-o", f"{box}/coverage.json"]
    if code in MEASURED and not _given_up(f"{box}/tests.json"):
        subprocess.run(report, cwd=where, env=environment, check=False)
    return code


def _given_up(record: str) -> bool:
    """Tell whether the tests did not run at all."""
    try:
        with open(record, encoding="utf-8") as file:  # noqa: PTH123
            return bool(json.load(file)["given_up"])
    except (OSError, ValueError, KeyError):
        return True


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), *sys.argv[2:6]))
