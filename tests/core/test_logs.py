"""A log line is one line of JSON, and no secret is ever in one."""

import json
import subprocess
import sys
from typing import Any

import pytest

from taskyard.core.logs import REDACTED, redact, redact_text

SECRETS = {
    "password": "hunter2-of-maya",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYXlhIn0.c2lnbmF0dXJlLW9mLW1heWE",
    "refresh": "tyr_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE",
    "cookie": "tys_ZyXwVuTsRqPoNmLkJiHgFeDcBa9876543210-_ZyXwV",
    "ticket": "one-time-ticket-value",
    "dsn": "database-password-1",
    "setup": "first-admins-link-token",
}

_SCRIPT = """
import asyncio, json, logging, sys
import httpx, structlog
from taskyard.core import logs
from taskyard.core.settings import Settings
from taskyard.entry.asgi import create_app

S = json.loads(sys.argv[1])
settings = Settings(log_level="debug", database_url=f"postgres://u:{S['dsn']}@127.0.0.1:1/none")
app = create_app(settings)
log = structlog.get_logger("test")
log.info("by name", password=S["password"], refresh_token=S["refresh"], Cookie=S["cookie"])
log.info("nested", headers={"authorization": S["password"], "x": [{"api_key": S["ticket"]}]})
log.info(f"in text: Bearer {S['jwt']} and {S['refresh']} and {S['cookie']}")
log.info("in a field", url=f"https://yard/app/setup?token={S['setup']}&next=1")
log.info("two\\nlines \\x1b[31mred", name="a\\r\\nb")
other = logging.getLogger("uvicorn.error")
other.info('%s - "WebSocket %s" [accepted]', "1.2.3.4", f"/api/v1/ws?ticket={S['ticket']}")
try:
    raise RuntimeError(f"cannot reach {settings.database_url} with {S['jwt']}")
except RuntimeError:
    log.exception("failed")
    other.exception("failed too")

async def visit():
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://yard.test") as client:
        await client.get("/api/v1/health", params={"token": S["jwt"]})
        await client.get(f"/app/setup?token={S['setup']}")
        await client.get(f"/api/v1/{S['refresh']}")
        await client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {S['jwt']}"})
        await client.post("/api/v1/auth/login", json={"email": "a@b.co", "password": S["password"]})
        await client.get("/api/v1/%1b[31m%0a%0d")

asyncio.run(visit())
"""


@pytest.fixture(scope="module")
def stream() -> str:
    """What a process that meets every secret writes to its output."""
    run = subprocess.run(
        [sys.executable, "-c", _SCRIPT, json.dumps(SECRETS)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return run.stdout + run.stderr


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_is_in_the_log(stream: str, name: str) -> None:
    assert SECRETS[name] not in stream
    assert REDACTED in stream


def test_every_line_is_json_with_a_time_a_level_and_a_message(stream: str) -> None:
    lines: list[dict[str, Any]] = [json.loads(line) for line in stream.splitlines()]
    assert len(lines) > 13
    for line in lines:
        assert {"timestamp", "level", "message"} <= line.keys(), line
    assert any(line["message"].startswith("two\nlines") for line in lines)


def test_a_request_is_one_line_with_its_template_and_its_outcome(stream: str) -> None:
    lines = [json.loads(line) for line in stream.splitlines()]
    requests = [line for line in lines if "duration" in line]
    assert len(requests) == 6
    by_status = {line["status"]: line for line in requests}
    assert by_status[422]["endpoint"] == "/api/v1/health"
    assert by_status[422]["error_code"] == "VALIDATION_ERROR"
    assert by_status[404]["endpoint"] == "unmatched"
    assert by_status[503]["level"] == "warning"
    assert all(len(line["request_id"]) == 36 for line in requests)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/ws?token=abc HTTP/1.1", "/ws?token=[redacted] HTTP/1.1"),
        ("/a?x=1&sig=abc&y=2", "/a?x=1&sig=[redacted]&y=2"),
        ("Authorization: bearer abc.def", "Authorization: bearer [redacted]"),
        ("postgresql://u:pw@h/d", "postgresql://u:[redacted]@h/d"),
        ("redis://:pw@h:1", "redis://:[redacted]@h:1"),
        ("https://host:8000/a@b", "https://host:8000/a@b"),
        ("a token of thanks", "a token of thanks"),
    ],
)
def test_credentials_are_recognised_within_text(text: str, left: str) -> None:
    assert redact_text(text) == left


def test_an_errors_code_is_no_secret() -> None:
    event = {"error_code": "AUTH_TOKEN_INVALID", "n": 1, "api_key": "x"}
    assert redact(None, "", event) == event | {"api_key": REDACTED}


def test_secrets_within_fields_are_blotted_out_too() -> None:
    event = {
        "headers": {"Cookie": "x", "host": "yard", "more": [{"ticket": "x"}, "bearer abc", 7]},
        "pair": ("?token=abc", None),
    }
    assert redact(None, "", event) == {
        "headers": {
            "Cookie": REDACTED,
            "host": "yard",
            "more": [{"ticket": REDACTED}, f"bearer {REDACTED}", 7],
        },
        "pair": [f"?token={REDACTED}", None],
    }
