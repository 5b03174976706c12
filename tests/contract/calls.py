"""Calls every operation with a request that its access alone can refuse."""

from collections.abc import Mapping
from typing import Any

import httpx

from taskyard.kit.ids import uuid7
from tests.contract.responses import Operation

#: What an instance says that was not told how to do what is asked.
NOT_CONFIGURED = {"MAIL_NOT_CONFIGURED"}


def path_of(operation: Operation, given: Mapping[str, object]) -> str:
    """Return an operation's path with its parameters filled: as given, else well-formed."""
    path = operation.path
    for parameter in operation.body.get("parameters", []):
        if parameter["in"] == "path":
            name = parameter["name"]
            path = path.replace(f"{{{name}}}", str(given.get(name) or _any(parameter["schema"])))
    return path


def _any(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return str(schema["enum"][0])
    if schema.get("format") == "uuid":
        return str(uuid7())
    return "x" * int(schema.get("minLength", 1))


async def call(client: httpx.AsyncClient, operation: Operation, **given: object) -> httpx.Response:
    """Call an operation; a body is an empty object, which no operation is refused for first."""
    content = operation.body.get("requestBody", {}).get("content", {})
    arguments: dict[str, Any] = {"json": {}} if "application/json" in content else {}
    return await client.request(operation.method, path_of(operation, given), **arguments)


def outcome(answer: httpx.Response, *, hidden: str = "PROJECT_NOT_FOUND") -> str:
    """Say what access made of a call: whom it let in may still have asked for nonsense.

    `hidden` is the code that says the thing is not there, or not for this caller's eyes.
    """
    code = ""
    if answer.status_code >= 400 and "json" in answer.headers.get("content-type", ""):
        code = answer.json()["error"]["code"]
    if answer.status_code >= 500 and code not in NOT_CONFIGURED:
        return f"failed ({answer.status_code})"
    if answer.status_code == 401:
        return f"unknown ({code})"
    return {"AUTH_FORBIDDEN": "forbidden", "CSRF_FAILED": "forged", hidden: "hidden"}.get(
        code, "admitted"
    )
