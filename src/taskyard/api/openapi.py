"""The OpenAPI document: what is said of the whole, and the command that writes it."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from taskyard import __version__

DESCRIPTION: Final = """\
Plan work, and have it done. Sign in with `POST /api/v1/auth/login` and send the access token as
`Authorization: Bearer …`.

* One thing: `{"data": …}`. A list: `{"items", "total", "page", "page_size", "next_cursor"}`.
* A refusal: `{"error": {"code", "message", "details"}}`; decide by `code`. Send
  `Accept: application/problem+json` for RFC 9457.
* Ids are UUIDv7 strings; times are RFC 3339 in UTC.
"""
TAGS: Final = [
    {"name": "auth", "description": "Accounts, signing in, sessions."},
    {"name": "profile", "description": "Your own account."},
    {"name": "projects", "description": "What a team works on."},
    {"name": "source", "description": "A project's code as immutable snapshots."},
    {"name": "files", "description": "Signed downloads."},
    {"name": "jobs", "description": "Durable runs of machine work, live."},
    {"name": "analyses", "description": "Code analysis: reports, findings, exports."},
    {"name": "live", "description": "Tickets for the WebSocket at `/api/v1/ws`."},
    {"name": "health", "description": "Is it up?"},
]


def document(app: FastAPI) -> dict[str, Any]:
    """Return the document, made once per process."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title="Taskyard",
            version=__version__,
            description=DESCRIPTION,
            routes=app.routes,
            tags=TAGS,
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
        app.openapi_schema = schema
    return app.openapi_schema
