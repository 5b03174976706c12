"""Everything the document allows, and what it does not, tried by a machine with two accounts.

No server error, no undocumented status, no answer of another shape, nothing of the other account
(Schemathesis; docs/security.md).
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.instance import Instance

PASSWORD = "gruesome-lantern-42"
PEOPLE = ("alice", "bob")
MAX_TIME_S = 150
#: They end the session they are called with.
LEFT_OUT = "auth/(logout|refresh|password|sessions)"
#: What a request that fits the schema may still meet: a taken name, a used token, a stale version,
#: a cursor of another list, bounds that depend on the tier, no mail server.
_MAY_BE = (400, 401, 403, 404, 409, 410, 412, 413, 422, 429, 503)
REFUSALS = ["2xx", "3xx", *map(str, _MAY_BE)]
CONFIGURATION = f"""\
seed = 42
# Two workers meet a fault of CPython 3.11.
workers = 1
continue-on-failure = true
request-timeout = 15.0
max-redirects = 0
[generation]
max-examples = 10
[checks]
positive_data_acceptance.expected-statuses = {json.dumps(REFUSALS)}
[auth.wfc]
path = "people.json"
peers = {json.dumps(PEOPLE)}
[[operations]]
# Without a mail server it says so, with 503.
include-name = "POST /api/v1/auth/email/verification"
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
"""


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    started = Instance(tmp_path / "data")
    yield started
    started.stop()


def _person(name: str) -> dict[str, object]:
    """Say how one signs in (Web Fuzzing Commons)."""
    return {
        "name": name,
        "loginEndpointAuth": {
            "verb": "POST",
            "endpoint": "/api/v1/auth/login",
            "contentType": "application/json",
            "payloadRaw": json.dumps({"email": f"{name}@example.com", "password": PASSWORD}),
            "token": {
                "extractFrom": "body",
                "extractSelector": "/data/access_token",
                "sendIn": "header",
                "sendName": "Authorization",
                "sendTemplate": "Bearer {token}",
            },
        },
    }


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_nothing_undocumented_happens(instance: Instance, tmp_path: Path) -> None:
    for name in PEOPLE:
        person = {"email": f"{name}@example.com", "password": PASSWORD}
        made = httpx.post(f"{instance.url}/api/v1/auth/register", json=person, trust_env=False)
        assert made.status_code == 201, made.text
    (tmp_path / "people.json").write_text(json.dumps({"auth": [_person(name) for name in PEOPLE]}))
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{instance.url}/openapi.json",
            f"--max-time={MAX_TIME_S}",
            f"--exclude-path-regex={LEFT_OUT}",
            "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )
    assert "Tested:" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0, done.stdout[-12_000:]
