"""Everything the dialects' documents allow, and what they do not, tried by a machine."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.attack.test_document import CONFIGURATION, PASSWORD, PEOPLE, _person, instance
from tests.e2e.instance import Instance

__all__ = ["instance"]

MAX_TIME_S = 40


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_undocumented_happens(instance: Instance, tmp_path: Path) -> None:
    for name in PEOPLE:
        person = {"email": f"{name}@example.com", "password": PASSWORD}
        made = httpx.post(f"{instance.url}/api/v1/auth/register", json=person, trust_env=False)
        assert made.status_code == 201, made.text
    (tmp_path / "people.json").write_text(json.dumps({"auth": [_person(name) for name in PEOPLE]}))
    # What it says of single operations is of the canonical document's.
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION.partition("[[operations]]")[0])
    for name in ("jobs", "builds"):
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                "run",
                f"{instance.url}/dialects/{name}/openapi.json",
                f"--max-time={MAX_TIME_S}",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=140,
            check=False,
        )
        assert "Tested:" in done.stdout, done.stdout + done.stderr
        assert done.returncode == 0, done.stdout[-12_000:]
