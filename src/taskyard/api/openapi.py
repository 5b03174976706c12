"""OpenAPI documents: what is said of the whole, and what every operation has in common."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from taskyard.core.admission import EXEMPT
from taskyard.core.strict import BUCKET, IDEMPOTENT, StrictRoute

DESCRIPTION: Final = """\
Plan work, and have it done. Sign in with `POST /api/v1/auth/login` and send the access token as
`Authorization: Bearer …`.

* One thing: `{"data": …}`. A list: `{"items", "total", "page", "page_size", "next_cursor"}`.
* A refusal: `{"error": {"code", "message", "details"}}`; decide by `code`. Send
  `Accept: application/problem+json` for RFC 9457.
* Ids are UUIDv7 strings; times are RFC 3339 in UTC.
* Send `Idempotency-Key` with what makes something, and a repeat gets the first answer.
* Every counted answer says in `RateLimit` and `X-RateLimit-*` what is left; 429 says when to come
  back.
"""
TAGS: Final = [
    {"name": "auth", "description": "Accounts, signing in, sessions."},
    {"name": "profile", "description": "Your own account."},
    {"name": "projects", "description": "What a team works on."},
    {"name": "team", "description": "Who is in a project, and who is invited."},
    {"name": "teams", "description": "Named teams: people who are granted projects together."},
    {
        "name": "tasks",
        "description": "What there is to do, in columns, with labels and dependencies.",
    },
    {"name": "source", "description": "A project's code as immutable snapshots."},
    {"name": "files", "description": "What people keep, uploads in parts, shared links."},
    {"name": "jobs", "description": "Durable runs of machine work, live."},
    {"name": "comments", "description": "What people say about a project, a run or a task."},
    {"name": "analyses", "description": "Code analysis: reports, findings, exports."},
    {"name": "notifications", "description": "What people are told of, in the app and by e-mail."},
    {"name": "search", "description": "Projects, tasks and comments, found as one types."},
    {"name": "admin", "description": "Looking after the instance; administrators only."},
    {"name": "analytics", "description": "What the API was asked, and how fast it answered."},
    {"name": "live", "description": "Tickets for the WebSocket at `/api/v1/ws`."},
    {"name": "health", "description": "Is it up?"},
]
_TEXT: Final = {"type": "string", "maxLength": 1000}
_NUMBER: Final = {"type": "integer", "minimum": 0}
_RATES: Final = {
    "X-RateLimit-Limit": ("Hits the tightest rate allows in its window.", _NUMBER),
    "X-RateLimit-Remaining": ("Hits left in it.", _NUMBER),
    "X-RateLimit-Reset": ("When one is free again, in Unix seconds.", _NUMBER),
    "RateLimit": ('Every rate that counted: `"user";r=59;t=60`, hits left and seconds.', _TEXT),
    "RateLimit-Policy": ('What they allow: `"user";q=60;w=60`, hits and window.', _TEXT),
}
_RETRY: Final = {"Retry-After": ("Seconds to wait, at least 1.", _NUMBER)}
_REPLAYED: Final = {
    "Idempotency-Replayed": ("`true` where this answer was kept from the first request.", _TEXT),
    "X-Idempotency-Replayed": ("The same, by its older name.", _TEXT),
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "For 24 hours a repeat of this request with the same key gets the first answer "
    "and does nothing. 1 to 255 visible ASCII characters; `X-Idempotency-Key` is understood too.",
    "schema": {
        "type": "string",
        "pattern": '^([!#-~]{1,255}|"[!#-~]{1,255}")$',
        "maxLength": 257,
    },
}


def document(app: FastAPI) -> dict[str, Any]:
    """Return an application's document, made once per process."""
    if app.openapi_schema is None:
        for route in app.routes:
            if isinstance(route, StrictRoute):
                route.describe_refusals()
        schema = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            servers=app.servers or None,
        )
        schema["components"]["securitySchemes"] = {
            "BearerAuth": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token (RFC 8725: HS256, audience and issuer checked).",
            },
            "SessionCookie": {
                "type": "apiKey",
                "in": "cookie",
                "name": "taskyard_session",
                "description": "The web app's HttpOnly session; writes must be same-origin.",
            },
        }
        _add_headers(schema)
        app.openapi_schema = schema
    return app.openapi_schema


def _add_headers(schema: dict[str, Any]) -> None:
    """Document what every counted answer and every replay carries."""
    said = {**_RATES, **_RETRY, **_REPLAYED}
    schema["components"]["headers"] = {
        name: {"description": text, "schema": kind} for name, (text, kind) in said.items()
    }
    for operation in (item for path in schema["paths"].values() for item in path.values()):
        counted = operation[BUCKET] != EXEMPT
        if operation[IDEMPOTENT]:
            operation.setdefault("parameters", []).append(_KEY)
        for status, response in operation["responses"].items():
            names = [*_RATES] if counted and (status < "3" or status == "429") else []
            names += _RETRY if status == "429" else []
            names += _REPLAYED if operation[IDEMPOTENT] and status < "3" else []
            for name in names:
                headers = response.setdefault("headers", {})
                headers[name] = {"$ref": f"#/components/headers/{name}"}
