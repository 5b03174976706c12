"""The dialect `jobs`: ask for a job, poll it, fetch what it made.

Two halves: a server with snake_case below `/api/v1`, and a web tier with camelCase at `/api/jobs`
and `/api/health`. Each words its refusals in its own way.
"""

from typing import Final

from starlette.types import Scope

from taskyard.core.problems import Form
from taskyard.core.routing import own_path
from taskyard.dialects.dialect import Dialect
from taskyard.dialects.jobs.routes import server, web
from taskyard.dialects.jobs.wording import SERVER, WEB


def _form_at(scope: Scope) -> Form:
    return SERVER if own_path(scope).startswith("/api/v1") else WEB


JOBS: Final = Dialect(
    name="jobs",
    title="Taskyard, dialect jobs",
    description="Ask for a job, poll it, fetch what it made.\n\nThe server half is flat and "
    "snake_case, below `/dialects/jobs/api/v1`; at the root those addresses are the canonical "
    "API's. The web tier is camelCase, at `/api/jobs` and `/api/health`, here and at the root.\n\n"
    "Sign in by `POST /api/v1/auth/login` and send `Authorization: Bearer …`; the web app's "
    "cookie is taken, too. Send `X-Idempotency-Key` with what makes a job.",
    tags=(
        {"name": "server", "description": "snake_case; refusals are `{success, error}`."},
        {"name": "web", "description": "camelCase; refusals are `{error}`."},
    ),
    routers=(server, web),
    form_at=_form_at,
    at_root=("/api/health", "/api/jobs", "/api/jobs/"),
)
